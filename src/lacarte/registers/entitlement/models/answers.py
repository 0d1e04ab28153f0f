"""Records of the interview: how often which answers are known, and what somebody would rather not say."""

from __future__ import annotations

from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.registers.people.models import Person


class AnswerCount(models.Model):
    """How many people are known to have which answer, for a kind of fact; nobody's own answer is in it."""

    kind = models.CharField(max_length=60, primary_key=True)
    counts = models.JSONField()  # [[value, how many], ...]; a day as its number
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.kind


class Withheld(models.Model):
    """A fact that somebody was asked for and would rather not say: they are not asked again unless they wish."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="withheld")
    kind = models.CharField(max_length=60)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="withheld_once")]

    def __str__(self) -> str:
        return self.kind
