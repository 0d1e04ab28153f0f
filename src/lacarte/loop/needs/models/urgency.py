"""How urgent a need is, by rules, and what is a danger to life."""

from __future__ import annotations

from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.loop.needs.models.need import Need
from lacarte.registers.menu.models import PriorityClass


class UrgencyRule(models.Model):
    """A rule that officials read and edit: which words, when, make a need how urgent, and what is said at once."""

    code = models.CharField(max_length=60, primary_key=True)
    name = MultilingualField()
    words = models.JSONField(default=dict)  # {language: [words or phrases, any of them]}
    unless = models.JSONField(default=dict)  # {language: [words that speak against it]}
    months = models.JSONField(default=list)  # 1..12; empty: all year
    service_first = models.BigIntegerField(null=True)  # of these service types only; null: of all
    service_last = models.BigIntegerField(null=True)
    urgency = models.PositiveSmallIntegerField(choices=PriorityClass)
    advice = MultilingualField()  # told to the resident at once, such as the emergency number
    active = models.BooleanField(default=True)
    shipped = models.CharField(max_length=64, default="")  # fingerprint of the shipped rule it was in step with
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return in_language(self.name)


class Danger(models.Model):
    """A need that may mean danger to life: somebody must look at it within a minute."""

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="danger")
    raised_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True, db_index=True)
    seen_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return str(self.need)
