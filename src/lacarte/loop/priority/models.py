"""How much a need weighs, with the parts shown; and by which weights, set by a body in the open."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.text import MultilingualField
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import PriorityClass


class Weights(models.Model):
    """By which weights needs are weighed from a day on, who decided so, and why. Never edited, but followed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.CharField(max_length=20, unique=True)
    since = models.DateTimeField()
    body = MultilingualField()  # which body decided
    reason = MultilingualField()
    minutes = models.URLField(max_length=500, blank=True)  # of the sitting that decided
    weights = models.JSONField()  # {part: share}; they sum to 1
    full_wait_days = models.FloatField()  # from so many days on waiting counts in full
    household = models.JSONField()  # priority.weights.Household: cut-off, dimensions with their indicators
    seed = models.CharField(max_length=100)  # draws the lots of needs that weigh the same
    foreseen = models.JSONField(default=dict)  # priority.previewing.Foreseen, as it was seen before the decision
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-since", "-decided_at"]
        constraints = [models.UniqueConstraint(fields=["since"], name="weights_since_once")]

    def __str__(self) -> str:
        return self.version


class WeighingAnew(models.Model):
    """All open needs weighed again, slice by slice in the background: how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.CharField(max_length=20)
    needs = models.PositiveIntegerField()  # that were open when it began
    done = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.version}: {self.done} of {self.needs}"


class Report(models.Model):
    """What was computed of many needs in the background, as it was published last; one of a kind."""

    kind = models.CharField(max_length=30, primary_key=True)
    version = models.CharField(max_length=20)  # of the weights
    seed = models.CharField(max_length=100)  # drew the needs that were looked at, and whatever else was drawn
    needs = models.PositiveIntegerField()  # that were looked at
    figures = models.JSONField()
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.kind} of {self.at}"


class Weighing(models.Model):
    """One weighing of a need: a strict class, and an index inside the class with its parts."""

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="weighing")
    priority_class = models.PositiveSmallIntegerField(choices=PriorityClass)
    index = models.FloatField()
    index_low = models.FloatField()
    index_high = models.FloatField()
    parts = models.JSONField()  # {part: contribution}
    between = models.JSONField(default=dict)  # {part: [least, most]} of what is not known for sure
    household = models.JSONField(default=dict)  # {dimension: 1 deprived, 0 not, null not known}; empty: of nobody
    poor = models.SmallIntegerField(null=True)  # multidimensional.POOR, NOT_POOR, CANNOT_SAY; null: of nobody
    rules_version = models.CharField(max_length=20)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"class {self.priority_class}, {self.index:.2f}"
