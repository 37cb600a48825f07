"""What is offered, and to whom."""

from django.db import models

from servanda.store.models.organisations import Owned


class Customer(Owned):
    """A group inside the organisation, or a client of it."""

    slug = models.CharField(max_length=200)
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="one_customer_a_slug")]


class Service(Owned):
    """A facility people use to get something done."""

    slug = models.CharField(max_length=200)
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="one_service_a_slug")]
