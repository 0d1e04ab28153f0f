"""The rows that a matching run reads, as columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import Count, Q, QuerySet, Sum

from lacarte.kernel import clock
from lacarte.kernel.tree import BITS, FANOUT_BITS, ROOT_NUMBER
from lacarte.loop.matching.models import Match, MatchingRun, Refusal, Unserved
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.capacity.counting import open_lots, with_free_units
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace, PriorityClass
from lacarte.registers.places.models import Agreement

#: How far ahead capacity is given out.
HORIZON = timedelta(days=28)
#: How far ahead people are told of capacity that is not given out yet.
LATER = timedelta(days=84)
#: How long an offer that refused a need, or failed it, is not asked for the same need again.
REFUSED_FOR = timedelta(days=14)
#: So many needs are named in a query; of more all there is is read.
_NAMED = 500
#: Needs up to this class do not wait for the night.
URGENT_CLASS = PriorityClass.DAYS
LAST_CLASS = max(PriorityClass)
#: A run in one of these states counts.
COUNTING = (MatchingRun.State.PUBLISHING, MatchingRun.State.PUBLISHED)
_CITY_WIDTH_BITS = BITS - FANOUT_BITS
_EVERYWHERE_METRES = 1e9
_MOST_LANGUAGES = 63

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OpenNeeds:
    """Needs that wait for an offer, one column an attribute."""

    ids: list[UUID]
    service_type: Ints
    region: Ints
    longitude: Floats
    latitude: Floats
    language: Ints  # one bit a language, 0: unknown
    priority_class: Ints
    index: Ints  # need index in hundredths
    waited: Ints  # whole days

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Supply:
    """Offers at places with capacity, free or not, one column an attribute.

    Those that have something free after the horizon come once more, at the end, with the ``day`` when it begins.
    """

    ids: list[UUID]
    service_type: Ints
    region: Ints
    longitude: Floats
    latitude: Floats
    languages: Ints  # one bit a language, 0: not said
    reach_metres: Floats
    price_minor: Floats  # NaN: not known
    free: Ints
    day: Ints  # 0: within the horizon; else how many days from now the first free lot begins
    agreements: frozenset[tuple[int, int, int, int]]  # supplier city, beneficiary city, service first, last
    area: Ints  # for whom it is alone: a number in ``areas``, 0: for all within reach
    areas: frozenset[tuple[int, int, int]]  # number of an area, and the first and last region of a part of it


def city_of(regions: Ints) -> Ints:
    """The first level below the root that each region lies in; 0 where it is not known."""
    return regions >> _CITY_WIDTH_BITS


def district_of(regions: Ints) -> Ints:
    """The second level below the root that each region lies in, or its city; 0 where it is not known."""
    return regions >> (_CITY_WIDTH_BITS - FANOUT_BITS)


class Languages:
    """Numbers languages by bits, in the order they are met; those that find no bit left count as not known."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}

    def bits(self, *tags: str) -> int:
        """One bit for each base language; ``und`` has none."""
        known = {tag.lower().split("-")[0] for tag in tags} - {"und", ""}
        numbers = [self._bits.setdefault(tag, len(self._bits)) for tag in sorted(known)]
        return sum(1 << number for number in numbers if number < _MOST_LANGUAGES)


def open_needs(
    languages: Languages, least_urgent: int = LAST_CLASS, promotion_days: int = 0, *, only: UUID | None = None
) -> OpenNeeds:
    """All weighed needs of class ``least_urgent`` or earlier that wait for an offer, by id; or ``only`` one.

    With them those that come up to it by having waited ``promotion_days``. One that a published decision holds a
    unit for has its promise and does not wait.
    """
    now, promised = clock.now(), Match.objects.filter(outcome=Match.Outcome.HELD).values("need")
    among = Q(priority_class__lte=least_urgent)
    if only is not None:
        among &= Q(pk=only)
    if promotion_days:
        among |= Q(priority_class=least_urgent + 1, received_at__lte=now - timedelta(days=promotion_days))
    rows = list(
        Need.objects.filter(among, state=Need.State.OPEN, service_type__gt=ROOT_NUMBER)
        .exclude(pk__in=promised)
        .order_by("pk")
        .values_list(
            *("pk", "service_type_id", "region_id", "longitude", "latitude", "language", "priority_class"),
            *("need_index", "received_at"),
        )
    )
    return OpenNeeds(
        ids=[row[0] for row in rows],
        service_type=_ints(row[1] for row in rows),
        region=_ints(row[2] for row in rows),
        longitude=_floats(row[3] for row in rows),
        latitude=_floats(row[4] for row in rows),
        language=_ints(languages.bits(row[5]) for row in rows),
        priority_class=_ints(row[6] for row in rows),
        index=_ints(round((row[7] or 0.0) * 100) for row in rows),
        waited=_ints(max((now - row[8]).days, 0) for row in rows),
    )


def supply(languages: Languages, kinds: Iterable[int]) -> Supply:
    """Offers at places of these service types with capacity within the horizon, and what of it is free.

    What people wait for in turn is not: the first that is free is theirs.
    One that is full stays in with nothing free: its price says what one more unit there would do. What is free
    after the horizon is nobody's yet, but people are told of it.
    """
    now = clock.now()
    at: dict[tuple[bool, UUID], OfferAtPlace] = {}
    free: dict[tuple[bool, UUID], int] = defaultdict(int)
    day: dict[tuple[bool, UUID], int] = {}
    lots = list(with_free_units(_lots(kinds, now)).order_by("starts_at", "pk"))
    turns = in_turn({lot.offer_at_place_id for lot in lots})
    for lot in lots:
        later = lot.starts_at >= now + HORIZON
        offered = max(lot.free - turns[lot.offer_at_place_id], 0)
        turns[lot.offer_at_place_id] -= max(lot.free, 0) - offered
        if later and not offered:
            continue
        key = later, lot.offer_at_place_id
        at[key] = lot.offer_at_place
        free[key] += offered
        day.setdefault(key, (lot.starts_at - now).days if later else 0)
    keys = sorted(at)
    places = [at[key] for key in keys]
    area, areas = _areas(offer for _, offer in keys)
    return Supply(
        ids=[offer for _, offer in keys],
        service_type=_ints(place.offer.service_type_id for place in places),
        region=_ints(place.region_id for place in places),
        longitude=_floats(place.longitude for place in places),
        latitude=_floats(place.latitude for place in places),
        languages=_ints(languages.bits(*place.offer.languages) for place in places),
        reach_metres=_floats(place.reach_metres or _EVERYWHERE_METRES for place in places),
        price_minor=_floats(place.offer.price_minor for place in places),
        free=_ints(free[key] for key in keys),
        day=_ints(day[key] for key in keys),
        agreements=frozenset(_agreements()),
        area=_ints(area.get(offer, 0) for _, offer in keys),
        areas=areas,
    )


def in_turn(offers: Collection[UUID]) -> Counter[UUID]:
    """How many wait in turn (``orders.waiting``) for each offer at a place: what becomes free there is theirs."""
    waiting = OfferAtPlace.objects.filter(pk__in=offers, waiting__state="waiting").order_by()
    return Counter(dict(waiting.values_list("pk").annotate(n=Count("waiting"))))


def _areas(offers: Iterable[UUID]) -> tuple[dict[UUID, int], frozenset[tuple[int, int, int]]]:
    """The number of the area that each offer serves alone, and the areas; those that are alike are one."""
    parts: dict[UUID, set[tuple[int, int]]] = defaultdict(set)
    named = OfferAtPlace.serves.through.objects.values_list("offeratplace_id", "region_id", "region__last")
    for offer, first, last in named:
        parts[offer].add((first, last))
    ours = {offer: tuple(sorted(parts[offer])) for offer in offers if offer in parts}
    numbers = {area: number for number, area in enumerate(sorted(set(ours.values())), start=1)}
    areas = frozenset((number, first, last) for area, number in numbers.items() for first, last in area)
    return {offer: numbers[area] for offer, area in ours.items()}, areas


def _lots(kinds: Iterable[int], now: datetime) -> QuerySet[CapacityLot]:
    """Capacity of these service types that is not over and begins soon enough to be told of."""
    return CapacityLot.objects.filter(
        open_lots(),
        starts_at__lt=now + LATER,
        offer_at_place__offer__paused=False,
        offer_at_place__offer__service_type__in=set(kinds),
    ).select_related("offer_at_place__offer")


def _agreements() -> list[tuple[int, int, int, int]]:
    now = clock.now()
    living = Agreement.objects.filter(since__lte=now, until__gt=now)
    return [
        (
            a.supplier_id >> _CITY_WIDTH_BITS,
            a.beneficiary_id >> _CITY_WIDTH_BITS,
            a.service_first,
            a.service_last,
        )
        for a in living
    ]


def refused(needs: OpenNeeds, offers: Supply) -> Ints:
    """``int64[r]``: the pairs that lately came to nothing, each as ``need * len(offers.ids) + offer``, sorted."""
    at_need = {pk: i for i, pk in enumerate(needs.ids)}
    at_offer: dict[UUID, list[int]] = defaultdict(list)
    for j, pk in enumerate(offers.ids):
        at_offer[pk].append(j)
    lately = Refusal.objects.filter(at__gt=clock.now() - REFUSED_FOR).order_by()
    if len(needs.ids) <= _NAMED:
        lately = lately.filter(need__in=list(needs.ids))
    pairs = lately.values_list("need_id", "offer_at_place_id")
    k = len(offers.ids)
    known = (at_need[need] * k + j for need, offer in pairs if need in at_need for j in at_offer.get(offer, ()))
    return np.sort(_ints(known))


def runs(kind: str = "") -> QuerySet[MatchingRun]:
    """All runs, newest first; of one ``kind`` when one is named."""
    return MatchingRun.objects.filter(kind=kind) if kind else MatchingRun.objects.all()


def latest_run() -> MatchingRun | None:
    """The published run over all needs whose prices count."""
    counting = MatchingRun.objects.filter(state__in=COUNTING).exclude(kind=MatchingRun.Kind.URGENT)
    return counting.order_by("-decided_at").first()


def by_urgency(decisions: QuerySet[Match]) -> list[UUID]:
    """The ids of one run's decisions, first who goes first in that run: its classes, its promotions, its draw."""
    return list(decisions.order_by("priority_class", "order", "pk").values_list("pk", flat=True))


def decision_of(need: UUID, offer_at_place: UUID | None = None) -> Match | None:
    """The newest published decision for a need (that names ``offer_at_place``), if there is one."""
    decisions = Match.objects.filter(need=need, run__state__in=COUNTING)
    if offer_at_place is not None:
        decisions = decisions.filter(offer_at_place=offer_at_place)
    return decisions.select_related("run").order_by("-run__decided_at").first()


def why_unserved(need: UUID) -> Unserved | None:
    """Why the newest published run that considered a need found nothing for it; ``None`` if it found something."""
    newest = Unserved.objects.filter(need=need, run__state__in=COUNTING).select_related("run")
    found = newest.order_by("-run__decided_at").first()
    decided = decision_of(need)
    if found is None or (decided is not None and _at(decided.run) > _at(found.run)):
        return None
    return found


def _at(run: MatchingRun) -> datetime:
    return run.decided_at or run.started_at


def matched_since(moment: datetime) -> int:
    """How many needs the runs published since ``moment`` matched."""
    published = MatchingRun.objects.filter(state__in=COUNTING, decided_at__gte=moment)
    return int(published.aggregate(n=Sum("matched"))["n"] or 0)


def _ints(values: object) -> Ints:
    return np.fromiter(values, dtype=np.int64)  # type: ignore[call-overload,no-any-return]


def _floats(values: object) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)  # type: ignore[attr-defined]
