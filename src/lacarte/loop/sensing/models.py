"""Things that sense: their datastreams, and the alarms that become needs (SensorThings terms)."""

from __future__ import annotations

from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region


class Thing(models.Model):
    """A facility that can be sensed: a pump, a lift, an elder's alarm button."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=120, unique=True)
    name = MultilingualField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    longitude = models.FloatField()
    latitude = models.FloatField()

    def __str__(self) -> str:
        return in_language(self.name)


class Datastream(models.Model):
    """One observed property of a thing, and the bounds outside which somebody must come."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="datastreams")
    observed_property = models.CharField(max_length=80)
    unit = models.CharField(max_length=20)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thing", "observed_property"], name="datastream_property")]

    def __str__(self) -> str:
        return f"{self.thing}: {self.observed_property}"


class Observation(models.Model):
    """One value at one time; the same time twice is the same observation."""

    datastream = models.ForeignKey(Datastream, on_delete=models.CASCADE, related_name="observations")
    at = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["datastream", "at"], name="observation_once")]

    def __str__(self) -> str:
        return f"{self.value} at {self.at:%Y-%m-%d %H:%M}"


class Alarm(models.Model):
    """A datastream is outside its bounds; at most one is open for each datastream."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    datastream = models.ForeignKey(Datastream, on_delete=models.CASCADE, related_name="alarms")
    value = models.FloatField()
    raised_at = models.DateTimeField(default=clock.now)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["datastream"], condition=models.Q(cleared_at__isnull=True), name="one_open_alarm"
            )
        ]

    def __str__(self) -> str:
        return f"{self.datastream}: {self.value}"
