"""Charts and maps of the report as SVG, from the same rows as the tables before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

import numpy as np
import numpy.typing as npt

__all__ = ["Cells", "cells", "columns", "map_of", "shades"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Fewer people than this in one place are not shown.
AT_LEAST = 10
#: Shades of the map, lightest first.
STEPS = 5
_PLOT, _TOP, _FOOT = 160, 22, 26
_WIDTH = 800
_MARGIN = 12
_MOST_CELLS = 28
_TONES = ("value", "second", "third")


def columns(words: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Columns side by side for each label, values from 0 to 1. ``words`` say what is seen."""
    slot = 100 / max(len(labels), 1)
    width = slot * 0.8 / max(len(series), 1)
    drawn = [
        f'<rect class="{tone}" x="{slot * i + slot * 0.1 + width * s:.2f}%" width="{width * 0.94:.2f}%"'
        f' y="{_TOP + _PLOT * (1 - values[i]):.1f}" height="{_PLOT * values[i]:.1f}">'
        f"<title>{escape(f'{label}, {name}: {values[i]:.1%}')}</title></rect>"
        for s, ((name, values), tone) in enumerate(zip(series, _TONES, strict=False))
        for i, label in enumerate(labels)
    ]
    shown = labels if len(labels) <= 6 else [labels[0], *[""] * (len(labels) - 2), labels[-1]]
    named = [
        f'<text x="{slot * (i + 0.5):.2f}%" y="{_TOP + _PLOT + 18}" text-anchor="middle">{escape(label)}</text>'
        for i, label in enumerate(shown)
    ]
    floor = f'<line class="axis" x1="0" x2="100%" y1="{_TOP + _PLOT}" y2="{_TOP + _PLOT}"/>'
    top = '<text x="0" y="14">100%</text>'
    legend = "".join(
        f'<li><svg class="swatch" aria-hidden="true"><rect class="{tone}" width="100%" height="100%"/></svg>'
        f"{escape(name)}</li>"
        for (name, _), tone in zip(series, _TONES, strict=False)
    )
    return (
        f'<ul class="chart-legend">{legend}</ul>'
        f'<svg class="chart" role="img" aria-label="{escape(words)}" width="100%" height="{_TOP + _PLOT + _FOOT}">'
        f"{top}{''.join(drawn)}{floor}{''.join(named)}</svg>"
    )


@dataclass(frozen=True, eq=False)
class Cells:
    """Squares of a plane with at least ``AT_LEAST`` needs in each.

    ``column`` and ``row`` (from the north-west), ``needs``, ``served``, and ``of_need`` (``int64[n]``: which cell,
    or -1 for none that is shown); ``side`` in metres, a round number; west and north are where the first cell
    begins, whole sides from where metres count from, so that no border is somebody's place.
    """

    column: Ints
    row: Ints
    needs: Ints
    served: Ints
    of_need: Ints
    side: float
    west: float
    north: float
    across: int
    down: int


def cells(x: Floats, y: Floats, served: npt.NDArray[np.bool_]) -> Cells | None:
    """Needs counted by squares, as many as there are people for; nothing where no place is known."""
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return None
    per_side = int(np.clip(np.sqrt(known.sum() / AT_LEAST), 1, _MOST_CELLS))
    side = _round_up(max(float(np.ptp(x[known])), float(np.ptp(y[known])), 1.0) / per_side)
    column = np.floor(x[known] / side).astype(np.int64)
    row = -np.floor(y[known] / side).astype(np.int64)
    first, top = int(column.min()), int(row.min())
    column, row = column - first, row - top
    across = int(column.max()) + 1
    found, at, needs = np.unique(row * across + column, return_inverse=True, return_counts=True)
    number = np.cumsum(needs >= AT_LEAST) - 1
    of_need = np.full(len(x), -1, dtype=np.int64)
    of_need[known] = np.where(needs[at] >= AT_LEAST, number[at], -1)
    shown = needs >= AT_LEAST
    counted = np.bincount(at[served[known]], minlength=len(found))[shown]
    return Cells(
        found[shown] % across, found[shown] // across, needs[shown], counted, of_need, side,
        first * side, (1 - top) * side, across, int(row.max()) + 1,
    )  # fmt: skip


def _round_up(metres: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, … metres; never less than one."""
    power = 10.0 ** max(floor(log10(metres)), 0)
    return next(times * power for times in (1, 2, 5, 10) if times * power >= metres)


def shades(missing: Ints) -> list[int]:
    """The largest number of each shade: 0 alone, then equal shares of the cells that have more."""
    more = np.sort(missing[missing > 0])
    ends = [int(more[-(-len(more) * k // (STEPS - 1)) - 1]) for k in range(1, STEPS)] if len(more) else []
    return [0, *sorted(set(ends))]


def map_of(
    words: str, area: Cells, titles: Sequence[str], dots: Sequence[tuple[float, float, float, bool, str]]
) -> str:
    """Cells shaded by who has no place, and offers as dots: x, y, radius, whether it has a price, words."""
    limits = np.array(shades(area.needs - area.served))
    shade = np.searchsorted(limits, area.needs - area.served).tolist()
    scale = (_WIDTH - 2 * _MARGIN) / max(area.across * area.side, 1e-9)
    size, height = area.side * scale, area.down * area.side * scale + 2 * _MARGIN
    squares = [
        f'<rect class="step-{step}" x="{_MARGIN + column * size:.1f}"'
        f' y="{_MARGIN + row * size:.1f}" width="{size:.1f}" height="{size:.1f}">'
        f"<title>{escape(title)}</title></rect>"
        for column, row, step, title in zip(area.column.tolist(), area.row.tolist(), shade, titles, strict=True)
    ]
    marks = [
        f'<circle class="{"scarce" if priced else "free"}" cx="{_MARGIN + (x - area.west) * scale:.1f}"'
        f' cy="{_MARGIN + (area.north - y) * scale:.1f}" r="{radius:.1f}"><title>{escape(title)}</title></circle>'
        for x, y, radius, priced, title in dots
        if 0 <= (x - area.west) * scale <= _WIDTH and 0 <= (area.north - y) * scale <= height
    ]
    return (
        f'<svg class="map" role="img" aria-label="{escape(words)}" viewBox="0 0 {_WIDTH} {height:.0f}">'
        f"{''.join(squares)}{''.join(marks)}</svg>"
    )
