"""Needs that tell of the same thing, who follows them, and surges of them."""

from __future__ import annotations

from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.loop.needs.models.need import Need
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import Region


class Different(models.Model):
    """A person said that two needs tell of different things, so that they are not suggested again."""

    one = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")  # one.pk < other.pk
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="different_once")]

    def __str__(self) -> str:
        return f"{self.one} ≠ {self.other}"


class Joining(models.Model):
    """The decision that a need tells of the same thing as another; gone once it is taken back.

    ``to`` is the need that was named, which may be joined itself; ``Need.lead`` is always the one that all of
    them end at. So taking one decision back takes out just those needs that came by it.
    """

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="joining")
    to = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    was = models.CharField(max_length=10, choices=Need.State)  # what it becomes again when it is parted
    probability = models.FloatField(null=True)  # null: a person said so
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.need} = {self.to}"


class Follower(models.Model):
    """Somebody who is told how a need goes without having reported it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="followers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "person"], name="follows_once")]

    def __str__(self) -> str:
        return f"{self.person} → {self.need}"


class Surge(models.Model):
    """A burning issue: needs of a kind that suddenly grow somewhere, against their own usual season."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="surges")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="surges")
    topic = models.CharField(max_length=120, blank=True)  # a word that many of them share; empty: the type itself
    by_words = models.BooleanField(default=False)  # only needs with the topic in their words are counted
    since = models.DateTimeField()
    until = models.DateTimeField()
    count = models.PositiveIntegerField()
    expected = models.FloatField()
    chance = models.FloatField()  # probability of so many when nothing is the matter
    found_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-found_at"]

    def __str__(self) -> str:
        return f"{self.service_type}, {self.region}"
