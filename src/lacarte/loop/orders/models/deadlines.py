"""By when an order is answered and done: the rules, and what moves a deadline."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models.changes import OrderChange, Reason
from lacarte.loop.orders.models.order import Order
from lacarte.registers.menu.models import PriorityClass, ServiceType
from lacarte.registers.places.models import Region

#: Rules without a day count for all orders there are.
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


class DeadlineRule(models.Model):
    """How long a first contact and a resolution may take: below a region, below a service type, for a class."""

    class Unit(models.TextChoices):
        """How time is counted."""

        DAYS = "days", _("working days")
        HOURS = "hours", _("working hours")
        CLOCK_HOURS = "clock-hours", _("hours, day and night")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="+")
    priority_class = models.PositiveSmallIntegerField(null=True, choices=PriorityClass)  # null: all of them
    contact = models.PositiveSmallIntegerField()
    contact_unit = models.CharField(max_length=11, choices=Unit, default=Unit.DAYS)
    resolution = models.PositiveSmallIntegerField()
    resolution_unit = models.CharField(max_length=11, choices=Unit, default=Unit.DAYS)
    since = models.DateTimeField(default=ALWAYS)  # for orders that are sent from then on
    legal_basis = models.CharField(max_length=200, blank=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["service_type", "region", "priority_class", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "service_type", "priority_class", "since"], name="deadline_rule_once"
            ),
            models.UniqueConstraint(
                fields=["region", "service_type", "since"],
                condition=models.Q(priority_class=None),
                name="deadline_rule_of_all_classes_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_type}, {self.region}: {self.resolution} {self.resolution_unit}"


class Pause(models.Model):
    """The clock of an order stands still: the resident was asked something."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="pauses")
    question = models.TextField()
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()  # it ends then by itself
    ended_at = models.DateTimeField(null=True)
    answered = models.BooleanField(default=False)
    ended_by = models.ForeignKey(OrderChange, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["since"]
        indexes = [models.Index(fields=["until"], condition=models.Q(ended_at=None), name="pause_that_ends")]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(ended_at=None), name="one_living_pause_an_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.since:%Y-%m-%d %H:%M}"


class Extension(models.Model):
    """A later deadline for the resolution: asked for with a reason, granted or refused by somebody else."""

    class State(models.TextChoices):
        """Of the request."""

        ASKED = "asked", _("Asked for")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="extensions")
    days = models.PositiveSmallIntegerField()  # working days
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(state="asked"), name="one_open_extension_an_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} +{self.days}"


class Escalation(models.Model):
    """Somebody has to see to a case: what is late, keeps coming back, or has lost its provider."""

    class Why(models.TextChoices):
        """What is the matter."""

        CONTACT = "contact", _("Not answered in time")
        RESOLUTION = "resolution", _("Not done in time")
        RETURNED = "returned", _("Returned again and again")
        WITHDRAWN = "withdrawn", _("Its provider is gone")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="escalations")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="escalations")
    why = models.CharField(max_length=10, choices=Why)
    level = models.PositiveSmallIntegerField(default=1)
    raised_at = models.DateTimeField(default=clock.now)
    decide_by = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ["decide_by"]
        indexes = [models.Index(fields=["decide_by"], condition=models.Q(ended_at=None), name="escalation_open")]
        constraints = [models.UniqueConstraint(fields=["order", "why", "level"], name="escalated_once_a_level")]

    def __str__(self) -> str:
        return f"{self.order}: {self.why} {self.level}"


class Warned(models.Model):
    """Whoever must act was told before a deadline; once for each, unless it was moved since."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="warnings")
    due = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "due"], name="warned_once_a_deadline")]

    def __str__(self) -> str:
        return f"{self.order}: {self.due:%Y-%m-%d %H:%M}"
