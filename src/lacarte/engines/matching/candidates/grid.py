"""Many needs: the compiled search over grids of offers, on threads."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import Kernel, in_blocks
from lacarte.engines.geography.curve import hilbert_order
from lacarte.engines.matching.candidates import kernels
from lacarte.engines.matching.candidates.columns import BOX, GROUP, Columns, Records
from lacarte.engines.matching.candidates.pairs import Arcs, Extra, Kept

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BLOCK = 16_384
_SHORTS_IN_A_BLOCK = 64
_OFFERS_IN_A_CELL = 4.0
#: A few offers far out must not make the cells of a city large; they go into the outermost ones.
_BULK = (0.01, 0.99)


class GridColumns(NamedTuple):
    """Offers in cells, and lists of them for needs and offers without a place."""

    groups: Records  # of GROUP
    cells: Ints  # [cells + 1] where the offers of each cell begin in ``listed``
    listed: Records  # of OFFER: cell by cell; then those in no cell and all, by group


class Shape(NamedTuple):
    """The grid of a group."""

    left: float
    low: float
    side: float
    across: int
    up: int


class Grid:
    """Looks for candidates ring by ring. ``compiled=False`` runs the same source in Python, for tests."""

    def __init__(self, columns: Columns, threads: int, compiled: bool = True) -> None:
        self.columns, self.threads, self.compiled = columns, threads, compiled
        by_curve = hilbert_order(columns.need.x, columns.need.y)
        self.order = by_curve[np.argsort(columns.need.kind[by_curve], kind="stable")]
        self.rules = columns.rule, columns.agreements
        self.grid = _grid(columns)

    def cheapest(self, most: int, most_full: int, ceiling: Ints) -> Kept:
        """As :meth:`candidate_pairs.Table.cheapest`."""
        n = len(self.order)
        count, able, cut = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        search = self._run(kernels.cheapest)
        known = most, most_full, ceiling, self.columns.need, *self.rules, *self.grid, count, able, cut
        found = in_blocks(
            lambda first, last: search(self.order, first, last, *known),
            _bounds(n, _BLOCK),
            self.threads,
        )
        return Kept(self.order, count, np.concatenate(found), able, cut)

    def reasons(self, rows: Ints) -> npt.NDArray[np.uint8]:
        """As :meth:`candidate_pairs.Table.reasons`."""
        reason = np.ones(len(self.order), dtype=np.uint8)
        ask = self._run(kernels.reasons)
        known = self.columns.need, *self.rules, self.grid.groups, self.grid.listed
        in_blocks(
            lambda first, last: ask(rows[first:last], *known, reason),
            _bounds(len(rows), _BLOCK),
            self.threads,
        )
        return reason[rows]

    def adopt(self, kept: Kept, shorts: Ints, missing: Ints) -> Extra:
        """As :meth:`candidate_pairs.Table.adopt`."""
        kind_start = _starts(self.columns.pair_offer, len(self.columns.offer))
        kind_of = self.columns.pair_kind[np.argsort(self.columns.pair_offer, kind="stable")]
        kinds_and_boxes = kind_start, kind_of, *self._boxes(kept.cut)
        known = self.columns.need, self.columns.offer, *self.rules, kept.at(), kept.count, kept.offer
        took = np.zeros(len(shorts), dtype=np.int64)
        search = self._run(kernels.adopt)
        found = in_blocks(
            lambda first, last: search(shorts, first, last, missing, *kinds_and_boxes, *known, took),
            _bounds(len(shorts), _SHORTS_IN_A_BLOCK),
            self.threads,
        )
        return Extra(np.concatenate(found), np.repeat(shorts, took))

    def fill(self, kept: Kept, extra: Extra) -> Arcs:
        """As :meth:`candidate_pairs.Table.fill`."""
        n = len(self.order)
        extra_start = _starts(extra.need, n)
        extra_offer = extra.offer[np.argsort(extra.need, kind="stable")]
        start = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(kept.count + np.diff(extra_start), out=start[1:])
        offer, cost, travel = (np.empty(start[-1], dtype=np.int32) for _ in range(3))
        arcs = Arcs(start, offer, cost, travel, np.empty(start[-1], dtype=np.uint8))
        at = np.append(kept.at()[kept.order], 0)
        write = self._run(kernels.fill)
        in_blocks(
            lambda first, last: write(
                *(kept.order, first, last, kept.count, kept.offer, at[first]),
                *(extra_start, extra_offer, self.columns.need, self.columns.offer, self.columns.rule, *arcs),
            ),
            _bounds(n, _BLOCK),
            self.threads,
        )
        return arcs

    def _run(self, kernel: Kernel[..., Any]) -> Callable[..., Any]:
        return kernel.compiled if self.compiled else kernel.function

    def _boxes(self, cut: npt.NDArray[np.bool_]) -> tuple[Ints, Records, Ints]:
        """Neighbours along the curve, up to ``BOX`` of one kind together."""
        rows = self.order[cut[self.order]]
        kind = self.columns.need.kind[rows]
        of_kind = _starts(kind, self.columns.kinds)
        boxes = -(-np.diff(of_kind) // kernels.IN_A_BOX)
        box_start = np.concatenate([[0], np.cumsum(boxes)])
        inside = np.arange(box_start[-1]) - np.repeat(box_start[:-1], boxes)
        start = np.append(np.repeat(of_kind[:-1], boxes) + inside * kernels.IN_A_BOX, len(rows))
        x, y = self.columns.need.x[rows], self.columns.need.y[rows]
        unknown = np.isnan(x) | np.isnan(y)
        begin = start[:-1]
        boxes = np.zeros(len(begin), dtype=BOX)
        boxes["first"], boxes["last"] = begin, start[1:]
        for low, high, place in (("west", "east", x), ("south", "north", y)):
            boxes[low] = np.minimum.reduceat(np.where(unknown, -np.inf, place), begin)
            boxes[high] = np.maximum.reduceat(np.where(unknown, np.inf, place), begin)
        return box_start, boxes.view(np.recarray), rows


def _bounds(n: int, block: int) -> list[int]:
    return [*range(0, n, block), n] if n else [0, 0]


def _starts(sorted_or_not: npt.NDArray[np.int64 | np.int32], groups: int) -> Ints:
    """``int64[groups + 1]``: where each group begins once its members are sorted."""
    starts = np.zeros(groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(sorted_or_not, minlength=groups), out=starts[1:])
    return starts


def _grid(columns: Columns) -> GridColumns:
    """Sort the offers of each group into cells."""
    j, offer = columns.pair_offer, columns.offer[columns.pair_offer]
    group = 2 * columns.pair_kind + ~columns.has_room[j]
    floor = np.minimum(offer.own, columns.rule.cap) + offer.price
    cheapest_first = np.lexsort((j, floor, group))
    placed = ~(np.isnan(offer.x) | np.isnan(offer.y)) & (offer.modes & columns.rule.remote_modes == 0)
    free = cheapest_first[~placed[cheapest_first]]
    inside = np.flatnonzero(placed)
    inside = inside[np.argsort(group[inside], kind="stable")]
    groups = _groups(2 * columns.kinds, group[inside], offer[inside])
    before = len(inside)
    for name, members in (("free", free), ("all", cheapest_first)):
        starts = before + _starts(group[members], len(groups))
        groups[f"{name}_first"], groups[f"{name}_last"] = starts[:-1], starts[1:]
        before += len(members)
    own, x, y = groups[group[inside]], offer.x[inside], offer.y[inside]
    column = np.clip((x - own["left"]) / own["side"], 0, own["across"] - 1).astype(np.int64)
    row = np.clip((y - own["low"]) / own["side"], 0, own["up"] - 1).astype(np.int64)
    cell = own["cell"] + row * own["across"] + column
    by_cell = inside[np.argsort(cell, kind="stable")]
    cells = _starts(cell, int((groups["across"] * groups["up"]).sum()))
    return GridColumns(groups.view(np.recarray), cells, offer[np.concatenate([by_cell, free, cheapest_first])])


def _groups(count: int, group: Ints, offer: Records) -> npt.NDArray[Any]:
    """The shape of each group's grid; offers come sorted by group, in cells only."""
    groups = np.zeros(count, dtype=GROUP)
    starts = _starts(group, count)
    for g, (first, last) in enumerate(pairwise(starts)):
        shape = _shape(offer.x[first:last], offer.y[first:last])
        for name, value in shape._asdict().items():
            groups[name][g] = value
    groups["cell"][1:] = np.cumsum(groups["across"] * groups["up"])[:-1]
    groups["least_own"] = groups["least_price"] = kernels.NEVER // 2
    np.minimum.at(groups["least_own"], group, offer.own)
    np.minimum.at(groups["least_price"], group, offer.price)
    np.maximum.at(groups["square"], group, offer.square)
    return groups


def _shape(x: Floats, y: Floats) -> Shape:
    """A grid over the bulk of the places, with a few offers in a cell."""
    if not len(x):
        return Shape(0.0, 0.0, 1.0, 0, 0)
    (left, right), (low, high) = np.quantile(x, _BULK), np.quantile(y, _BULK)
    wide, tall, wanted = right - left, high - low, max(len(x) / _OFFERS_IN_A_CELL, 1.0)
    side = max(np.sqrt(wide * tall / wanted), max(wide, tall) / wanted)
    side = side if side > 1e-3 else 1.0
    return Shape(left, low, side, int(wide / side) + 1, int(tall / side) + 1)
