"""Sensed facilities: lifts, pumps, lights and gauges, what they measured, and their alarms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from lacarte.demo.content import Content
from lacarte.kernel.events import record_past
from lacarte.loop.needs.events import NeedReceived
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.priority.actions import weigh
from lacarte.loop.sensing.events import AlarmRaised
from lacarte.loop.sensing.models import Alarm, Datastream, Observation, Thing
from lacarte.registers.places.queries import regions_at

if TYPE_CHECKING:
    from lacarte.demo.load import Written

EACH = 10
_DAYS = 14
_ALARMS = 8


def write_things(rng: np.random.Generator, content: Content, written: Written, now: datetime) -> None:
    """Ten of each sort at people's homes, a fortnight of values, and some alarms that became needs."""
    things, streams = [], []
    for kind in content.things:
        service = next(one for one in written.services if one.code == kind["service"])
        for k in range(EACH):
            home = written.households[int(rng.integers(len(written.households)))]
            street = int(rng.integers(len(content.words["streets"]["en"])))
            names = {
                tag: words.format(street=content.words["streets"][tag][street])
                for tag, words in kind["name"].items()
            }
            thing = Thing(
                code=f"demo-{kind['kind']}-{k}",
                name=names,
                region=home.region,
                longitude=home.longitude or 0.0,
                latitude=home.latitude or 0.0,
            )
            things.append(thing)
            streams.append((_stream(thing, kind, service), kind))
    Thing.objects.bulk_create(things)
    Datastream.objects.bulk_create(stream for stream, _ in streams)
    Observation.objects.bulk_create(
        Observation(datastream=stream, at=now - timedelta(days=day), value=_usual(rng, kind))
        for stream, kind in streams
        for day in range(_DAYS, 0, -1)
    )
    chosen = rng.choice(len(streams), _ALARMS, replace=False)
    _write_alarms(rng, [streams[i] for i in chosen.tolist()], now)


def _stream(thing: Thing, kind: dict[str, Any], service: Any) -> Datastream:
    return Datastream(
        thing=thing,
        observed_property=kind["observed_property"],
        unit=kind["unit"],
        low=kind.get("low"),
        high=kind.get("high"),
        service_type=service,
    )


def _usual(rng: np.random.Generator, kind: dict[str, Any]) -> float:
    """A value well within the bounds."""
    low, high = kind.get("low", 0.0), kind["high"]
    return round(float(rng.uniform(low + 0.1 * (high - low), low + 0.7 * (high - low))), 2)


def _write_alarms(
    rng: np.random.Generator, streams: list[tuple[Datastream, dict[str, Any]]], now: datetime
) -> None:
    """Values above the bound, each an open alarm and a need, as ``sensing.observe`` would have made them."""
    alarms, needs = [], []
    for stream, kind in streams:
        at = now - timedelta(hours=float(rng.uniform(1, 20)))
        value = round(kind["high"] * float(rng.uniform(1.1, 1.6)), 2)
        Observation.objects.create(datastream=stream, at=at, value=value)
        alarms.append(Alarm(datastream=stream, value=value, raised_at=at))
    Alarm.objects.bulk_create(alarms)
    for alarm in alarms:
        stream, thing = alarm.datastream, alarm.datastream.thing
        needs.append(
            Need(
                channel=Channel.SENSOR,
                subject=stream.service_type.subject,
                service_type=stream.service_type,
                region_id=int(regions_at([thing.longitude], [thing.latitude])[0]),
                text=f"{stream.observed_property}: {alarm.value:g} {stream.unit}",
                longitude=thing.longitude,
                latitude=thing.latitude,
                external_id=f"alarm:{alarm.pk}",
                received_at=alarm.raised_at,
            )
        )
    Need.objects.bulk_create(needs)
    record_past((AlarmRaised(alarm=alarm.pk), alarm.pk, None, alarm.raised_at) for alarm in alarms)
    record_past((NeedReceived(need=n.pk, channel=n.channel), n.pk, None, n.received_at) for n in needs)
    weigh(Need.objects.filter(pk__in=[n.pk for n in needs]).select_related("service_type", "region"))
