"""Offers for the people of some regions alone: a service type becomes one for every set of areas around a home.

The engine knows service types and no areas. Needs of one type whose homes lie in the same areas are of one kind,
and an offer is of all kinds whose homes it serves, so that what a run decides is exact with areas as without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.loop.matching.queries import Ints, OpenNeeds, Supply

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Kinds:
    """Kinds of ``n`` needs and of ``k`` offers; those of offer ``j`` are ``of_offers[start[j]:start[j + 1]]``."""

    of_needs: Ints  # [n]
    of_offers: Ints  # [t]
    start: Ints  # [k + 1]
    agreements: Ints  # [a, 4], of kinds instead of types
    outside: Bools  # [n] their service is offered, but to the people of other regions alone


def kinds(needs: OpenNeeds, supply: Supply) -> Kinds:
    """The kinds; without areas they are the service types."""
    agreements = np.array(sorted(supply.agreements), dtype=np.int64).reshape(-1, 4)
    if not supply.area.any():
        nowhere = np.zeros(len(needs), dtype=np.bool_)
        start = np.arange(len(supply.ids) + 1)
        return Kinds(needs.service_type, supply.service_type, start, agreements, nowhere)
    served = _served(needs.region, supply)
    groups, group = np.unique(served, axis=0, return_inverse=True)
    pairs, of_needs = np.unique(
        np.stack([needs.service_type, group.reshape(-1)], axis=1), axis=0, return_inverse=True
    )
    kind_type, kind_group = pairs[:, 0], pairs[:, 1]
    rows = [
        _kinds_of(int(service), int(area), kind_type, kind_group, groups)
        for service, area in zip(supply.service_type, supply.area, strict=True)
    ]
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    of_offers = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    of_needs = of_needs.reshape(-1)
    offered = np.isin(needs.service_type, supply.service_type)
    outside = offered & ~np.isin(of_needs, of_offers)
    return Kinds(of_needs, of_offers, start, _of_kinds(agreements, kind_type), outside)


def _served(regions: Ints, supply: Supply) -> Bools:
    """``bool[n, areas + 1]``: whether each home lies in each area; the first column is none."""
    numbers = [number for number, _, _ in supply.areas]
    served = np.zeros((len(regions), max(numbers, default=0) + 1), dtype=np.bool_)
    for number, first, last in supply.areas:
        served[:, number] |= (regions >= first) & (regions <= last)
    return served


def _kinds_of(service: int, area: int, kind_type: Ints, kind_group: Ints, groups: Bools) -> Ints:
    low, high = np.searchsorted(kind_type, [service, service + 1])
    found = np.arange(low, high)
    return found[groups[kind_group[low:high], area]] if area else found


def _of_kinds(agreements: Ints, kind_type: Ints) -> Ints:
    """The agreements on the kinds of their types; those on types that nobody needs are left out."""
    first = np.searchsorted(kind_type, agreements[:, 2], side="left")
    last = np.searchsorted(kind_type, agreements[:, 3], side="right") - 1
    coded = np.stack([agreements[:, 0], agreements[:, 1], first, last], axis=1)
    return np.ascontiguousarray(coded[first <= last])
