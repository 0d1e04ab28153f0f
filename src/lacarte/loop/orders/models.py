"""Orders: a need accepted by an offer, on its way through the FHIR Task states."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Hold, OfferAtPlace


class OrderState(models.TextChoices):
    """The states of FHIR Task that an order uses."""

    REQUESTED = "requested", _("Requested")
    RECEIVED = "received", _("Received")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Returned")
    IN_PROGRESS = "in-progress", _("In progress")
    ON_HOLD = "on-hold", _("On hold")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class Order(models.Model):
    """One provider's task for one need."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="orders")
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.PROTECT, related_name="orders")
    hold = models.OneToOneField(Hold, null=True, on_delete=models.SET_NULL, related_name="order")
    state = models.CharField(max_length=12, choices=OrderState, default=OrderState.REQUESTED)
    reason = models.TextField(blank=True)
    requested_at = models.DateTimeField(default=clock.now)
    responded_at = models.DateTimeField(null=True)  # first accepted or rejected
    ended_at = models.DateTimeField(null=True)
    contact_due = models.DateTimeField()
    resolution_due = models.DateTimeField()

    class Meta:
        ordering = ["resolution_due"]
        indexes = [models.Index(fields=["state", "resolution_due"], name="order_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["need"],
                condition=~models.Q(state__in=["rejected", "cancelled", "failed"]),
                name="one_living_order_a_need",
            )
        ]

    def __str__(self) -> str:
        return f"{self.need} ({self.state})"
