"""The resident's word after the fact."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.loop.orders.models import Order


class Satisfaction(models.IntegerChoices):
    """Five steps in words."""

    VERY_GOOD = 5, _("Very good")
    GOOD = 4, _("Good")
    FAIR = 3, _("Fair")
    BAD = 2, _("Bad")
    VERY_BAD = 1, _("Very bad")


class Rating(models.Model):
    """One rating for each completed order."""

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="rating")
    contacted_in_time = models.BooleanField()
    solved = models.BooleanField()
    satisfaction = models.PositiveSmallIntegerField(choices=Satisfaction)
    comment = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(satisfaction__gte=1, satisfaction__lte=5), name="satisfaction_one_to_five"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.satisfaction}"
