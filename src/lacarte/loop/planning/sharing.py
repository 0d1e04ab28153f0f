"""What two regions gain by sharing: an agreement between them, or staff who work in both.

All of it is tried on what the last run knew; nothing is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from lacarte.engines.matching import Problem, Result, solve
from lacarte.engines.matching.capacity import (
    Change,
    Crossings,
    Pool,
    agree,
    people_and_cost,
    share,
    worth_at_most,
)
from lacarte.kernel import clock, tree
from lacarte.kernel.permissions import AnyUser
from lacarte.loop.matching.candidates import build
from lacarte.loop.matching.queries import city_of
from lacarte.loop.planning.few import Told, told, told_apart
from lacarte.loop.planning.kept import MOST_PAIRS, Bools, Ints, Kept, not_covered, too_much
from lacarte.registers.menu.models import OfferAtPlace, PriorityClass, ServiceType
from lacarte.registers.places.models import Agreement, Region
from lacarte.registers.places.outlines import districts

MOST_AT_A_TIME = 1000
#: Twenty regions make 190 pairs, each a pass over all needs and offers.
MOST_REGIONS = 20
_EVERYWHERE_METRES = 1e9
_ELSEWHERE = -1


@dataclass(frozen=True)
class Partners:
    """The two regions that would share.

    In one city an agreement is about how far offers go; between cities it is about the border.
    """

    one: Region
    other: Region

    @property
    def apart(self) -> bool:
        """Whether they are in two cities."""
        return len(set(city_of(np.array([self.one.number, self.other.number], dtype=np.int64)).tolist())) == 2

    @property
    def nested(self) -> bool:
        """Whether one is inside the other, or they are the same."""
        return self.one.number in self.other.interval or self.other.number in self.one.interval

    @property
    def of_cities(self) -> bool:
        """Whether both are whole cities. Matching runs take an agreement between cities for the whole of both."""
        return self.one.interval.depth == self.other.interval.depth == 1


@dataclass(frozen=True)
class GroupChange:
    """People of one class or district who gain an offer, and who lose theirs."""

    label: str
    gain: Told
    lose: Told


@dataclass(frozen=True)
class Gain:
    """What one more of something brings: somebody served, or seconds of way saved."""

    people: bool
    seconds: int

    def __bool__(self) -> bool:
        return self.people or self.seconds > 0


@dataclass(frozen=True)
class Shared:
    """Who gains and who loses, where one may plan; what one more would bring; how sure that is."""

    gain: Told
    lose: Told
    by_class: list[GroupChange]
    by_district: list[GroupChange]
    seconds_saved: int  # of everybody's way and its equivalents; below 0 where serving more people takes more
    one_more: Gain
    nobody_loses: bool
    gap: int
    step: int  # a gap below this is a matter of seconds of way, not of people

    @property
    def best_for_people(self) -> bool:
        """Whether it is proved that nothing else serves people better."""
        return self.gap < self.step

    @property
    def people_gap(self) -> int:
        """How many people more another choice could serve at most; 0: only who would be served is not proved."""
        return self.gap // self.step if self.nobody_loses else 0

    @property
    def seconds_taken(self) -> int:
        """The opposite of ``seconds_saved``."""
        return -self.seconds_saved


@dataclass(frozen=True)
class AgreementWorth(Shared):
    """What an agreement would do."""

    new_pairs: int  # needs and offers that it would bring together
    crossing: Told  # how many would use it
    at_most: Told  # people more that any agreement of this size can serve, by prices alone


@dataclass(frozen=True)
class StaffWorth(Shared):
    """What shared staff would do, and where they would work."""

    placed: list[tuple[OfferAtPlace, int]]  # most first
    unused: int


@dataclass(frozen=True)
class PairWorth:
    """Two regions, and how many people more an agreement between them can serve at most."""

    partners: Partners
    at_most: Told


def partners_to_try(user: AnyUser, kind: ServiceType | None) -> list[Region]:
    """Districts, and cities if there are several, where ``user`` may plan for ``kind`` (``None``: for all)."""
    cities = list(Region.objects.filter(parent__number=tree.ROOT_NUMBER))
    known = {region.number: region for region in [*(cities if len(cities) > 1 else []), *districts()]}
    refused = {region.number for region in not_covered(user, kind, list(known.values()))}
    return [region for number, region in sorted(known.items()) if number not in refused]


def most_promising(given: Kept, regions: Sequence[Region], n: int = 10) -> list[PairWorth]:
    """The ``n`` pairs of ``regions`` whose agreement can serve most, by prices alone: nothing is tried out.

    Districts of one city, and whole cities; of many regions the ``MOST_REGIONS`` where most waited in vain. Raises
    :class:`NoPlanError` where that is too much for a page.
    """
    in_vain = given.inputs.needs.region[given.result.assignment < 0]
    regions = sorted(regions, key=lambda region: -int(_inside(in_vain, region).sum()))[:MOST_REGIONS]
    regions.sort(key=lambda region: region.number)
    pairs = [Partners(*pair) for pair in combinations(regions, 2)]
    pairs = [pair for pair in pairs if not pair.nested and (pair.of_cities or not pair.apart)]
    wide = {apart: _wide(given, regions, apart) for apart in {pair.apart for pair in pairs}}
    alike = _all_alike(given.problem)
    today = solve(alike)
    found = []
    for pair in pairs:
        crossings = _crossings(given, wide[pair.apart], pair, len(given.inputs.needs))
        if len(crossings.need):
            found.append((_people_at_most(alike, today, crossings), pair))
    best = sorted((one for one in found if one[0]), key=lambda one: -one[0])[:n]
    return [PairWorth(pair, told(people)) for people, pair in best]


def agreement(given: Kept, partners: Partners, most: int, nobody_loses: bool) -> AgreementWorth:
    """What an agreement between two regions is worth, if at most ``most`` people use it at a time."""
    crossings = _crossings(given, _wide(given, (partners.one, partners.other), partners.apart), partners, most)
    problem = _classes_only(given.problem) if nobody_loses else given.problem
    found = agree(problem, given.result, crossings, _districts(given), nobody_loses)
    alike = _all_alike(given.problem)
    return AgreementWorth(
        **_shared(found.change, _gain(found.price, found.step), nobody_loses, found.gap, found.step),
        new_pairs=len(crossings.need),
        crossing=told(found.crossing),
        at_most=told(_people_at_most(alike, solve(alike), crossings)),
    )


def staff(given: Kept, partners: Partners, units: int, nobody_loses: bool) -> StaffWorth:
    """Where ``units`` new units would work if each may work at any offer of the two regions, and who gains."""
    works = given.inputs.supply.region
    offers = _inside(works, partners.one) | _inside(works, partners.other)
    problem = _classes_only(given.problem) if nobody_loses else given.problem
    found = share(problem, given.result, [Pool(units, offers)], None, _districts(given), nobody_loses)
    at: Counter[UUID] = Counter()
    for offer in np.flatnonzero(found.units[0]).tolist():
        at[given.inputs.supply.ids[offer]] += int(found.units[0, offer])
    places = OfferAtPlace.objects.select_related("offer__provider", "region").in_bulk(list(at))
    return StaffWorth(
        **_shared(found.change, _gain(int(found.price[0]), found.step), nobody_loses, found.gap, found.step),
        placed=[(places[pk], n) for pk, n in at.most_common() if pk in places],
        unused=units - at.total(),
    )


def existing_agreements(partners: Partners, kind: ServiceType | None) -> list[Agreement]:
    """Agreements in force between the two regions, or regions around them, about ``kind`` (``None``: anything)."""
    now, about = clock.now(), kind.interval if kind else tree.ROOT
    living = Agreement.objects.filter(since__lte=now, until__gt=now).select_related("supplier", "beneficiary")
    living = living.filter(service_first__lte=about.last, service_last__gte=about.first)
    pair = (partners.one.number, partners.other.number)
    return [
        one
        for one in living.order_by("until", "pk")
        if any(a in one.supplier.interval and b in one.beneficiary.interval for a, b in (pair, pair[::-1]))
    ]


def _wide(given: Kept, regions: Sequence[Region], apart: bool) -> Problem:
    """All pairs there would be if ``regions`` shared everything."""
    supply = given.inputs.supply
    if apart:
        cities = city_of(np.array([region.number for region in regions], dtype=np.int64)).tolist()
        new = {(*pair, *_ANY_SERVICE) for pair in permutations(set(cities), 2)}
        supply = replace(supply, agreements=supply.agreements | new)
    else:  # within a city there is no border; what keeps an offer from people is how far it goes
        offers = np.logical_or.reduce([_inside(supply.region, region) for region in regions])
        supply = replace(supply, reach_metres=np.where(offers, _EVERYWHERE_METRES, supply.reach_metres))
    if _pairs_of_a_kind(given) > MOST_PAIRS:
        raise too_much()
    return build(replace(given.inputs, supply=supply)).problem


def _pairs_of_a_kind(given: Kept) -> int:
    """How many pairs there are of a need and an offer of the same service type, possible or not."""
    needs, offers = (Counter(table.service_type.tolist()) for table in (given.inputs.needs, given.inputs.supply))
    return sum(n * offers[kind] for kind, n in needs.items())


def _crossings(given: Kept, wide: Problem, partners: Partners, most: int) -> Crossings:
    """The pairs that an agreement adds: none of those that the run could use already."""
    problem, k = given.problem, len(wide.capacity)
    rows, offer = wide.rows, wide.candidate_offer
    new = ~np.isin(rows * k + offer, problem.rows * k + problem.candidate_offer)
    new &= _between(given, partners, rows, offer)
    return Crossings(rows[new].astype(np.int32), offer[new], wide.candidate_cost[new], most)


_ANY_SERVICE = (tree.ROOT.first, tree.ROOT.last)


def _between(given: Kept, partners: Partners, need: Ints, offer: npt.NDArray[np.int32]) -> Bools:
    """Pairs of a need in one region and an offer in the other."""
    lives, works = given.inputs.needs.region[need], given.inputs.supply.region[offer]
    there = _inside(lives, partners.one) & _inside(works, partners.other)
    return there | (_inside(lives, partners.other) & _inside(works, partners.one))


def _inside(numbers: Ints, region: Region) -> Bools:
    return (numbers >= region.number) & (numbers <= region.last)


def _districts(given: Kept) -> npt.NDArray[np.int32]:
    """``int32[n]``: each need's district, by position in ``districts()``; ``_ELSEWHERE``: may not be planned."""
    regions = districts()
    found = np.full(len(given.mine), len(regions), dtype=np.int32)
    for at, region in enumerate(regions):
        found[_inside(given.inputs.needs.region, region)] = at
    return np.where(given.mine, found, _ELSEWHERE).astype(np.int32)


def _classes_only(problem: Problem) -> Problem:
    """Where nobody loses, who of a class comes in makes no difference to how many; the proof is closer without."""
    return replace(problem, order=np.zeros_like(problem.order))


def _all_alike(problem: Problem) -> Problem:
    """With all people and all ways alike the objective counts people served, and so does a bound on it."""
    classes, costs = np.zeros_like(problem.priority_class), np.zeros_like(problem.candidate_cost)
    return replace(_classes_only(problem), priority_class=classes, candidate_cost=costs)


def _people_at_most(alike: Problem, today: Result, crossings: Crossings) -> int:
    """How many people more an agreement can serve at most, by today's prices alone."""
    free = replace(crossings, cost=np.zeros_like(crossings.cost))
    return worth_at_most(alike, today, free) // alike.step


def _gain(price: int, step: int) -> Gain:
    levels, rest = people_and_cost(np.array([price], dtype=np.int64), step)
    return Gain(people=bool(levels[0] > 0), seconds=int(rest[0]))


def _shared(change: Change, one_more: Gain, nobody_loses: bool, gap: int, step: int) -> dict[str, Any]:
    """What every kind of sharing says about people, without those for whom one may not plan."""
    came, went = (_here(counted) for counted in (change.came, change.went))
    names = [*(str(region) for region in districts()), _("Not known")]
    classes = {int(kind): str(kind.label) for kind in PriorityClass}
    return {
        "gain": told(came.total()),
        "lose": told(went.total()),
        "by_class": _grouped(_by(1, came), _by(1, went), classes),
        "by_district": _grouped(_by(0, came), _by(0, went), dict(enumerate(names))),
        "seconds_saved": change.cost_saved,
        "one_more": one_more,
        "nobody_loses": nobody_loses,
        "gap": gap,
        "step": step,
    }


def _here(counted: dict[tuple[int, int], int]) -> Counter[tuple[int, int]]:
    return Counter({where: n for where, n in counted.items() if where[0] != _ELSEWHERE})


def _by(part: int, counted: Counter[tuple[int, int]]) -> Counter[int]:
    """People by district (0) or class (1)."""
    found: Counter[int] = Counter()
    for where, n in counted.items():
        found[where[part]] += n
    return found


def _grouped(came: Counter[int], went: Counter[int], labels: dict[int, str]) -> list[GroupChange]:
    groups = [group for group in labels if came[group] or went[group]]
    columns = (told_apart(counted[group] for group in groups) for counted in (came, went))
    return [GroupChange(labels[group], gain, lose) for group, gain, lose in zip(groups, *columns, strict=True)]
