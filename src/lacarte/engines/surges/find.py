"""Burning issues among many places and kinds of need: where counts are far above what is usual there.

Every place of a tree and every kind of a tree is looked at, in windows of an hour, a day and a week. All looks of
a day share one error budget: of what they find, at most a given share is chance in the mean (the share of false
ones among all that a day's looks find is at most the sum of the looks' own).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.surges.chance import false_discovery_limit, tail_chance
from lacarte.engines.surges.seasons import WEEK, expect

__all__ = ["SCALES", "Happened", "Scale", "Surge", "find", "still"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
DAY = 24.0
#: Days of the past that are looked at: the window of a week, and twelve weeks before it.
DAYS = WEEK + 12 * WEEK
#: Fewer are no issue, however improbable.
FEWEST = 3
#: What is left of a wider place beside a narrower one is a matter of its own below this chance.
_LEFT_OVER = 0.001
_MUCH = 0.25
#: Where no more of what is usual lies beside the narrower ones, most of the wider place burns.
_MOST = 0.5


@dataclass(frozen=True)
class Scale:
    """A window of ``hours``, looked at ``looks`` times a day, with ``share`` of the error budget."""

    hours: float
    looks: int
    share: float


#: A longer window changes more slowly, and is looked at less often. A fifth of the budget is left for phrases.
SCALES = (Scale(1, 144, 0.2), Scale(DAY, 24, 0.35), Scale(WEEK * DAY, 4, 0.25))


@dataclass(frozen=True, eq=False)
class Happened:
    """What came in: ``place`` and ``kind`` (``int64[n]``, leaves or inner nodes of their trees), ``age`` in hours.

    ``place_parent`` and ``kind_parent`` name the parent of each node, -1 for a root.
    """

    place: Ints
    kind: Ints
    age: Floats
    place_parent: Ints
    kind_parent: Ints


@dataclass(frozen=True)
class Surge:
    """More than usual: ``count`` in the last ``hours`` at a place and of a kind, where ``expected`` was usual.

    ``chance`` is the probability of so many or more when nothing is the matter.
    """

    place: int
    kind: int
    hours: float
    count: int
    expected: float
    chance: float


@dataclass(frozen=True, eq=False)
class _Judged:
    """One scale: the nodes, what they had and what was usual. ``tested``: all nodes where anything ever was."""

    node: Ints
    count: Floats
    mean: Floats
    size: Floats
    chance: Floats
    tested: int


def find(
    happened: Happened,
    scales: Sequence[Scale] = SCALES,
    *,
    false_share: float = 0.05,
    annual: npt.ArrayLike | None = None,
) -> list[Surge]:
    """The burning issues at age 0, the least probable first, each in the smallest place that explains it.

    Of what is found over a day of looks, at most ``false_share`` is chance in the mean. ``annual`` is
    ``float[kinds]``, as in :func:`lacarte.engines.surges.seasons.expect`. What came in more than :data:`DAYS` ago
    is not looked at. Raises ``ValueError`` for trees that are none.
    """
    lines = _Lines(happened)
    found: dict[int, Surge] = {}
    for scale in scales:
        judged = _judge(happened, lines, scale.hours, annual)
        limit = false_discovery_limit(judged.chance, false_share * scale.share / scale.looks, judged.tested)
        for at in _smallest(judged, np.flatnonzero(judged.chance <= limit), lines):
            surge = _surge(judged, at, scale.hours, lines.kinds)
            known = found.get(int(judged.node[at]))
            if known is None or surge.chance < known.chance:
                found[int(judged.node[at])] = surge
    return sorted(_without_repeats(list(found.values()), lines), key=lambda one: (one.chance, -one.count))


def still(
    happened: Happened, asked: Sequence[tuple[int, int, float]], *, annual: npt.ArrayLike | None = None
) -> list[Surge | None]:
    """For each ``(place, kind, hours)`` what it has now; ``None`` where that is no longer above what is usual."""
    lines = _Lines(happened)
    judged = {hours: _judge(happened, lines, hours, annual) for hours in {hours for _, _, hours in asked}}
    answers: list[Surge | None] = []
    for place, kind, hours in asked:
        one = judged[hours]
        at = np.flatnonzero(one.node == place * lines.kinds + kind)
        answers.append(_surge(one, int(at[0]), hours, lines.kinds) if at.size else None)
    return answers


class _Lines:
    """The two trees, every node with all nodes above it; and the counts of what happened in them."""

    def __init__(self, happened: Happened) -> None:
        self.places, self.kinds = len(happened.place_parent), len(happened.kind_parent)
        self.above_place = _above("place_parent", happened.place_parent)
        self.above_kind = _above("kind_parent", happened.kind_parent)
        self.place_at_depth, self.kind_at_depth = _at_depth(self.above_place), _at_depth(self.above_kind)
        self._tables: dict[float, tuple[Floats, Ints]] = {}

    def table(self, happened: Happened, hours: float) -> tuple[Floats, Ints]:
        """The counts that a window of so many hours is judged by, made once for all windows of whole days."""
        key = min(hours, DAY)
        if key not in self._tables:
            self._tables[key] = _table(happened, self, key)
        return self._tables[key]

    def is_in(self, node: int, other: int) -> bool:
        """Whether ``node`` lies in ``other``: its place in that place, its kind of that kind."""
        place, kind = divmod(node, self.kinds)
        wider, wider_kind = divmod(other, self.kinds)
        return wider in self.above_place[place] and wider_kind in self.above_kind[kind]

    def meet(self, node: int, other: int) -> int | None:
        """What two nodes have in common: the narrower place and the narrower kind, if these lie in the others."""
        common = []
        pairs = zip(divmod(node, self.kinds), divmod(other, self.kinds), strict=True)
        for (one, another), above in zip(pairs, (self.above_place, self.above_kind), strict=True):
            if one in above[another]:
                common.append(another)
            elif another in above[one]:
                common.append(one)
            else:
                return None
        return common[0] * self.kinds + common[1]

    def levels(self, nodes: Ints) -> Ints:
        """A number for each node that says how deep its place and its kind lie in their trees."""
        place, kind = np.divmod(nodes, self.kinds)
        depths = [np.array([len(line) for line in lines]) for lines in (self.above_place, self.above_kind)]
        return np.asarray(depths[0][place] * 64 + depths[1][kind])

    def depth(self, node: int) -> int:
        """How narrow a node is."""
        place, kind = divmod(node, self.kinds)
        return len(self.above_place[place]) + len(self.above_kind[kind])


def _above(name: str, parent: Ints) -> list[tuple[int, ...]]:
    """By node: itself and all above it."""
    lines: list[tuple[int, ...]] = []
    for node in range(len(parent)):
        line = [node]
        while (up := int(parent[line[-1]])) >= 0:
            if up >= len(parent) or up in line:
                raise ValueError(f"{name}[{line[-1]}] = {up} makes no tree")
            line.append(up)
        lines.append(tuple(line))
    return lines


def _at_depth(above: list[tuple[int, ...]]) -> list[Ints]:
    """For each depth from the root: the node there above (or at) every node, -1 where that is not so deep."""
    deepest = max(map(len, above), default=0)
    return [np.array([line[-1 - d] if len(line) > d else -1 for line in above]) for d in range(deepest)]


def _judge(happened: Happened, lines: _Lines, hours: float, annual: npt.ArrayLike | None) -> _Judged:
    """All nodes in a window of so many hours. Shorter than a day: the same hours of each day are what is usual."""
    window = max(1, round(hours / DAY))
    table, node = lines.table(happened, hours)
    if not node.size:
        empty = np.zeros(0)
        return _Judged(node, empty, empty, empty, empty, 0)
    kind = node % lines.kinds
    expected = expect(
        table,
        kind,
        window=window,
        usual=_usual(table[:, window:].mean(axis=1), node, lines),
        annual=_whole(annual, kind),
        level=lines.levels(node),
    )
    count = table[:, :window].sum(axis=1)
    chance = np.ones(node.size)
    many = count >= FEWEST
    chance[many] = tail_chance(count[many], expected.mean[many], expected.size[many])
    return _Judged(node, count, expected.mean, expected.size, chance, node.size)


def _whole(annual: npt.ArrayLike | None, kind: Ints) -> Floats | None:
    return None if annual is None else np.asarray(annual, dtype=np.float64)[: int(kind.max()) + 1]


def _table(happened: Happened, lines: _Lines, hours: float) -> tuple[Floats, Ints]:
    """``[nodes, DAYS]`` counts, newest first, of every node where anything was; and the nodes.

    For windows of less than a day, counts of the same hours of each day.
    """
    day = np.floor(happened.age / DAY).astype(np.int64)
    wanted = (happened.age >= 0) & (day < DAYS)
    if hours < DAY:
        wanted &= happened.age - day * DAY < hours
    leaf = happened.place[wanted] * lines.kinds + happened.kind[wanted]
    cells, n = np.unique(leaf * DAYS + day[wanted], return_counts=True)
    place, kind = np.divmod(cells // DAYS, lines.kinds)
    nodes: Ints = np.zeros(0, dtype=np.int64)
    keys = []
    for wider in lines.place_at_depth:
        for wider_kind in lines.kind_at_depth:
            there = (wider[place] >= 0) & (wider_kind[kind] >= 0)
            keys.append((wider[place[there]] * lines.kinds + wider_kind[kind[there]], there))
            nodes = np.union1d(nodes, keys[-1][0])
    table = np.zeros(len(nodes) * DAYS)
    for key, there in keys:
        at = np.searchsorted(nodes, key) * DAYS + cells[there] % DAYS
        table += np.bincount(at, weights=n[there], minlength=len(table))
    return table.reshape(-1, DAYS), nodes


def _usual(rate: Floats, node: Ints, lines: _Lines) -> Floats:
    """What place and kind lead one to expect: the share of the place in everything, of all that is of the kind."""
    place, kind = np.divmod(node, lines.kinds)
    place_root = np.array([line[-1] for line in lines.above_place])[place]
    kind_root = np.array([line[-1] for line in lines.above_kind])[kind]

    def of(nodes: Ints) -> Floats:
        return rate[np.searchsorted(node, nodes)]

    all_of_place = of(place * lines.kinds + kind_root)
    all_of_kind = of(place_root * lines.kinds + kind)
    everything = of(place_root * lines.kinds + kind_root)
    return np.asarray(all_of_place * all_of_kind / np.maximum(everything, 1e-9))


def _smallest(judged: _Judged, found: Ints, lines: _Lines) -> list[int]:
    """Of nodes that lie in each other, the smallest that explain it.

    From the narrowest on. A wider one speaks for those it contains when most of it burns, in several of them, or
    when what it has beside them is much, and a surge of its own; else it is left out.
    """
    order = sorted(found.tolist(), key=lambda at: (-lines.depth(int(judged.node[at])), judged.chance[at]))
    at_node = {int(node): at for at, node in enumerate(judged.node)}
    kept: list[int] = []
    for at in order:
        node = int(judged.node[at])
        shared = {lines.meet(node, int(judged.node[one])) for one in kept}
        told = _apart([at_node[one] for one in shared if one is not None and one in at_node], judged, lines)
        if told:
            count = judged.count[at] - judged.count[told].sum()
            mean = judged.mean[at] - judged.mean[told].sum()
            most = len(told) > 1 and mean <= _MOST * judged.mean[at]
            left = tail_chance([count], [max(float(mean), 1e-6)], [judged.size[at]])[0]
            much = count >= max(FEWEST, _MUCH * judged.count[at])
            if not most and not (much and left <= _LEFT_OVER):
                continue
            kept = [one for one in kept if not lines.is_in(int(judged.node[one]), node)]
        kept.append(at)
    return kept


def _apart(nodes: list[int], judged: _Judged, lines: _Lines) -> list[int]:
    """Those that lie in no other one of them."""

    def inside(one: int, other: int) -> bool:
        return one != other and lines.is_in(int(judged.node[one]), int(judged.node[other]))

    return [one for one in nodes if not any(inside(one, other) for other in nodes)]


def _without_repeats(surges: list[Surge], lines: _Lines) -> list[Surge]:
    """One for each matter: of two that lie in each other, found in windows of two lengths, the less probable."""
    kept: list[Surge] = []
    for one in sorted(surges, key=lambda surge: surge.chance):
        node = one.place * lines.kinds + one.kind
        others = [other.place * lines.kinds + other.kind for other in kept]
        if not any(lines.is_in(node, other) or lines.is_in(other, node) for other in others):
            kept.append(one)
    return kept


def _surge(judged: _Judged, at: int, hours: float, kinds: int) -> Surge:
    place, kind = divmod(int(judged.node[at]), kinds)
    return Surge(place, kind, hours, int(judged.count[at]), float(judged.mean[at]), float(judged.chance[at]))
