"""People, and what they are to an organisation."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned


class Person(Owned):
    """Somebody of an organisation. An anonymised person keeps the slug, so that counts stay.

    Who has an account can sign in, and may then do what their roles allow.
    """

    slug = models.CharField(max_length=64)
    name = models.TextField(blank=True)
    email = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    anonymised_at = InstantField(null=True)
    account = models.ForeignKey("Account", on_delete=models.SET_NULL, null=True, related_name="people")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="one_person_a_slug")]


class RoleAssignment(Owned):
    """A role that a person has, in a scope (an empty list is everything), between two dates, both included."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=32)
    services = CanonicalJsonField(default=list)
    customers = CanonicalJsonField(default=list)
    suppliers = CanonicalJsonField(default=list)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)


class Supplier(Owned):
    """Somebody outside who delivers, under the id by which tickets, agreements and roles name them."""

    slug = models.CharField(max_length=200)
    name = models.TextField()
    description = models.TextField(blank=True)
    contacts = models.TextField(blank=True)
    dispute_contact = models.TextField(blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="one_supplier_a_slug")]


class Team(Owned):
    """A line of support, under the id by which tickets and agreements name it; without a supplier it is one's own."""

    slug = models.CharField(max_length=200)
    name = models.TextField()
    line = models.PositiveSmallIntegerField()
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, related_name="teams")
    description = models.TextField(blank=True)
    email = models.TextField(blank=True)
    contact = models.TextField(blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="one_team_a_slug")]


class TeamMember(Owned):
    """Somebody who is in a team."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "team", "person"], name="one_member_a_person")]


class Attendance(Owned, AddedOnly):
    """Whether somebody came to the meeting of a day; a later row of the same day corrects an earlier one."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attendances")
    met_on = models.DateField()
    sequence = models.PositiveIntegerField()
    present = models.BooleanField()
    noted_by = models.CharField(max_length=200)
    noted_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person", "met_on", "sequence"], name="one_attendance_a_sequence"
            )
        ]
