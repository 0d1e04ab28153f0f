"""Orders: a need accepted by an offer, on its way through the FHIR Task states."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Hold, OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region


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


class AsOrdered(models.ForeignKey[Any, Any]):
    """What the need was when it was ordered, kept with the order: lists of orders are permitted without a join."""

    def __init__(self, to: Any, **how: Any) -> None:
        super().__init__(to, **{"on_delete": models.PROTECT, "related_name": "+", "db_index": False, **how})

    def deconstruct(self) -> Any:
        """To migrations it is any other key."""
        name, _path, args, how = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, how

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Taken from the need when the order is made, by whatever way Django has to make it."""
        if getattr(model_instance, self.attname) is None:
            need = model_instance.need  # type: ignore[attr-defined]
            setattr(model_instance, self.attname, getattr(need, self.attname))
        return super().pre_save(model_instance, add)


class Order(models.Model):
    """One provider's task for one need."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="orders")
    offer_at_place = models.ForeignKey(
        OfferAtPlace, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    hold = models.OneToOneField(Hold, null=True, on_delete=models.SET_NULL, related_name="order")
    service_type = AsOrdered(ServiceType)
    region = AsOrdered(Region)
    state = models.CharField(max_length=12, choices=OrderState, default=OrderState.REQUESTED)
    reason = models.TextField(blank=True)
    requested_at = models.DateTimeField(default=clock.now)
    responded_at = models.DateTimeField(null=True)  # first accepted or rejected
    ended_at = models.DateTimeField(null=True)
    contact_due = models.DateTimeField()
    resolution_due = models.DateTimeField()
    #: When the light of each deadline turns amber (delivery.lights); null: it stays green until it is red.
    contact_warn = models.DateTimeField(null=True)
    resolution_warn = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)  # one more with each change: who decides names what they saw

    class Meta:
        ordering = ["resolution_due"]
        indexes = [
            models.Index(fields=["state", "resolution_due"], name="order_due"),
            # Lists (orders.seen): all that decides who sees an order, so that the order itself stays unread.
            models.Index(
                fields=["requested_at", "id", "region", "service_type", "state", "offer_at_place"],
                name="order_newest",
            ),
            models.Index(fields=["region", "service_type", "requested_at", "id", "state"], name="order_of_place"),
            models.Index(fields=["service_type", "requested_at", "id", "region", "state"], name="order_of_type"),
            models.Index(fields=["offer_at_place", "requested_at", "id", "state"], name="order_of_offer"),
            models.Index(
                fields=["contact_due", "id", "region", "service_type"],
                condition=models.Q(state__in=["requested", "received"]),
                name="order_to_answer",
            ),
            models.Index(
                fields=["resolution_due", "id", "region", "service_type", "state"],
                condition=models.Q(ended_at=None),
                name="order_to_end",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["need"],
                condition=~models.Q(state__in=["rejected", "cancelled", "failed"]),
                name="one_living_order_a_need",
            )
        ]

    def __str__(self) -> str:
        return f"{self.need} ({self.state})"
