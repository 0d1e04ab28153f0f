"""Needs of places that several people have told of, so that the desk and the residents have cases to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from lacarte.engines.geography import cells
from lacarte.kernel.events import record_past
from lacarte.loop.needs.events import NeedCounted, NeedJoined, NeedReceived
from lacarte.loop.needs.models import Channel, Joining, Need
from lacarte.loop.priority.actions import weigh
from lacarte.registers.menu.models import Subject

#: How many cases, and how many more tell of each.
CASES, TELL_AGAIN = 6, (4, 3, 2, 1, 1, 1)
#: Some metres, in degrees: people do not stand on the same spot.
_BESIDE = 0.0002
_TEXTS = (
    ("en", "We have this at our door too. When does somebody come?"),
    ("zh-hans", "我们门口也是这样，什么时候有人来处理？"),
    ("en", "The same as my neighbours say: it has been like this for days."),
    ("zh-hans", "和邻居反映的是同一件事，已经好几天了。"),
)


def write_told_again(rng: np.random.Generator, now: datetime) -> None:
    """Write further reports of the newest needs of places that wait or are dealt with, joined to them."""
    under_way = Need.objects.filter(
        subject=Subject.PLACE, state__in=[Need.State.OPEN, Need.State.ORDERED], service_type__orderable=True
    )
    leads = under_way.exclude(longitude=None).exclude(person=None).order_by("-received_at", "pk")[:CASES]
    told = list(_reports(rng, list(leads), now))
    points = np.array([(need.longitude, need.latitude) for need in told], dtype=float)
    for need, cell in zip(told, cells(points[:, 0], points[:, 1]).tolist(), strict=True):
        need.cell = cell
    Need.objects.bulk_create(told)
    Joining.objects.bulk_create(
        Joining(need=need, to=need.lead, was=Need.State.OPEN, probability=0.98, at=need.received_at)
        for need in told
    )
    for need in told:
        assert need.lead is not None
        said = NeedJoined(need=need.pk, lead=need.lead.pk, reference=need.lead.reference, automatic=True)
        for event, stream in (
            (NeedReceived(need=need.pk, channel=need.channel), need.pk),
            (said, need.pk),
            (NeedCounted(need=need.lead.pk, joined=need.pk), need.lead.pk),
        ):
            record_past([(event, stream, None, need.received_at)])
    weigh(Need.objects.filter(pk__in=[need.pk for need in told]).select_related("service_type", "region"))


def _reports(rng: np.random.Generator, leads: list[Need], now: datetime) -> Iterator[Need]:
    for lead, times in zip(leads, TELL_AGAIN, strict=False):
        for _ in range(times):
            at = lead.received_at + (now - lead.received_at) * float(rng.uniform(0.1, 0.9))
            language, text = _TEXTS[int(rng.integers(len(_TEXTS)))]
            east, north = rng.uniform(-_BESIDE, _BESIDE, 2).tolist()
            yield Need(
                state=Need.State.JOINED,
                lead=lead,
                channel=Channel.WEB,
                subject=Subject.PLACE,
                service_type=lead.service_type,
                region=lead.region,
                text=text,
                language=language,
                longitude=(lead.longitude or 0.0) + east,
                latitude=(lead.latitude or 0.0) + north,
                received_at=at,
                changed_at=at,
            )
