"""Keep the month's report: drafts, and what is only added to once it is issued."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import servanda.store.fields
from servanda.store.keeping import protect, release

ONLY_ADDED = ("store_summaryedit", "store_report", "store_reportfile", "store_release", "store_pilotanswer")


def protect_all(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers on every table that is only added to."""
    for table in ONLY_ADDED:
        protect(editor, table)


def release_all(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take them away again."""
    for table in ONLY_ADDED:
        release(editor, table)


class Migration(migrations.Migration):
    """After the accounts."""

    dependencies = [("store", "0003_accounts")]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("month", models.DateField()),
                ("content", servanda.store.fields.CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("figures_hash", models.CharField(max_length=71)),
                ("predecessor", models.PositiveIntegerField(null=True)),
                ("issued_by", models.CharField(max_length=200)),
                ("issued_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveIntegerField()),
                (
                    "audience",
                    models.CharField(choices=[("ict", "Ict"), ("pilot", "Pilot"), ("all", "All")], max_length=8),
                ),
                ("readers", servanda.store.fields.CanonicalJsonField(default=list)),
                ("released_by", models.CharField(max_length=200)),
                ("released_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="releases", to="store.report"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PilotAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reader", models.CharField(max_length=64)),
                ("sequence", models.PositiveIntegerField()),
                ("correct", models.BooleanField()),
                ("clear", models.BooleanField()),
                ("remark", models.TextField(blank=True)),
                ("answered_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="store.report"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("checked", "Checked")], default="draft", max_length=8
                    ),
                ),
                ("figures", servanda.store.fields.CanonicalJsonField()),
                ("figures_hash", models.CharField(max_length=71)),
                ("predecessor", models.PositiveIntegerField(null=True)),
                ("made_by", models.CharField(max_length=200)),
                ("made_at", servanda.store.fields.InstantField()),
                ("checked_by", models.CharField(blank=True, max_length=200)),
                ("checked_at", servanda.store.fields.InstantField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("format", models.CharField(max_length=8)),
                ("content", models.TextField()),
                ("content_hash", models.CharField(max_length=71)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="store.report"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SummaryEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("place", models.PositiveSmallIntegerField()),
                ("sequence", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["organisation", "month"], name="reports_by_month"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("organisation", "number"), name="one_report_a_number"),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                fields=("organisation", "report", "sequence"), name="one_release_a_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="pilotanswer",
            constraint=models.UniqueConstraint(
                fields=("organisation", "report", "reader", "sequence"), name="one_answer_a_reader_and_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdraft",
            constraint=models.UniqueConstraint(fields=("organisation", "month"), name="one_draft_a_month"),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.UniqueConstraint(fields=("organisation", "report", "format"), name="one_file_a_format"),
        ),
        migrations.AddConstraint(
            model_name="summaryedit",
            constraint=models.UniqueConstraint(
                fields=("organisation", "month", "place", "sequence"), name="one_edit_a_sequence"
            ),
        ),
        migrations.RunPython(protect_all, release_all),
    ]
