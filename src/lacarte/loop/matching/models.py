"""Runs of the matching engine over records, their decisions and their prices."""

from __future__ import annotations

from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region


class MatchingRun(models.Model):
    """One run: what went in, what came out, and how good it is proved to be."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    started_at = models.DateTimeField(default=clock.now)
    seconds = models.FloatField(default=0)
    needs = models.PositiveIntegerField(default=0)
    candidates = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    served_by_class = models.JSONField(default=dict)
    cost = models.BigIntegerField(default=0)  # travel seconds and their equivalents
    gap = models.FloatField(default=0)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.matched} of {self.needs}"


class Match(models.Model):
    """The decision that joins a need with an offer at a place, and why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="matches")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="matches")
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.PROTECT, related_name="matches")
    cost = models.PositiveIntegerField()
    parts = models.JSONField(default=dict)  # {part of the cost: seconds or their equivalent}
    choices = models.PositiveIntegerField()  # how many offers could have served this need

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "need"], name="match_once_a_run")]

    def __str__(self) -> str:
        return f"{self.need} → {self.offer_at_place}"

    @property
    def minutes(self) -> int:
        """Travel that was counted for it."""
        return round(int(self.parts.get("travel", 0)) / 60)


class Refusal(models.Model):
    """An offer that took a need and did not do it: it is not asked again at once."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="refusals")
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.CASCADE, related_name="refusals")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "offer_at_place"], name="refusal_once_a_pair")]

    def __str__(self) -> str:
        return f"{self.need} ↛ {self.offer_at_place}"


class Shortage(models.Model):
    """Why needs of one service type in one region found nothing in the last run."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="shortages")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    full = models.PositiveIntegerField()  # offers reach them and have nothing free
    out_of_reach = models.PositiveIntegerField()  # no offer with capacity reaches them

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "service_type", "region"], name="shortage_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.service_type}, {self.region}: {self.full} + {self.out_of_reach}"


class Price(models.Model):
    """The shadow price of one more unit of an offer's capacity, as the last run found it."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="prices")
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.CASCADE, related_name="prices")
    price = models.BigIntegerField()
    people = models.FloatField()  # the part that is people more served, 0 or 1
    seconds = models.BigIntegerField()  # the part that is travel saved

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "offer_at_place"], name="price_once_a_run")]

    def __str__(self) -> str:
        return f"{self.offer_at_place}: {self.price}"
