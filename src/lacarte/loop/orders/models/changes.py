"""What was done to an order, by whom and why, and how it was before: enough to take it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.loop.orders.models.order import Order, OrderState


class Reason(models.Model):
    """Why something is done with an order (FHIR Task.statusReason): a code with words that officials edit."""

    class Of(models.TextChoices):
        """What it is a reason for."""

        REJECTED = "rejected", _("Returning an order")
        ON_HOLD = "on-hold", _("Putting it on hold")
        FAILED = "failed", _("Ending it without success")
        CANCELLED = "cancelled", _("Cancelling it")
        EXTENSION = "extension", _("A later deadline")
        HANDOVER = "handover", _("Handing it over")

    code = models.CharField(max_length=40, primary_key=True)
    of = models.CharField(max_length=10, choices=Of)
    name = MultilingualField()
    active = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["of", "order", "code"]

    def __str__(self) -> str:
        return in_language(self.name)


class OrderChange(models.Model):
    """One step of an order. ``version`` is the order's from then on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    source = models.CharField(max_length=12, choices=OrderState)
    target = models.CharField(max_length=12, choices=OrderState)
    who = models.CharField(max_length=10)  # states.Who
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    before = models.JSONField(default=dict)  # delivery.undoing
    events: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # keys of what was published
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["order", "version"], name="change_of_version")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def told(self) -> list[UUID]:
        """The keys of the events that told of it."""
        return [UUID(key) for key in self.events]


def as_kept(value: Any) -> Any:
    """A column's value as JSON keeps it in :attr:`OrderChange.before`."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value) if isinstance(value, UUID) else value
