"""Burning issues among the needs of a city: found every ten minutes, kept while they last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from lacarte.engines.surges import SCALES, Happened, Scale, annual_ratio, find, still, topics
from lacarte.engines.surges import Surge as Found
from lacarte.engines.surges.find import DAYS
from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.permissions import Action, AnyUser, permitted
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import Need, Surge
from lacarte.loop.needs.understanding.privacy import passed_on, without_personal
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

SLOT = timedelta(minutes=10)
#: A burning issue lasts while its chance is below this.
LASTS_BELOW = 0.05
#: A word is named as the topic of an issue when it stands in so many of its needs, so that it is nobody's own.
FEWEST_TEXTS = 5
_TEXTS_NOW, _TEXTS_BEFORE = 500, 1000
_YEARS_BACK = timedelta(days=52 * 7 + 7 + 8 * 7 + 7)


@dataclass(frozen=True, kw_only=True)
class SurgeBegan(DomainEvent):
    """A burning issue was found."""

    name: ClassVar[str] = "surge.began"
    sentence: ClassVar[str | Promise] = gettext_lazy("%(count)s needs where about %(expected)s are usual.")
    surge: UUID
    count: int
    expected: float


@dataclass(frozen=True, kw_only=True)
class SurgeEnded(DomainEvent):
    """A burning issue is over, or is part of a wider one."""

    name: ClassVar[str] = "surge.ended"
    sentence: ClassVar[str | Promise] = gettext_lazy("It is back to what is usual.")
    surge: UUID


@dataclass(frozen=True, eq=False)
class _City:
    """The needs of thirteen weeks as the engine takes them, with the numbers that its indexes stand for."""

    happened: Happened
    regions: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    annual: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Looked:
    """What a look has found: issues that began, go on and ended."""

    begun: list[Surge]
    going: list[Surge]
    ended: list[Surge]


def burning(user: AnyUser | None = None) -> QuerySet[Surge]:
    """The issues that burn now, newest first; those that an official's mandate covers, or all."""
    open_ones = Surge.objects.filter(ended_at=None).select_related("region", "service_type")
    return open_ones if user is None else permitted(open_ones, user, Action.READ)


def needs_of(surge: Surge) -> QuerySet[Need]:
    """The needs behind an issue."""
    return _counted(surge).filter(received_at__gt=surge.since, received_at__lte=surge.until)


def _counted(surge: Surge) -> QuerySet[Need]:
    needs = _needs_at(surge.region, surge.service_type)
    return needs.filter(text__icontains=surge.topic) if surge.by_words else needs


def daily(surge: Surge, days: int = 28) -> list[int]:
    """How many needs came in at the place and of the type of an issue, on each of the last days, oldest first."""
    counts = [0] * days
    recent = _counted(surge).filter(
        received_at__gt=surge.until - timedelta(days=days), received_at__lte=surge.until
    )
    for at in recent.values_list("received_at", flat=True):
        counts[days - 1 - min(days - 1, (surge.until - at) // timedelta(days=1))] += 1
    return counts


def look(now: datetime | None = None, scales: tuple[Scale, ...] | None = None) -> Looked:
    """Look for burning issues at ``now``; ``scales`` are those due in this ten-minute slot of the day."""
    now = now or clock.now()
    city = _city(now)
    due = scales or _due(now)
    share = settings.CONFIGURED["surge_false_percent"] / 100
    found = find(city.happened, due, false_share=share, annual=city.annual)
    with transaction.atomic():
        running = list(Surge.objects.select_for_update().filter(ended_at=None, by_words=False))
        looked = Looked([], [], [])
        _continue(city, running, found, now, looked)
        for one in found:
            region, kind = int(city.regions[one.place]), int(city.kinds[one.kind])
            if not any(_is_in(region, kind, other) for other in looked.going):
                _begin(one, region, kind, now, looked)
    return looked


def _due(now: datetime) -> tuple[Scale, ...]:
    """Longer windows are looked at less often, each so many times a day."""
    slot = int(now.timestamp() // SLOT.total_seconds())
    a_day = int(timedelta(days=1) / SLOT)
    return tuple(scale for scale in SCALES if slot % (a_day // scale.looks) == 0)


def _continue(city: _City, running: list[Surge], found: list[Found], now: datetime, looked: Looked) -> None:
    """Bring what burns up to date; end what is back to usual, and what a wider issue now speaks for."""
    asked = [
        (
            int(np.searchsorted(city.regions, one.region_id)),
            int(np.searchsorted(city.kinds, one.service_type_id)),
            (one.until - one.since).total_seconds() / 3600,
        )
        for one in running
    ]
    for surge, current in zip(running, still(city.happened, asked, annual=city.annual), strict=True):
        wider = any(
            (int(city.regions[one.place]), int(city.kinds[one.kind])) != (surge.region_id, surge.service_type_id)
            and _holds(city, one, surge)
            for one in found
        )
        if current is None or current.chance > LASTS_BELOW or wider:
            surge.ended_at = now
            surge.save(update_fields=["ended_at"])
            publish(SurgeEnded(surge=surge.pk), stream=surge.pk)
            looked.ended.append(surge)
            continue
        _update(surge, current, now)
        surge.save()
        looked.going.append(surge)


def _begin(found: Found, region: int, kind: int, now: datetime, looked: Looked) -> None:
    surge = Surge(region_id=region, service_type_id=kind, found_at=now)
    _update(surge, found, now)
    surge.topic = _topic(surge)
    surge.save(force_insert=True)
    expected = round(surge.expected, 1)
    publish(SurgeBegan(surge=surge.pk, count=surge.count, expected=expected), stream=surge.pk)
    looked.begun.append(surge)


def _update(surge: Surge, found: Found, now: datetime) -> None:
    surge.since, surge.until = now - timedelta(hours=found.hours), now
    surge.count, surge.expected, surge.chance = found.count, found.expected, found.chance


def _is_in(region: int, kind: int, other: Surge) -> bool:
    """Whether a place and a kind lie in an issue that burns already."""
    return region in other.region.interval and kind in other.service_type.interval


def _holds(city: _City, found: Found, surge: Surge) -> bool:
    """Whether what was found is wider than an issue that burns."""
    region = Region.objects.get(pk=int(city.regions[found.place]))
    kind = ServiceType.objects.get(pk=int(city.kinds[found.kind]))
    return surge.region_id in region.interval and surge.service_type_id in kind.interval


def _needs_at(region: Region, kind: ServiceType) -> QuerySet[Need]:
    return Need.objects.filter(
        passed_on(),
        region__gte=region.number,
        region__lte=region.last,
        service_type__gte=kind.number,
        service_type__lte=kind.last,
    ).order_by("-received_at")


def _topic(surge: Surge) -> str:
    """A word or phrase that many of the needs share and that was rare before; empty where there is none."""
    before = _needs_at(surge.region, surge.service_type).filter(
        received_at__lte=surge.since, received_at__gt=surge.until - timedelta(days=DAYS)
    )
    told, earlier = _texts(needs_of(surge), _TEXTS_NOW), _texts(before, _TEXTS_BEFORE)
    clear = topics(told, earlier, elsewhere=_usual(surge) or None, most=1, fewest=FEWEST_TEXTS)
    return clear[0].words[:120] if clear else ""


def _usual(surge: Surge) -> list[str]:
    """What the whole city wrote before in the language of an issue."""
    spoken = needs_of(surge).order_by().values_list("language").annotate(n=Count("pk")).order_by("-n", "language")
    language = spoken.values_list("language", flat=True).first()
    elsewhere = Need.objects.filter(passed_on(), language=language, received_at__lte=surge.since)
    return _texts(elsewhere.order_by("-received_at"), _TEXTS_BEFORE)


def _texts(needs: QuerySet[Need], most: int) -> list[str]:
    """One text of each person, without personal data."""
    rows = needs.exclude(text="").values_list("pk", "person", "text")[:most]
    by_person = {person or key: text for key, person, text in rows}
    return [without_personal(text) for text in by_person.values()]


def _city(now: datetime) -> _City:
    regions, places = _tree(Region.objects.order_by("number"))
    numbers, kinds = _tree(ServiceType.objects.order_by("number"))
    recent = Need.objects.filter(passed_on(), received_at__gt=now - timedelta(days=DAYS), received_at__lte=now)
    rows = list(recent.values_list("region", "service_type", "received_at", "person").iterator(chunk_size=10_000))
    hours = [(now - at).total_seconds() / 3600 for _, _, at, _ in rows]
    known: set[Any] = set()
    once = np.ones(len(rows), dtype=np.bool_)  # who says the same thing again on a day is counted once
    for i, (region, kind, _, person) in enumerate(rows):
        if person is not None:
            key = (person, region, kind, int(hours[i] // 24))
            once[i] = key not in known
            known.add(key)
    happened = Happened(
        place=np.searchsorted(regions, np.array([row[0] for row in rows], dtype=np.int64))[once],
        kind=np.searchsorted(numbers, np.array([row[1] for row in rows], dtype=np.int64))[once],
        age=np.array(hours, dtype=np.float64)[once],
        place_parent=places,
        kind_parent=kinds,
    )
    return _City(happened, regions, numbers, _annual(now, numbers, kinds))


def _tree(nodes: QuerySet[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The numbers of a tree in order, and the index of each one's parent."""
    rows = list(nodes.values_list("number", "parent"))
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    parents = [-1 if above is None else int(np.searchsorted(numbers, above)) for _, above in rows]
    return numbers, np.array(parents, dtype=np.int64)


def _annual(
    now: datetime, numbers: npt.NDArray[np.int64], parents: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """By how much the season moves each kind just now, where there were needs a year ago."""
    first = Need.objects.aggregate(first=Min("received_at"))["first"]
    if first is None or first > now - _YEARS_BACK:
        return np.ones(len(numbers))
    days = _YEARS_BACK.days
    counted = (
        Need.objects.filter(passed_on(), received_at__gt=now - _YEARS_BACK, received_at__lte=now)
        .annotate(day=TruncDate("received_at"))
        .order_by()
        .values_list("service_type", "day")
        .annotate(n=Count("pk"))
    )
    daily_counts = np.zeros((len(numbers), days))
    for kind, day, n in counted:
        ago = (now.date() - day).days
        at = int(np.searchsorted(numbers, kind))
        while at >= 0:
            daily_counts[at, min(max(ago, 0), days - 1)] += n
            at = int(parents[at])
    return annual_ratio(daily_counts)


@every(SLOT, "needs.burning-issues")
def look_for_burning_issues() -> None:
    """Look every ten minutes."""
    look()
