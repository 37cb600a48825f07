"""Views that people save: what they ask of the list of tickets again and again."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.models.organisations import Owned
from servanda.store.models.people import Person


class SavedView(Owned):
    """The filters of a list of tickets under a name; whose it is sees it, and nobody else."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    filters = CanonicalJsonField(default=dict)
    saved_at = InstantField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "person", "name"], name="one_view_a_name")]
