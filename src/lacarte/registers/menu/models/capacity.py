"""How much is free and when: lots, the rules that make them, and holds, by which alone capacity changes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.registers.menu.models.offers import OfferAtPlace


class CapacityRule(models.Model):
    """Lots that come again: every slot of some weekdays, every day or every month, until it ends."""

    class Bucket(models.TextChoices):
        """What one lot is."""

        SLOT = "slot", _("A time of day")
        DAY = "day", _("A day")
        MONTH = "month", _("A month")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.CASCADE, related_name="rules")
    bucket = models.CharField(max_length=5, choices=Bucket)
    weekdays = models.JSONField(default=list)  # of slots and days: 1 (Monday) to 7; empty: every working day
    opens = models.TimeField(null=True)  # of slots, in the region's local time
    closes = models.TimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)  # how long a slot is
    units = models.PositiveIntegerField()  # in each lot
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        ordering = ["since", "id"]

    def __str__(self) -> str:
        return f"{self.units} × {self.bucket}"


class CapacityLot(models.Model):
    """Units that an offer at a place can serve in a time bucket; free = units less living holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.CASCADE, related_name="lots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    units = models.PositiveIntegerField()
    #: Fewer than its units, which are booked already: nobody new is taken beyond this.
    closing_to = models.PositiveIntegerField(null=True)
    rule = models.ForeignKey(CapacityRule, null=True, on_delete=models.SET_NULL, related_name="lots")

    class Meta:
        indexes = [models.Index(fields=["offer_at_place", "starts_at"], name="lot_of_offer")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="lot_ends_after_start"
            ),
            models.UniqueConstraint(fields=["offer_at_place", "starts_at"], name="lot_bucket"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.starts_at:%Y-%m-%d}"


class Hold(models.Model):
    """A reservation of one lot: held until it expires, confirmed, or released."""

    class State(models.TextChoices):
        """``held`` counts until ``expires_at``; ``confirmed`` counts; the others do not."""

        HELD = "held", _("Held")
        CONFIRMED = "confirmed", _("Confirmed")
        RELEASED = "released", _("Released")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lot = models.ForeignKey(CapacityLot, on_delete=models.CASCADE, related_name="holds")
    units = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    expires_at = models.DateTimeField(null=True)
    #: Whose it is while no order has it: the key of a draft, of a bundle's part or of a place in a waiting list.
    holder = models.CharField(max_length=80, blank=True, db_index=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)  # when it was released

    class Meta:
        indexes = [
            models.Index(fields=["lot", "state"], name="hold_of_lot"),
            models.Index(fields=["expires_at"], condition=models.Q(state="held"), name="hold_that_expires"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(units__gte=1), name="hold_of_something")]

    def __str__(self) -> str:
        return f"{self.units} {self.state}"
