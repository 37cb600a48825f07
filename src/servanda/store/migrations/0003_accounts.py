"""Let people sign in: accounts, the links by which they choose a password, and where tries are counted."""

import django.db.models.deletion
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import servanda.store.fields

CACHE = "store_cache"


def make_cache(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table in which processes count tries together."""
    call_command("createcachetable", CACHE, database=editor.connection.alias, verbosity=0)


def drop_cache(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take it away again."""
    editor.execute(f"DROP TABLE {editor.quote_name(CACHE)}")


class Migration(migrations.Migration):
    """After the tables that are only added to."""

    dependencies = [("store", "0002_only_added")]
    run_before = [(app, "0001_initial") for app in ("account", "mfa", "socialaccount")]  # their rows refer to accounts
    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("email", models.CharField(max_length=254, unique=True)),
                ("made_at", servanda.store.fields.InstantField()),
            ],
            options={"abstract": False},
        ),
        migrations.AddField(
            model_name="person",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="people",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="SetUpLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("until", servanda.store.fields.InstantField()),
                (
                    "person",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="set_up_link",
                        to="store.person",
                    ),
                ),
            ],
        ),
        migrations.RunPython(make_cache, drop_cache),
    ]
