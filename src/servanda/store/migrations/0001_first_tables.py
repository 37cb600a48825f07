"""The first tables: organisations, people, agreements, tickets with events and clocks, imports, outbox, audit."""

import django.db.models.deletion
from django.db import migrations, models

import servanda.store.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agreement", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("content_hash", models.CharField(max_length=71)),
                ("content", servanda.store.fields.CanonicalJsonField()),
                ("effective_from", models.DateField()),
                ("effective_until", models.DateField(null=True)),
                ("applied_at", servanda.store.fields.InstantField()),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=64, unique=True)),
                ("name", models.TextField()),
                ("zone", models.CharField(max_length=64)),
                ("agreements_applied", models.PositiveIntegerField(default=0)),
                ("pseudonym_key", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Ending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ended_on", models.DateField()),
                ("recorded_at", servanda.store.fields.InstantField()),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ending", to="store.agreementversion"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("source", models.CharField(max_length=200)),
                ("file_name", models.TextField()),
                ("file_hash", models.CharField(max_length=71)),
                ("mapping_hash", models.CharField(max_length=71)),
                ("mapping", models.TextField()),
                ("columns", servanda.store.fields.CanonicalJsonField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("committed", "Committed"), ("undone", "Undone")], default="committed", max_length=12
                    ),
                ),
                ("counts", servanda.store.fields.CanonicalJsonField(default=dict)),
                ("actor", models.CharField(max_length=200)),
                ("committed_at", servanda.store.fields.InstantField()),
                ("undone_at", servanda.store.fields.InstantField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="agreementversion",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
            ),
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=64)),
                ("name", models.TextField(blank=True)),
                ("email", models.TextField(blank=True)),
                ("active", models.BooleanField(default=True)),
                ("anonymised_at", servanda.store.fields.InstantField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PrioritySchemeVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=200)),
                ("content_hash", models.CharField(max_length=71)),
                ("content", servanda.store.fields.CanonicalJsonField()),
                ("added_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoleAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=32)),
                ("services", servanda.store.fields.CanonicalJsonField(default=list)),
                ("customers", servanda.store.fields.CanonicalJsonField(default=list)),
                ("suppliers", servanda.store.fields.CanonicalJsonField(default=list)),
                ("from_on", models.DateField(null=True)),
                ("until_on", models.DateField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="store.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=200)),
                ("name", models.TextField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signed_on", models.DateField()),
                ("content_hash", models.CharField(max_length=71)),
                ("recorded_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signature",
                        to="store.agreementversion",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("service", models.CharField(blank=True, max_length=200)),
                ("customer", models.CharField(blank=True, max_length=200)),
                ("priority", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(max_length=16)),
                ("party", models.CharField(blank=True, max_length=200)),
                ("target", models.CharField(max_length=200)),
                ("version", models.CharField(max_length=220)),
                ("met", models.BigIntegerField(default=0)),
                ("missed", models.BigIntegerField(default=0)),
                ("elapsed", models.BigIntegerField(default=0)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=200)),
                ("opened_at", servanda.store.fields.InstantField(null=True)),
                ("service", models.CharField(blank=True, max_length=200)),
                ("customer", models.CharField(blank=True, max_length=200)),
                ("priority", models.CharField(blank=True, max_length=200)),
                ("last_event_at", servanda.store.fields.InstantField(null=True)),
                ("event_count", models.PositiveIntegerField(default=0)),
                ("event_hash", models.CharField(default="00000000000000000000000000000000", max_length=32)),
                ("standing_hash", models.CharField(default="00000000000000000000000000000000", max_length=32)),
                ("flags", servanda.store.fields.CanonicalJsonField(default=list)),
                ("exempted", servanda.store.fields.CanonicalJsonField(default=dict)),
                ("unjudged", models.TextField(blank=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SourceRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField()),
                ("cells", servanda.store.fields.CanonicalJsonField()),
                ("cells_hash", models.CharField(max_length=32)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="store.batch"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="store.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=200)),
                ("reason", models.TextField()),
                ("approved_by", models.TextField()),
                ("recorded_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exemptions", to="store.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("kind", models.PositiveSmallIntegerField()),
                ("happened_at", servanda.store.fields.InstantField()),
                ("recorded_at", servanda.store.fields.InstantField(null=True)),
                ("sequence", models.BigIntegerField(default=0)),
                ("actor", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("changes", servanda.store.fields.CanonicalJsonField(default=dict)),
                ("retracts", models.CharField(blank=True, max_length=200)),
                ("row", models.PositiveIntegerField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.batch"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="store.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("party", models.CharField(blank=True, max_length=200)),
                ("target", models.CharField(max_length=200)),
                ("priority", models.CharField(blank=True, max_length=200)),
                ("state", models.CharField(max_length=12)),
                ("machine", servanda.store.fields.CanonicalJsonField(default=list)),
                ("started_at", servanda.store.fields.InstantField()),
                ("due_at", servanda.store.fields.InstantField(null=True)),
                ("stopped_at", servanda.store.fields.InstantField(null=True)),
                ("breached_at", servanda.store.fields.InstantField(null=True)),
                ("elapsed", models.BigIntegerField()),
                ("paused", models.BigIntegerField()),
                ("month", models.DateField(null=True)),
                ("flags", servanda.store.fields.CanonicalJsonField(default=list)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.agreementversion"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clocks", to="store.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", servanda.store.fields.InstantField(null=True)),
                ("met", models.BooleanField(null=True)),
                ("first_responded_at", servanda.store.fields.InstantField(null=True)),
                ("resolved_at", servanda.store.fields.InstantField(null=True)),
                ("closed_at", servanda.store.fields.InstantField(null=True)),
                ("extra", servanda.store.fields.CanonicalJsonField(default=dict)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claim", to="store.ticket"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=200)),
                ("payload", servanda.store.fields.CanonicalJsonField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("dead", "Dead"),
                        ],
                        default="ready",
                        max_length=8,
                    ),
                ),
                ("due_at", servanda.store.fields.InstantField()),
                ("lease_until", servanda.store.fields.InstantField(null=True)),
                ("owner", models.CharField(blank=True, max_length=200)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("created_at", servanda.store.fields.InstantField()),
                ("error", models.TextField(blank=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["ready", "running", "failed"])),
                        fields=["kind", "due_at", "id"],
                        name="messages_to_do",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("organisation", "key"), name="one_message_a_key")],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                ("recorded_at", servanda.store.fields.InstantField()),
                ("actor", models.CharField(max_length=200)),
                ("action", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=400)),
                ("content", servanda.store.fields.CanonicalJsonField(default=dict)),
                ("previous_hash", models.CharField(blank=True, max_length=71)),
                ("entry_hash", models.CharField(max_length=71)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "sequence"), name="one_entry_a_sequence")
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=200)),
                ("name", models.TextField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "slug"), name="one_customer_a_slug")],
            },
        ),
        migrations.CreateModel(
            name="CalendarVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=200)),
                ("content_hash", models.CharField(max_length=71)),
                ("content", servanda.store.fields.CanonicalJsonField()),
                ("added_at", servanda.store.fields.InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "slug", "content_hash"), name="one_calendar_a_content"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(fields=("organisation", "number"), name="one_batch_a_number"),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.UniqueConstraint(
                fields=("organisation", "agreement", "number"), name="one_version_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(fields=("organisation", "slug"), name="one_person_a_slug"),
        ),
        migrations.AddConstraint(
            model_name="priorityschemeversion",
            constraint=models.UniqueConstraint(
                fields=("organisation", "slug", "content_hash"), name="one_scheme_a_content"
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(fields=("organisation", "slug"), name="one_service_a_slug"),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=(
                    "organisation",
                    "month",
                    "service",
                    "customer",
                    "priority",
                    "kind",
                    "party",
                    "target",
                    "version",
                ),
                name="one_tally_a_month_and_target",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["organisation", "opened_at"], name="tickets_by_opening"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(
                fields=("organisation", "source", "number"), name="one_ticket_a_source_and_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcerow",
            constraint=models.UniqueConstraint(
                fields=("organisation", "ticket", "batch", "row"), name="one_row_a_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.UniqueConstraint(
                fields=("organisation", "ticket", "target"), name="one_exemption_a_target"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("organisation", "ticket", "key"), name="one_event_a_key"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("state", "running")),
                fields=["organisation", "due_at"],
                name="running_clocks_by_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                fields=("organisation", "ticket", "kind", "party"), name="one_clock_a_kind_and_party"
            ),
        ),
    ]
