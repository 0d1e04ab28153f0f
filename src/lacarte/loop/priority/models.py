"""How much a need weighs, with the parts shown."""

from __future__ import annotations

from django.db import models

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import PriorityClass


class Weighing(models.Model):
    """One weighing of a need: a strict class, and an index inside the class with its parts."""

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="weighing")
    priority_class = models.PositiveSmallIntegerField(choices=PriorityClass)
    index = models.FloatField()
    index_low = models.FloatField()
    index_high = models.FloatField()
    parts = models.JSONField()  # {part: contribution}
    rules_version = models.CharField(max_length=20)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"class {self.priority_class}, {self.index:.2f}"
