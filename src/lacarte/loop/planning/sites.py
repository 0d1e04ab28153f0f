"""Where to open sites of a service: for the least way, or for most people within reach of one.

People are those who wait for it, or needed it lately; places are those where something else is offered already.
Whether a site has room is not asked: this is about the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines.siting import Covering, Siting, maximal_covering, p_median
from lacarte.kernel.permissions import AnyUser
from lacarte.loop.planning.errors import NoPlanError
from lacarte.loop.planning.few import Told, fallen, running, told, told_apart, told_of
from lacarte.loop.planning.grounds import Spot, Who, offered_now, others_offer, wanted
from lacarte.loop.planning.ways import FAR, Floats, Ints, Points, gathered, locations, seconds
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.registers.menu.models import OfferAtPlace, ServiceType

MOST_SITES = 10
#: How often the search for a proof may branch: a page is waited for.
BRANCHES = 20
_CITY_IS_ENOUGH = np.inf


class Aim(models.TextChoices):
    """What makes a choice of sites a good one."""

    WAY = "way", gettext_lazy("The least way for all")
    REACH = "reach", gettext_lazy("Most people within the time")


@dataclass(frozen=True)
class Ways:
    """How far people have: within the time, without any site, and the mean way of the others in seconds."""

    within: Told  # or a few more
    without: Told  # or a few fewer
    mean_seconds: float | None


@dataclass(frozen=True)
class Opened:
    """One new site, in the order of how much each adds, and how far people have with it and those before it."""

    place: OfferAtPlace
    nearest: Told  # people who have no nearer site in the end
    more_within: Told  # people within the time, and not without it
    ways: Ways


@dataclass(frozen=True)
class SitePlan:
    """Where to open sites, what that changes, and what another choice could do better at most."""

    people: int  # whose place is known
    in_regions: Told  # of them: known by region only, taken as in its middle
    nowhere: Told  # who need it as well, and it is not known where
    square: int  # metres: people of one square are taken as in its middle; 0: nobody is
    places: int  # where a site might open
    existing: Sequence[OfferAtPlace]  # today's sites
    placeless: int  # offers of the service whose place is not known
    before: Ways
    opened: Sequence[Opened]
    gap: int  # seconds of way in all, or people within the time

    @property
    def after(self) -> Ways:
        """How far people have in the end."""
        return self.opened[-1].ways if self.opened else self.before


@dataclass(frozen=True, eq=False)
class _Choice:
    """Places in the order of how much each adds, and what is left unproved."""

    sites: list[int]
    gap: int


def plan_sites(user: AnyUser, kind: ServiceType, who: Who, sites: int, aim: Aim, within: int) -> SitePlan:
    """The best places for up to ``sites`` new sites of ``kind``, where ``user`` may plan; ``within`` in seconds.

    Whoever has no site at all counts as farther than anybody. Raises :class:`NoPlanError` where few people need
    it, since new sites would point at their homes, and where nothing else is offered that could take it up.
    """
    spots, in_regions, nowhere = wanted(user, kind, who)
    if len(spots) < SMALLEST_GROUP:
        raise NoPlanError(
            _(
                "Of fewer than %(n)s people it is known where they are: new sites would point at their homes. "
                "Choose all of the last 12 weeks, or another service."
            )
            % {"n": SMALLEST_GROUP}
        )
    free = others_offer(user, kind)
    if not free:
        raise NoPlanError(_("There is no place where you may plan for it and something else is offered already."))
    people, places = _points(spots), _points(free)
    existing, placeless = offered_now(kind)
    today, ways = _today(people, existing), seconds(people, places)
    found = _search(ways, today, people.weight, sites, aim, within)
    stages = np.minimum.accumulate(np.column_stack([today, ways[:, found.sites]]), axis=1)
    each = _ways(stages, people.weight, within)
    return SitePlan(
        people=len(spots),
        in_regions=told(in_regions),
        nowhere=told(nowhere),
        square=people.square,
        places=len(places),
        existing=list(_at(existing).values()),
        placeless=placeless,
        before=each[0],
        opened=_opened(
            [free[places.first[j]] for j in found.sites], stages, ways[:, found.sites], people, within, each
        ),
        gap=found.gap,
    )


def _points(spots: Sequence[Spot]) -> Points:
    return gathered(*_columns(spots))


def _columns(spots: Sequence[Spot]) -> tuple[Floats, Floats, Ints]:
    table = np.array([(spot.longitude, spot.latitude) for spot in spots], dtype=np.float64)
    return table[:, 0], table[:, 1], np.array([spot.region for spot in spots], dtype=np.int64)


def _today(people: Points, existing: Sequence[Spot]) -> Ints:
    """``int64[n]``: the way to the nearest of today's sites that serves them, ``FAR`` where none does."""
    if not existing:
        return np.full(len(people), FAR, dtype=np.int64)
    each = np.ones(len(existing), dtype=np.int64)
    sites = Points(*_columns(existing), each, np.arange(len(existing)))
    reach = np.array([spot.reach_metres or _CITY_IS_ENOUGH for spot in existing], dtype=np.float64)
    return np.asarray(seconds(people, sites, reach).min(axis=1))


def _search(ways: Ints, today: Ints, weight: Ints, sites: int, aim: Aim, within: int) -> _Choice:
    """Up to ``sites`` columns of ``ways``, without those that add nothing."""
    given = locations(ways, today, weight)
    found: Siting | Covering
    if aim == Aim.WAY:
        found = p_median(given, sites, BRANCHES)
    else:
        found = maximal_covering(given, sites, within, BRANCHES)

    def loss(nearest: Ints) -> int:
        counted = np.minimum(nearest, given.beyond) if aim == Aim.WAY else nearest > within
        return int((counted * weight).sum())

    return _Choice(_by_what_they_add(np.flatnonzero(found.open[:-1]).tolist(), ways, today, loss), found.gap)


def _by_what_they_add(sites: list[int], ways: Ints, today: Ints, loss: Callable[[Ints], int]) -> list[int]:
    """``sites``, always the one next that leaves the least ``loss`` of the ways so far, as long as one helps."""
    left, order, near = list(sites), [], today
    while left:
        best = min(left, key=lambda j: loss(np.minimum(near, ways[:, j])))
        nearer = np.minimum(near, ways[:, best])
        if loss(nearer) == loss(near):
            break
        near = nearer
        order.append(best)
        left.remove(best)
    return order


def _ways(stages: Ints, weight: Ints, within: int) -> list[Ways]:
    """How far people have before, and after each site: one for each column of ``stages`` (``int64[n, s + 1]``)."""
    near, without = ((weight[:, None] * where).sum(axis=0) for where in (stages <= within, stages == FAR))
    everybody, inside = int(weight.sum()), near.tolist()
    steps = running(np.diff(near, prepend=0).tolist())
    within_told = [told_of(everybody, step, n) for step, n in zip(steps, inside, strict=True)]
    served = np.where(stages < FAR, weight[:, None], 0)
    total = served.sum(axis=0)
    mean = (served * np.where(stages < FAR, stages, 0)).sum(axis=0) / np.maximum(total, 1)
    return [
        Ways(near, fallen(int(without[0]), int(left)), float(way) if served >= SMALLEST_GROUP else None)
        for near, left, way, served in zip(within_told, without, mean, total, strict=True)
    ]


def _opened(
    spots: Sequence[Spot], stages: Ints, ways: Ints, people: Points, within: int, each: Sequence[Ways]
) -> list[Opened]:
    """The new sites (``ways``: ``int64[n, s]`` to each), with whom they serve."""
    places = _at(spots)
    nearest = np.where(stages[:, -1] < stages[:, 0], ways.argmin(axis=1) if ways.size else 0, -1)
    serves = [int(people.weight[nearest == i].sum()) for i in range(len(spots))]
    more = np.diff((people.weight[:, None] * (stages <= within)).sum(axis=0)).tolist()
    return [
        Opened(places[spot.pk], served, told(n), here)
        for spot, served, n, here in zip(spots, told_apart(serves), more, each[1:], strict=True)
    ]


def _at(spots: Sequence[Spot]) -> dict[Any, OfferAtPlace]:
    return OfferAtPlace.objects.select_related("offer__provider", "region").in_bulk([spot.pk for spot in spots])
