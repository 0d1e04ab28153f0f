"""Matching runs for planners: the list, the draw, and where the next units of capacity go best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from lacarte.kernel.permissions import Action, AnyUser, may
from lacarte.loop.matching.balancing import ClassBalance, by_class
from lacarte.loop.matching.inputs import unpack
from lacarte.loop.matching.models import Match, MatchingRun, NextUnit, RunInput, Unserved
from lacarte.loop.matching.ordering import lots
from lacarte.loop.matching.queries import latest_run
from lacarte.loop.planning.few import is_few
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.registers.menu.models import OfferAtPlace, Subject

_OFFER = ("offer_at_place__offer__provider", "offer_at_place__offer__service_type", "offer_at_place__region")
_OFFER_AT = {"service_at": "offer_at_place__offer__service_type_id", "region_at": "offer_at_place__region_id"}


def listed_runs(urgent: bool) -> QuerySet[MatchingRun]:
    """Runs over urgent needs, or those over all needs, newest first."""
    kind = MatchingRun.Kind.URGENT
    runs = MatchingRun.objects.filter(kind=kind) if urgent else MatchingRun.objects.exclude(kind=kind)
    return runs.select_related("decided_by", "asked_by")


def balance_by_class(run: MatchingRun) -> list[tuple[int, ClassBalance | None]]:
    """What balancing districts changed in each class of a run; ``None`` where it would tell about few people."""
    rows = by_class(run.balance)
    return [(row.priority_class, row if row.people >= SMALLEST_GROUP else None) for row in rows]


@dataclass
class Placed:
    """Units of the next ones that go to one offer: whom they serve (by class) and the seconds of travel saved."""

    offer_at_place: OfferAtPlace
    units: int = 0
    people: Counter[int] = field(default_factory=Counter)
    seconds: int = 0

    @property
    def total(self) -> int:
        """How many people more."""
        return self.people.total()

    @property
    def by_class(self) -> list[tuple[int, int]]:
        """Class and people more, most urgent first; empty where it would tell in which class few people wait."""
        of_people = self.offer_at_place.offer.service_type.subject != Subject.PLACE
        if of_people and any(is_few(n) for n in self.people.values()):
            return []
        return sorted(self.people.items())


def next_units(user: AnyUser, run: MatchingRun | None = None) -> list[NextUnit]:
    """The units that would relieve most by ``run`` (the last one that counts), best first, where one may plan."""
    run = run or latest_run()
    if run is None:
        return []
    units = NextUnit.objects.filter(may(user, Action.PLAN, **_OFFER_AT), run=run)
    return list(units.select_related(*_OFFER).order_by("rank"))


def placed(units: list[NextUnit]) -> list[Placed]:
    """The units by offer, the one that gets the first unit first."""
    found: dict[UUID, Placed] = {}
    for unit in units:
        at = found.setdefault(unit.offer_at_place_id, Placed(unit.offer_at_place))
        at.units += 1
        at.seconds += unit.seconds
        if unit.priority_class is not None:
            at.people[unit.priority_class] += 1
    return list(found.values())


@dataclass(frozen=True)
class Draw:
    """One need's place in a run: all that decided it, and the number it drew."""

    need: UUID
    priority_class: int
    need_index: float
    days: int
    number: int
    order: int
    served: bool


def draw_of(user: AnyUser, run: MatchingRun) -> Iterator[Draw]:
    """The draw of a run, first come first, where ``user`` may plan.

    Raises ``LookupError`` when the run's inputs are not kept any more.
    """
    kept = RunInput.objects.filter(run=run).first()
    if kept is None:
        raise LookupError("the inputs of this run are not kept any more")
    inputs = unpack(bytes(kept.arrays))
    numbers = lots(inputs.needs.ids, inputs.seed)
    at = {pk: i for i, pk in enumerate(inputs.needs.ids)}
    there = may(user, Action.PLAN, "need__")
    rows = [
        (*row, served)
        for records, served in ((Match.objects, True), (Unserved.objects, False))
        for row in records.filter(there, run=run).values_list("priority_class", "order", "need_id")
    ]
    for priority_class, order, need, served in sorted(rows):
        i = at[need]
        index, days = int(inputs.needs.index[i]) / 100, int(inputs.needs.waited[i])
        yield Draw(need, priority_class, index, days, int(numbers[i]), order, served)
