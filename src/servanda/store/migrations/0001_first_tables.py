"""The first tables: organisations, people, agreements, tickets with their events, the outbox and the audit."""

import django.db.models.deletion
from django.db import migrations, models

import servanda.store.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=64, unique=True)),
                ("name", models.TextField()),
                ("zone", models.CharField(max_length=64)),
            ],
        ),
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
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
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
                ("flags", servanda.store.fields.CanonicalJsonField(default=list)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.agreementversion",
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
                ("identified", models.BooleanField()),
                ("kind", models.PositiveSmallIntegerField()),
                ("happened_at", servanda.store.fields.InstantField()),
                ("recorded_at", servanda.store.fields.InstantField(null=True)),
                ("sequence", models.BigIntegerField(default=0)),
                ("actor", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("changes", servanda.store.fields.CanonicalJsonField(default=dict)),
                ("retracts", models.CharField(blank=True, max_length=200)),
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
                        fields=["due_at"],
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
            model_name="exemption",
            constraint=models.UniqueConstraint(
                fields=("organisation", "ticket", "target"), name="one_exemption_a_target"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("organisation", "ticket", "key"), name="one_event_a_key"),
        ),
    ]
