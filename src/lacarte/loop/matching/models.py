"""Runs of the matching engine over records: what went in, what was decided and why, and who says no to it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Hold, OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region


class MatchingRun(models.Model):
    """One run: what went in, what came out, how good it is proved to be, and who let it count."""

    class Kind(models.TextChoices):
        """``urgent``: classes 0 and 1 only, every few minutes. The others take all needs that wait."""

        URGENT = "urgent", _("Urgent needs")
        NIGHTLY = "nightly", _("Every night")
        BY_HAND = "by-hand", _("By hand")

    class State(models.TextChoices):
        """``computed``: a preview, nothing has happened. ``publishing``: its decisions are taking their units."""

        COMPUTED = "computed", _("Preview")
        PUBLISHING = "publishing", _("Being published")
        PUBLISHED = "published", _("Published")
        DISCARDED = "discarded", _("Discarded")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BY_HAND)
    state = models.CharField(max_length=10, choices=State, default=State.COMPUTED)
    started_at = models.DateTimeField(default=clock.now)
    seconds = models.FloatField(default=0)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")  # null: the clock
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")  # null: itself
    decided_at = models.DateTimeField(null=True)  # published or discarded
    seed = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)  # SHA-256 of what went in
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of what came out
    engine_version = models.CharField(max_length=80, blank=True)
    rules_version = models.CharField(max_length=80, blank=True)
    needs = models.PositiveIntegerField(default=0)
    candidates = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    served_by_class = models.JSONField(default=dict)
    cost = models.BigIntegerField(default=0)  # travel seconds and their equivalents
    certificate = models.JSONField(default=dict)  # objective, bound, gap, step: whole numbers of any size
    gap = models.FloatField(default=0)
    balance = models.JSONField(default=dict)  # ``matching.balancing``; empty: districts were not balanced

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["state", "-started_at"], name="run_state")]

    def __str__(self) -> str:
        return f"{self.matched} of {self.needs}"


class RunInput(models.Model):
    """All that a run read, as one compressed NumPy file: ids and numbers, so that it can be run again."""

    run = models.OneToOneField(MatchingRun, primary_key=True, on_delete=models.CASCADE, related_name="input")
    arrays = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.run}: {len(self.arrays)} bytes"


class RunLease(models.Model):
    """Who matches now: one row, so that two runs never overlap."""

    token = models.UUIDField(null=True)
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.token} until {self.until}"


class Match(models.Model):
    """The decision that joins a need with an offer at a place, and why."""

    class Outcome(models.TextChoices):
        """What became of a decision: ``held`` has a unit of capacity, ``overtaken`` waits for the next run."""

        DECIDED = "decided", _("Decided")
        HELD = "held", _("A unit is held")
        ORDERED = "ordered", _("Ordered")
        OVERTAKEN = "overtaken", _("Overtaken")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="matches")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="matches")
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.PROTECT, related_name="matches")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DECIDED)
    hold = models.OneToOneField(Hold, null=True, on_delete=models.SET_NULL, related_name="match")
    priority_class = models.PositiveSmallIntegerField(default=0)  # as the run took it
    promoted = models.BooleanField(default=False)  # into that class, for having waited long
    order = models.PositiveIntegerField(default=0)  # place inside the class
    cost = models.PositiveIntegerField()
    parts = models.JSONField(default=dict)  # {part of the cost: seconds or their equivalent}
    choices = models.PositiveIntegerField()  # how many offers could have served this need
    explanation = models.JSONField(default=dict)  # ``matching.explaining``

    class Meta:
        indexes = [models.Index(fields=["need", "outcome"], name="match_outcome")]
        constraints = [
            models.UniqueConstraint(fields=["run", "need"], name="match_once_a_run"),
            models.UniqueConstraint(
                fields=["need"], condition=models.Q(outcome="held"), name="one_held_decision_a_need"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need} → {self.offer_at_place}"

    @property
    def minutes(self) -> int:
        """Travel that was counted for it."""
        return round(int(self.parts.get("travel", 0)) / 60)


class Unserved(models.Model):
    """A need that a run found no offer for, and why."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="unserved")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="unserved")
    priority_class = models.PositiveSmallIntegerField()
    promoted = models.BooleanField(default=False)
    order = models.PositiveIntegerField()
    explanation = models.JSONField(default=dict)  # ``matching.explaining``

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "need"], name="unserved_once_a_run")]

    def __str__(self) -> str:
        return f"{self.need} ↛"


class Objection(models.Model):
    """Somebody says that a decision about their need is wrong; a case worker answers."""

    class State(models.TextChoices):
        """``upheld``: the offer is not asked again, and the need is matched anew."""

        OPEN = "open", _("Waiting for an answer")
        UPHELD = "upheld", _("Upheld")
        REJECTED = "rejected", _("Not upheld")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="objections")
    match = models.ForeignKey(Match, null=True, on_delete=models.SET_NULL, related_name="objections")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    reason = models.TextField()
    explanation = models.JSONField(default=dict)  # what they were told when they objected
    raised_at = models.DateTimeField(default=clock.now)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["need"], condition=models.Q(state="open"), name="one_open_objection_a_need"
            )
        ]

    def __str__(self) -> str:
        return f"{self.need}: {self.state}"


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
    full = models.PositiveIntegerField(default=0)  # offers reach them and have nothing free
    out_of_reach = models.PositiveIntegerField(default=0)  # no offer fits them
    reasons = models.JSONField(default=dict)  # {why none fits: how many of those}, ``matching.candidates``

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
    priority_class = models.PositiveSmallIntegerField(null=True)  # of that person
    seconds = models.BigIntegerField()  # the part that is travel saved; serving somebody more may cost some

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "offer_at_place"], name="price_once_a_run")]

    def __str__(self) -> str:
        return f"{self.offer_at_place}: {self.price}"


class NextUnit(models.Model):
    """One of the units of capacity that would relieve most, in the order in which to add them."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="next_units")
    rank = models.PositiveSmallIntegerField()  # from 1
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.CASCADE, related_name="+")
    priority_class = models.PositiveSmallIntegerField(null=True)  # of who comes in; null: only travel is saved
    seconds = models.BigIntegerField()  # travel saved; negative where serving somebody more takes some

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["run", "rank"], name="next_unit_once_a_run")]

    def __str__(self) -> str:
        return f"{self.rank}: {self.offer_at_place}"
