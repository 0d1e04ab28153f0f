"""Candidates by whole tables of needs and offers: what the rules mean, and fast enough for small sets.

:mod:`candidate_grid` finds the same for large ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography import Speeds, travel_seconds
from lacarte.engines.matching.candidates.columns import Columns
from lacarte.engines.matching.candidates.tables import Reason

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Pairs looked at together.
_BLOCK = 2**20
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Kept:
    """The offers that needs keep: those of ``order[0]``, then those of ``order[1]``, …"""

    order: Ints  # [n] needs
    count: Small  # [n] offers of each need, by need
    offer: Small
    able: Bools  # [n] has an offer with capacity
    cut: Bools  # [n] had more of those than it keeps

    def at(self) -> Ints:
        """``int64[n]``: where the offers of each need begin."""
        begin = np.cumsum(self.count[self.order], dtype=np.int64) - self.count[self.order]
        at = np.empty(len(self.order), dtype=np.int64)
        at[self.order] = begin
        return at


class Extra(NamedTuple):
    """Pairs kept beside those."""

    need: Ints
    offer: Ints


class Arcs(NamedTuple):
    """Candidates in CSR form, each need's cheapest first, and what their costs are made of."""

    start: Ints  # [n + 1]
    offer: Small
    cost: Small
    travel: Small
    misfit: npt.NDArray[np.uint8]  # 1: no language shared, 2: no mode


class Table:
    """Looks at every pair of one kind of service."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def cheapest(self, most: int, most_full: int, ceiling: Ints) -> Kept:
        """Each need's ``most`` offers with capacity and ``most_full`` without of least cost plus price.

        Ties go to the lower number; ``ceiling`` (``int64[n]``) is what cost plus price must stay below.
        """
        n = len(self.columns.need)
        able, cut = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        pairs = [Extra(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
        for rows, offers in self._tables(np.arange(n)):
            worth = self._worth(rows, offers)
            worth[worth >= ceiling[rows, None]] = _NEVER
            room = self.columns.has_room[offers]
            possible = (worth[:, room] < _NEVER).sum(axis=1)
            able[rows], cut[rows] = possible > 0, possible > most
            for of_group, wanted in ((room, most), (~room, most_full)):
                pairs.append(_least(rows, offers[of_group], worth[:, of_group], wanted))
        need, offer = (np.concatenate(part) for part in zip(*pairs, strict=True))
        by_need = np.argsort(need, kind="stable")
        count = np.bincount(need, minlength=n).astype(np.int32)
        return Kept(np.arange(n), count, offer[by_need].astype(np.int32), able, cut)

    def reasons(self, rows: Ints) -> npt.NDArray[np.uint8]:
        """``uint8[len(rows)]``: the last rule that an offer failed, for needs that have none with capacity."""
        reason = np.full(len(self.columns.need.x), Reason.TYPE, dtype=np.uint8)
        for some, offers in self._tables(rows):
            said = verdicts(self.columns, some[:, None], offers[None, :])
            said[(said == 0) & ~self.columns.has_room[offers]] = Reason.CAPACITY
            reason[some] = said.max(axis=1, initial=Reason.TYPE)
        return reason[rows]

    def adopt(self, kept: Kept, shorts: Ints, missing: Ints) -> Extra:
        """The ``missing`` cheapest pairs of each of the offers ``shorts`` with needs that were cut and lack it.

        Ties go to the lower number.
        """
        k = len(self.columns.offer.x)
        has = np.sort(np.repeat(kept.order, kept.count[kept.order]) * k + kept.offer)
        found = [Extra(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
        for j, wanted in zip(shorts, missing, strict=True):
            kinds = self.columns.pair_kind[self.columns.pair_offer == j]
            rows = np.flatnonzero(kept.cut & np.isin(self.columns.need.kind, kinds))
            at = np.searchsorted(has, rows * k + j)
            rows = rows[has[np.minimum(at, len(has) - 1)] != rows * k + j]
            rows = rows[verdicts(self.columns, rows, j) == 0]
            best = np.lexsort((rows, cost_parts(self.columns, rows, j).sum(axis=0)))[:wanted]
            found.append(Extra(rows[best], np.full(len(best), j)))
        need, offer = (np.concatenate(part) for part in zip(*found, strict=True))
        return Extra(need, offer)

    def fill(self, kept: Kept, extra: Extra) -> Arcs:
        """All kept pairs with their costs; a need's cheapest first, then by number."""
        need = np.concatenate([np.repeat(kept.order, kept.count[kept.order]), extra.need])
        offer = np.concatenate([kept.offer.astype(np.int64), extra.offer])
        parts = cost_parts(self.columns, need, offer)
        cost = parts.sum(axis=0)
        by = np.lexsort((offer, cost, need))
        start = np.zeros(len(kept.order) + 1, dtype=np.int64)
        np.cumsum(np.bincount(need, minlength=len(kept.order)), out=start[1:])
        wrong = misfits(self.columns, need[by], offer[by])
        travel = parts[0][by].astype(np.int32)
        return Arcs(start, offer[by].astype(np.int32), cost[by].astype(np.int32), travel, wrong)

    def _tables(self, among: Ints) -> list[tuple[Ints, Ints]]:
        """Needs of one kind with all offers of that kind, in blocks."""
        tables = []
        kind = self.columns.need.kind[among]
        for each in np.unique(kind[kind >= 0]):
            rows, offers = among[kind == each], self.columns.of_kind(int(each))
            height = max(_BLOCK // max(len(offers), 1), 1)
            tables += [(rows[at : at + height], offers) for at in range(0, len(rows), height)]
        return tables

    def _worth(self, rows: Ints, offers: Ints) -> Ints:
        """Cost, up to the cap, plus price of every pair, ``_NEVER`` where a rule forbids it."""
        grid = rows[:, None], offers[None, :]
        cost = np.minimum(cost_parts(self.columns, *grid).sum(axis=0), self.columns.rule.cap)
        worth = cost + self.columns.offer.price[offers]
        return np.where(verdicts(self.columns, *grid) == 0, worth, _NEVER)


def verdicts(columns: Columns, i: Ints, j: Ints) -> npt.NDArray[np.uint8]:
    """The first rule (:class:`Reason`) that forbids need ``i`` the offer ``j`` of its kind, or 0; broadcasts."""
    need, offer, rule = columns.need, columns.offer, columns.rule
    wrong = misfits(columns, i, j)
    metres = square_metres(columns, i, j)
    limit = np.minimum(need.square[i], offer.square[j])
    unknown = np.isnan(metres)
    beyond = (metres > limit) | (unknown & np.isfinite(limit) & (not rule.unknown_place_fits))
    failed = [
        (Reason.AGREEMENT, ~agreed(columns, i, j)),
        (Reason.ELIGIBILITY, (offer.required[j] & ~need.eligible[i]) != 0),
        (Reason.HOUSEHOLD, need.household[i] > offer.household[j]),
        (Reason.MODE, (wrong & 2 != 0) & (rule.mode_misfit < 0)),
        (Reason.LANGUAGE, (wrong & 1 != 0) & (rule.language_misfit < 0)),
        (
            Reason.DEADLINE,
            np.maximum(need.earliest[i], offer.first[j]) > np.minimum(need.deadline[i], offer.last[j]),
        ),
        (Reason.REACH, beyond & ~remote(columns, i, j)),
    ]
    said = np.zeros(wrong.shape, dtype=np.uint8)
    for reason, fails in failed[::-1]:
        said[fails] = reason
    return said


def cost_parts(columns: Columns, i: Ints, j: Ints) -> Ints:
    """``int64[5, …]``: seconds of travel, wait for a bucket, language, mode, and the offer's own; broadcasts."""
    need, offer, rule = columns.need, columns.offer, columns.rule
    metres = np.sqrt(square_metres(columns, i, j))
    speeds = Speeds(rule.walking, rule.transit, rule.walking_limit, rule.detour)
    way = np.floor(travel_seconds(np.nan_to_num(metres), speeds) + 0.5).astype(np.int64)
    way = np.where(np.isnan(metres), rule.unknown_travel, way)
    wrong = misfits(columns, i, j)
    late = np.maximum(offer.first[j].astype(np.int64) - need.earliest[i], 0)
    parts = [
        np.where(remote(columns, i, j), 0, way),
        late * rule.wait_per_bucket,
        (wrong & 1) * np.int64(rule.language_misfit),
        (wrong >> 1) * np.int64(rule.mode_misfit),
        np.broadcast_to(offer.own[j], wrong.shape),
    ]
    return np.stack(parts)


def square_metres(columns: Columns, i: Ints, j: Ints) -> Floats:
    """Square of the straight line; NaN where a place is not known."""
    east = columns.offer.x[j] - columns.need.x[i]
    north = columns.offer.y[j] - columns.need.y[i]
    return np.asarray(east * east + north * north)


def misfits(columns: Columns, i: Ints, j: Ints) -> npt.NDArray[np.uint8]:
    """1 where languages are known and none is shared, plus 2 likewise for modes."""
    need, offer = columns.need, columns.offer
    language = _apart(need.languages[i], offer.languages[j])
    return language.astype(np.uint8) + np.uint8(2) * _apart(need.modes[i], offer.modes[j])


def _apart(bits: Ints, others: Ints) -> Bools:
    return np.asarray((bits != 0) & (others != 0) & (bits & others == 0))


def remote(columns: Columns, i: Ints, j: Ints) -> Bools:
    """Nobody travels: the offer can be had so, and it suits."""
    offered = columns.offer.modes[j] & columns.rule.remote_modes
    modes = columns.need.modes[i]
    return np.asarray((offered != 0) & ((modes == 0) | (modes & offered != 0)))


def agreed(columns: Columns, i: Ints, j: Ints) -> Bools:
    """Same region, one of them not known, or an agreement for the service between the two."""
    region, other = columns.need.region[i], columns.offer.region[j]
    allowed = np.asarray((region == other) | (region == 0) | (other == 0))
    rule = columns.agreements
    if allowed.all() or not len(rule):
        return allowed
    # Regions are few: a table of them by them for each service type, then one look-up.
    homes, home = np.unique(region, return_inverse=True)
    suppliers, supplier = np.unique(other, return_inverse=True)
    types = columns.need.service_type[i]
    for service_type in np.unique(types):
        ours = (rule.type_first <= service_type) & (service_type <= rule.type_last)
        ours &= np.isin(rule.supplier, suppliers) & np.isin(rule.beneficiary, homes)
        table = np.zeros((len(homes), len(suppliers)), dtype=np.bool_)
        at_home = np.searchsorted(homes, rule.beneficiary[ours])
        table[at_home, np.searchsorted(suppliers, rule.supplier[ours])] = True
        here = table[home.reshape(region.shape), supplier.reshape(np.shape(other))]
        allowed |= here & (types == service_type)
    return allowed


def _least(rows: Ints, offers: Ints, worth: Ints, wanted: int) -> Extra:
    """Pairs of the ``wanted`` least of each row, ties by the lower number; rows in order, each cheapest first."""
    if 0 < wanted < worth.shape[1]:
        limit = np.partition(worth, wanted - 1, axis=1)[:, wanted - 1]
        row, column = np.nonzero((worth <= limit[:, None]) & (worth < _NEVER))
    else:
        row, column = np.nonzero(worth < (_NEVER if wanted else 0))
    by = np.lexsort((offers[column], worth[row, column], row))
    row, column = row[by], column[by]
    begin = np.searchsorted(row, np.arange(len(rows)))
    first = np.arange(len(row)) - begin[row] < wanted
    return Extra(rows[row[first]], offers[column[first]])
