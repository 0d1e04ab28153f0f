"""The map of the report: needs by squares, offers as dots, after the table of the same squares."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography import EARTH_RADIUS_METRES
from lacarte.standalone.drawing import Cells, cells, map_of, shades
from lacarte.standalone.page import Column, figure, paragraph, section, table
from lacarte.standalone.run import Matched

__all__ = ["map_section"]

Words = Mapping[str, str]
#: Dots that a map can bear, and squares that a table lists.
_MOST_DOTS, _MOST_ROWS = 250, 15


def map_section(matched: Matched, say: Words, used: npt.NDArray[np.int64], names: Mapping[int, str]) -> str:
    """The table of squares and the map; nothing where no place with enough people is known."""
    needs = matched.inputs.needs
    area = cells(needs.x, needs.y, matched.result.assignment >= 0)
    if area is None or not len(area.needs):
        return ""
    titles = [
        say["cell-title"].format(served=f"{served:,}", needs=f"{count:,}")
        for served, count in zip(area.served.tolist(), area.needs.tolist(), strict=True)
    ]
    shown, note = _dots(matched, say, used, names)
    return section(
        say["map"],
        paragraph(say["map-why"]),
        _table(matched, say, area),
        figure(say["map"], _legend(say, area) + map_of(say["map-words"], area, titles, shown)),
        paragraph(note, "muted") if note else "",
    )


def _table(matched: Matched, say: Words, area: Cells) -> str:
    """The squares with most needs that have no place."""
    missing = area.needs - area.served
    worst = np.lexsort((np.arange(len(missing)), -missing))[:_MOST_ROWS]
    rows = [
        (_middle(matched, area, cell), int(area.needs[cell]), int(missing[cell]), _share(area, cell))
        for cell in worst.tolist()
        if missing[cell]
    ]
    heads = [Column(say["square"]), *(Column(say[name], True) for name in ("people", "unserved", "rate"))]
    return f"<h3>{escape(say['cells'])}</h3>\n{table(say['cells'], heads, rows)}" if rows else ""


def _middle(matched: Matched, area: Cells, cell: int) -> str:
    """The middle of a square itself, wherever people in it are, as the file says places: degrees or metres."""
    x = area.west + (int(area.column[cell]) + 0.5) * area.side
    y = area.north - (int(area.row[cell]) + 0.5) * area.side
    around = matched.inputs.around
    if around is None:
        return f"{x:.12g} m, {y:.12g} m"
    metres = np.radians(1.0) * EARTH_RADIUS_METRES  # of a degree; this is the way back of geography.project
    latitude = around[1] + y / metres
    longitude = (around[0] + x / (metres * np.cos(np.radians(around[1]))) + 180.0) % 360.0 - 180.0
    return f"{latitude:.3f}, {longitude:.3f}"


def _share(area: Cells, cell: int) -> str:
    return f"{area.served[cell] / area.needs[cell]:.0%}"


def _dots(
    matched: Matched, say: Words, used: npt.NDArray[np.int64], names: Mapping[int, str]
) -> tuple[list[tuple[float, float, float, bool, str]], str]:
    """Offers as dots, the largest first so that small ones stay visible, and what is said of those left out."""
    offers, price, capacity = matched.inputs.offers, matched.result.price, matched.problem.capacity
    known = np.flatnonzero(np.isfinite(offers.x) & np.isfinite(offers.y))
    first = known[np.lexsort((known, -price[known]))][:_MOST_DOTS]
    first = first[np.lexsort((first, -capacity[first].astype(np.int64)))]
    most = max(int(capacity.max(initial=0)), 1)
    dots = [
        (
            float(offers.x[j]), float(offers.y[j]),
            4 + 10 * float(np.sqrt(capacity[j] / most)), bool(price[j] > 0),
            say["offer-title"].format(name=names[j], used=f"{used[j]:,}", capacity=f"{capacity[j]:,}"),
        )
        for j in first.tolist()
    ]  # fmt: skip
    return dots, say["dots"].format(n=_MOST_DOTS) if len(known) > _MOST_DOTS else ""


def _legend(say: Words, area: Cells) -> str:
    limits = shades(area.needs - area.served)
    spans = [
        f"{last:,}" if last <= before + 1 else f"{before + 1:,}–{last:,}"
        for before, last in zip([-1, *limits], limits, strict=False)
    ]
    shown = "".join(
        f"<li>{_swatch(f'step-{step}')}{span} {escape(say['shade'])}</li>" for step, span in enumerate(spans)
    )
    dots = "".join(
        '<li><svg class="swatch" aria-hidden="true" viewBox="0 0 16 16">'
        f'<circle class="{kind}" cx="8" cy="8" r="6"/></svg>'
        f"{escape(say[kind])}</li>"
        for kind in ("scarce", "free")
    )
    return f'<ul class="chart-legend">{shown}{dots}</ul>'


def _swatch(kind: str) -> str:
    return f'<svg class="swatch" aria-hidden="true"><rect class="{kind}" width="100%" height="100%"/></svg>'
