"""Let an account have a second step, and be known by a provider of single sign-on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from servanda.store.fields import InstantField


class Migration(migrations.Migration):
    """After the service catalogue, and with the tables of allauth: by some of them second steps are checked."""

    dependencies = [
        ("store", "0011_requirements"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [
        migrations.AddField(model_name="account", name="second_step", field=models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=400)),
                ("subject", models.CharField(max_length=400)),
                ("made_at", InstantField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("issuer", "subject"), name="one_identity_a_subject")]
            },
        ),
    ]
