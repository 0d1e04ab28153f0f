"""A funnel plot as SVG, from the same rows as its table. Percent across, pixels up, as ``design.chart``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from lacarte.loop.voice.comparing import Comparison
from lacarte.loop.voice.queries import Group
from lacarte.pages.design.percents import percent

_TOP, _PLOT, _FOOT = 22, 240, 26


_LIMITS = {"low": "warning", "high": "warning", "control_low": "control", "control_high": "control"}


@dataclass(frozen=True)
class Line:
    """A piece of a limit."""

    x1: str
    y1: str
    x2: str
    y2: str
    kind: str


@dataclass(frozen=True)
class Point:
    """One group."""

    x: str
    y: str
    tone: str
    words: str


@dataclass(frozen=True)
class Label:
    """A word at a place."""

    x: str
    y: str
    anchor: str
    words: str


@dataclass(frozen=True)
class Funnel:
    """What ``public/funnel.html`` draws."""

    words: str
    lines: list[Line]
    points: list[Point]
    labels: list[Label]
    height: int = _TOP + _PLOT + _FOOT
    floor: int = _TOP + _PLOT


def funnel(found: Comparison, own: Group | None = None) -> Funnel | None:
    """The plot of a comparison: group size across (on a logarithmic scale), share up; ``own`` stands out."""
    shown = [(one.key, one.shown, one.outside) for one in found.groups if one.shown.share is not None]
    if len(shown) < 2 or found.target is None:
        return None
    sizes = [limit.size for limit in found.funnel]
    shares = [one.share for _group, one, _outside in shown if one.share is not None]
    low = min(shares + [limit.control_low for limit in found.funnel])
    high = max(shares + [limit.control_high for limit in found.funnel])
    scale = _Scale(sizes[0], sizes[-1], max(0.0, low - 0.02), min(1.0, high + 0.02))
    limits = [(limit.size, limit) for limit in found.funnel]
    lines = [
        line
        for name, kind in _LIMITS.items()
        for line in scale.pieces([(size, getattr(limit, name)) for size, limit in limits], kind)
    ]
    lines += scale.pieces([(sizes[0], found.target), (sizes[-1], found.target)], "target")
    points = [
        Point(
            scale.x(one.whole or 1),
            scale.y(one.share or 0.0),
            f"{_tone(outside)} own" if group == own else _tone(outside),
            f"{group.label}: {percent(one.share or 0.0)}",
        )
        for group, one, outside in shown
    ]
    return Funnel(
        words=_("A point for each group: its size across, its share up, between limits that narrow with size."),
        lines=lines,
        points=points,
        labels=scale.labels(),
    )


@dataclass(frozen=True)
class _Scale:
    least: int
    most: int
    low: float
    high: float

    def x(self, size: int) -> str:
        whole = math.log(self.most / self.least) or 1.0
        return f"{100 * min(max(math.log(size / self.least) / whole, 0), 1):.2f}"

    def y(self, share: float) -> str:
        whole = (self.high - self.low) or 1.0
        return f"{_TOP + _PLOT * (1 - (share - self.low) / whole):.1f}"

    def pieces(self, points: Sequence[tuple[int, float]], kind: str) -> list[Line]:
        at = [(self.x(size), self.y(share)) for size, share in points]
        return [Line(*one, *another, kind) for one, another in pairwise(at)]

    def labels(self) -> list[Label]:
        foot = str(_TOP + _PLOT + 18)
        return [
            Label("0", "14", "start", percent(self.high or 0.0)),
            Label("0", str(_TOP + _PLOT - 6), "start", percent(self.low or 0.0)),
            Label("0", foot, "start", number_format(self.least, force_grouping=True)),
            Label("100", foot, "end", number_format(self.most, force_grouping=True)),
        ]


def _tone(outside: int) -> str:
    return {-2: "urgent", -1: "urgent", 1: "good", 2: "good"}.get(outside, "value")
