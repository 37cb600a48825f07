"""Make the tables of teams and suppliers, and say more of groups of users."""

from django.db import migrations, models

from servanda.store.migration_parts import known_by, made_table, name, refers

TEXT = models.TextField


class Migration(migrations.Migration):
    """After the people."""

    dependencies = [("store", "0013_levels_and_attendance")]
    operations = [
        made_table(
            "Supplier",
            {
                "slug": name(),
                "name": TEXT(),
                "description": TEXT(blank=True),
                "contacts": TEXT(blank=True),
                "dispute_contact": TEXT(blank=True),
                "since": models.DateField(null=True),
                "until": models.DateField(null=True),
            },
            known_by("one_supplier_a_slug", "slug"),
        ),
        made_table(
            "Team",
            {
                "slug": name(),
                "name": TEXT(),
                "line": models.PositiveSmallIntegerField(),
                "description": TEXT(blank=True),
                "email": TEXT(blank=True),
                "contact": TEXT(blank=True),
                "active": models.BooleanField(default=True),
                "supplier": models.ForeignKey(
                    null=True, on_delete=models.PROTECT, related_name="teams", to="store.supplier"
                ),
            },
            known_by("one_team_a_slug", "slug"),
        ),
        made_table(
            "TeamMember",
            {"team": refers("store.team", "members"), "person": refers("store.person", "teams")},
            known_by("one_member_a_person", "team", "person"),
        ),
        migrations.AddField("Customer", "users", models.PositiveIntegerField(null=True)),
        migrations.AddField("Customer", "description", TEXT(blank=True, default="")),
    ]
