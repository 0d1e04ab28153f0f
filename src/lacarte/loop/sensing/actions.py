"""Verbs that change what is sensed."""

from __future__ import annotations

import math
from datetime import datetime

from django.db import transaction

from lacarte.kernel.events import publish
from lacarte.loop.sensing.events import AlarmCleared, AlarmRaised
from lacarte.loop.sensing.models import Alarm, Datastream, Observation


def observe(datastream: Datastream, *, value: float, at: datetime) -> Alarm | None:
    """Record an observation; raise or clear the alarm of its datastream. Returns the alarm that is open.

    The same time twice is the same observation, and one older than the newest changes no alarm, so late
    and repeated deliveries are harmless. Raises ``ValueError`` for a value that is not a number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a measured value")
    with transaction.atomic():
        stream = Datastream.objects.select_for_update().get(pk=datastream.pk)
        open_alarm = stream.alarms.filter(cleared_at=None).first()
        late = stream.observations.filter(at__gte=at).exists()
        Observation.objects.get_or_create(datastream=stream, at=at, defaults={"value": value})
        outside = (stream.low is not None and value < stream.low) or (
            stream.high is not None and value > stream.high
        )
        if late or outside == (open_alarm is not None):
            return open_alarm
        if open_alarm is None:
            raised = Alarm.objects.create(datastream=stream, value=value, raised_at=at)
            publish(AlarmRaised(alarm=raised.pk), stream=raised.pk)
            return raised
        open_alarm.cleared_at = at
        open_alarm.save(update_fields=["cleared_at"])
        publish(AlarmCleared(alarm=open_alarm.pk), stream=open_alarm.pk)
        return None
