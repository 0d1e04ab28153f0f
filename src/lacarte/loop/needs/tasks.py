"""A sensed alarm becomes a need; uploads that were never sent are removed; streets are learnt."""

from __future__ import annotations

from datetime import timedelta

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.cases import clustering
from lacarte.loop.needs.cases import news as case_news
from lacarte.loop.needs.messages import confirming, delivering
from lacarte.loop.needs.models import Channel
from lacarte.loop.needs.surges import finding as surges
from lacarte.loop.needs.surges import phrases as surging_words
from lacarte.loop.needs.understanding import placing, training
from lacarte.loop.needs.uploads import attachments, keeping, scanning
from lacarte.loop.needs.urgency import calling, dangers
from lacarte.loop.needs.urgency import learnt as learnt_urgency
from lacarte.loop.sensing.events import AlarmRaised
from lacarte.loop.sensing.models import Alarm

__all__ = [
    "calling",
    "case_news",
    "clustering",
    "confirming",
    "dangers",
    "delivering",
    "keeping",
    "learn_places",
    "learnt_urgency",
    "need_of_alarm",
    "scanning",
    "surges",
    "surging_words",
    "sweep_attachments",
    "training",
]  # whose jobs are declared there


@subscribe(AlarmRaised)
def need_of_alarm(event: AlarmRaised, record: Event) -> None:
    """One alarm is one need, of the type its datastream names, where its thing stands."""
    alarm = Alarm.objects.select_related("datastream__thing", "datastream__service_type").get(pk=event.alarm)
    stream = alarm.datastream
    receive(
        text=f"{stream.observed_property}: {alarm.value:g} {stream.unit}",
        channel=Channel.SENSOR,
        service_type=stream.service_type,
        longitude=stream.thing.longitude,
        latitude=stream.thing.latitude,
        language="und",
        external_id=f"alarm:{alarm.pk}",
        received_at=alarm.raised_at,
    )


@every(timedelta(hours=6), "needs.sweep-attachments")
def sweep_attachments() -> None:
    """Remove uploads that were never sent, and files that no row names."""
    attachments.sweep()


@every(timedelta(days=1), "needs.learn-places")
def learn_places() -> None:
    """Learn the streets and crossings that the addresses of needs name."""
    placing.learn_places()
