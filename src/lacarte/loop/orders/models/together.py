"""Several bodies at one order: who is asked to take it over or to contribute, and what they note."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.kernel.money import Money
from lacarte.loop.orders.models.changes import Reason
from lacarte.loop.orders.models.order import Order
from lacarte.registers.menu.models import OfferAtPlace
from lacarte.registers.providers.models import Provider


class Handover(models.Model):
    """Another provider is asked to take an order over; until it accepts, the order is where it was."""

    class State(models.TextChoices):
        """Of the request."""

        ASKED = "asked", _("Asked")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="handovers")
    source = models.ForeignKey(OfferAtPlace, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(OfferAtPlace, on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(state="asked"), name="one_open_handover_an_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class Contribution(models.Model):
    """What one body does of an order that another leads (FHIR Task.partOf)."""

    class State(models.TextChoices):
        """The states of FHIR Task that a part uses."""

        REQUESTED = "requested", _("Asked")
        ACCEPTED = "accepted", _("Accepted")
        IN_PROGRESS = "in-progress", _("In progress")
        REJECTED = "rejected", _("Declined")
        COMPLETED = "completed", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Sees(models.TextChoices):
        """How much of whose it is the body may read; each read is logged."""

        NONE = "none", _("Nothing personal")
        PART = "part", _("Name and phone")
        ALL = "all", _("All that identifies")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="contributions")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="contributions")
    what = models.CharField(max_length=500)
    due = models.DateTimeField()
    cost_minor = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    sees = models.CharField(max_length=4, choices=Sees, default=Sees.NONE)
    state = models.CharField(max_length=11, choices=State, default=State.REQUESTED)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)  # what was done, or why not

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["provider", "state", "due"], name="contribution_of_body")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.what}"

    @property
    def cost(self) -> Money:
        """What it costs."""
        return Money(self.currency, self.cost_minor)


class Note(models.Model):
    """What a body notes about an order, for all who work on it or for some."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.SET_NULL, related_name="+")  # null: city
    text = models.TextField()
    for_all = models.BooleanField(default=False)
    bodies = models.ManyToManyField(Provider, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.order}: {self.at:%Y-%m-%d %H:%M}"
