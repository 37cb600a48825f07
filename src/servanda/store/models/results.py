"""Results that are counted as they fall, so that a page need not count every ticket again."""

from django.db import models

from servanda.store.models.organisations import Owned


class Tally(Owned):
    """The verdicts decided in one month on one target of one version, for one service, customer and priority.

    `month` is the first day of the month in the zone of the agreement; `elapsed` the counted time of the verdicts, in
    microseconds. A copy of what the clocks say, kept in the transaction that changes them.
    """

    month = models.DateField()
    service = models.CharField(max_length=200, blank=True)
    customer = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=16)
    party = models.CharField(max_length=200, blank=True)
    target = models.CharField(max_length=200)
    version = models.CharField(max_length=220)
    met = models.BigIntegerField(default=0)
    missed = models.BigIntegerField(default=0)
    elapsed = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organisation",
                    "month",
                    "service",
                    "customer",
                    "priority",
                    "kind",
                    "party",
                    "target",
                    "version",
                ],
                name="one_tally_a_month_and_target",
            )
        ]
