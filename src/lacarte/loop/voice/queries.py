"""The three rates by what a city is divided into: districts, providers and their kinds, services, months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from lacarte.engines.rates import hidden
from lacarte.kernel import tree
from lacarte.loop.voice.comparing import NOTHING, Hidden, Share, shares
from lacarte.loop.voice.counting import RATES, SMALLEST_GROUP, Counts, Cut, count
from lacarte.loop.voice.kinds import kinds_hidden
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider, SubjectKind

__all__ = ["SMALLEST_GROUP", "Group", "Rates", "districts", "few", "groups_by", "rates", "rates_of"]

#: What rates are shown by.
BY = ("region", "provider", "kind", "type")


@dataclass(frozen=True)
class Group:
    """One of the groups that a city is divided into; ``code`` is in its address."""

    code: str
    label: str


@dataclass(frozen=True)
class Rates:
    """The three rates of a group, as they may be shown: no number of fewer than :data:`SMALLEST_GROUP` people."""

    group: Group
    orders: int | None
    excluded: int
    completed: int | None
    ratings: int | None
    response: Share
    resolution: Share
    satisfaction: Share

    @property
    def label(self) -> str:
        """Whose they are."""
        return self.group.label

    @property
    def answered_share(self) -> float | None:
        """How many of those who could be asked told us."""
        return self.ratings / self.completed if self.ratings is not None and self.completed else None


def rates(by: str = "region", cut: Cut = Cut()) -> list[Rates]:  # noqa: B008 (frozen)
    """The three rates by ``"region"`` (districts), ``"provider"``, ``"kind"`` (of provider) or ``"type"``.

    Two queries. Raises ``ValueError`` for another ``by``.
    """
    groups = groups_by(by, count(by, cut))
    return rates_of(groups, also_hidden(by, groups, cut))


def also_hidden(by: str, groups: Mapping[Group, Counts], cut: Cut) -> Hidden:
    """What of ``groups`` is hidden because of another table."""
    return kinds_hidden([group.code for group in groups], cut) if by == "kind" else NOTHING


def rates_of(groups: Mapping[Group, Counts], also: Hidden = NOTHING) -> list[Rates]:
    """The rates of groups whose total is shown as well; ``also`` as for ``comparing.shares``."""
    counts = list(groups.values())
    of_rate = {rate: shares(counts, rate, also) for rate in RATES}
    names = ("orders", "completed", "ratings")
    orders, completed, ratings = (few((getattr(one, name) for one in counts), also.get(name)) for name in names)
    return [
        Rates(
            group=group,
            orders=orders[i],
            excluded=counts[i].excluded,
            completed=completed[i],
            ratings=ratings[i],
            **{rate: of_rate[rate][i] for rate in RATES},
        )
        for i, group in enumerate(groups)
    ]


def few(numbers: Iterable[int], also: Sequence[bool] | None = None) -> list[int | None]:
    """Numbers of groups whose total is shown; ``None`` for those that would tell about persons, or ``also``."""
    counts = list(numbers)
    small = hidden(counts, SMALLEST_GROUP) | np.array(also or [False] * len(counts), dtype=np.bool_)
    return [None if hide else n for n, hide in zip(counts, small.tolist(), strict=True)]


def groups_by(by: str, counted: Mapping[Any, Counts]) -> dict[Group, Counts]:
    """The groups that were counted, with what they are called, in the order they are listed; one query."""
    if by == "region":
        return _by_district(counted)
    if by == "kind":
        return {Group(str(kind), str(SubjectKind(kind).label)): counted[kind] for kind in sorted(counted)}
    named: Iterable[tuple[Any, Group]]
    if by == "provider":
        named = [(one.pk, Group(one.code, str(one))) for one in Provider.objects.filter(pk__in=list(counted))]
    else:
        kinds = ServiceType.objects.filter(pk__in=list(counted))
        named = [(one.pk, Group(one.code, str(one) if one.pk else _("Not yet known"))) for one in kinds]
    return {group: counted[key] for key, group in sorted(named, key=lambda pair: pair[1].label)}


def districts() -> list[Region]:
    """The regions that are compared: districts of the city, or where there are none, what is below everything."""
    found = list(Region.objects.filter(parent__parent__number=tree.ROOT_NUMBER, number__gt=tree.ROOT_NUMBER))
    return found or list(Region.objects.filter(parent__number=tree.ROOT_NUMBER, number__gt=tree.ROOT_NUMBER))


def _by_district(counted: Mapping[int, Counts]) -> dict[Group, Counts]:
    """Neighbourhoods add up to the districts they lie in; what is in none has a line of its own."""
    found: dict[Group, Counts] = {}
    left = dict(counted)
    for district in districts():
        inside = [left.pop(number) for number in list(left) if number in district.interval]
        if inside:
            found[Group(district.code, str(district))] = sum(inside, Counts())
    if left:
        found[Group("", _("Place not known") if found else _("Everywhere"))] = sum(left.values(), Counts())
    return found
