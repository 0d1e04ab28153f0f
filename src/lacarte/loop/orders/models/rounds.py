"""A crew's round: the order of its stops on a day, what it leaves for another day, and what its phones sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.loop.orders.models.changes import Reason
from lacarte.loop.orders.models.order import Order


class Round(models.Model):
    """In which order somebody goes to the stops of a day. Where they stood when it was made is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="rounds")
    day = models.DateField()
    stops: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # keys of orders
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="round_of_day")]

    def __str__(self) -> str:
        return f"{self.user}, {self.day}"


class NotToday(models.Model):
    """The provider does not come for an order on a day, and why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="not_today")
    day = models.DateField()
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "day"], name="not_today_once")]

    def __str__(self) -> str:
        return f"{self.order}, {self.day}"


class PhoneStep(models.Model):
    """One thing that a crew did, as its phone sent it: the phone makes the key, so that it counts once."""

    class Kind(models.TextChoices):
        """What was done."""

        BEGIN = "begin", _("Begin")
        DONE = "done", _("Done")
        WAIT = "wait", _("Put on hold")
        FAILED = "failed", _("It could not be done")
        NEXT = "next", _("Do this next")
        NOT_TODAY = "not-today", _("Not today")
        PHOTO = "photo", _("Photo")

    class Outcome(models.TextChoices):
        """What became of it."""

        TAKEN = "taken", _("Taken")
        REFUSED = "refused", _("Not taken")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="phone_steps")
    actor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.TAKEN)
    said = models.TextField(blank=True)  # to whoever sent it: why it was not taken
    words = models.TextField(blank=True)  # theirs, of what was not taken, so that they are not lost
    version = models.PositiveIntegerField(null=True)  # of the order since then
    made_at = models.DateTimeField()  # on the phone
    at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome}"
