"""Column charts as SVG, from the same rows as their table. Percent across, pixels up: text never shrinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLOT = 150
_TOP, _FOOT = 22, 24
_TONES = ("value", "second")


@dataclass(frozen=True)
class Series:
    """One row of columns."""

    label: str
    values: Sequence[float]
    tone: str = "value"


@dataclass(frozen=True)
class Column:
    """One drawn column: ``x`` and ``width`` in percent, ``y`` and ``height`` in pixels."""

    x: str
    y: str
    width: str
    height: str
    tone: str
    words: str


@dataclass(frozen=True)
class Label:
    """A word at a place."""

    x: str
    y: int
    anchor: str
    words: str


@dataclass(frozen=True)
class Chart:
    """What ``components/chart.html`` draws."""

    title: str
    words: str
    series: Sequence[Series]
    columns: Sequence[Column]
    labels: Sequence[Label]
    height: int = _TOP + PLOT + _FOOT
    floor: int = _TOP + PLOT


def columns(title: str, labels: Sequence[str], *series: tuple[str, Sequence[float]], words: str) -> Chart:
    """Columns side by side for each label. ``words`` says what the chart shows to who cannot see it.

    Raises ``ValueError`` when a series has not one value a label.
    """
    for name, values in series:
        if len(values) != len(labels):
            raise ValueError(f"{name}: {len(values)} values for {len(labels)} labels")
    named = [Series(name, values, tone) for (name, values), tone in zip(series, _TONES, strict=False)]
    most = max((value for one in named for value in one.values), default=0) or 1
    slot = 100 / max(len(labels), 1)
    width = slot * 0.8 / max(len(named), 1)
    drawn = [
        Column(
            x=f"{slot * i + slot * 0.1 + width * s:.2f}",
            y=f"{_TOP + PLOT * (1 - one.values[i] / most):.1f}",
            width=f"{width:.2f}",
            height=f"{PLOT * one.values[i] / most:.1f}",
            tone=one.tone,
            words=f"{label}, {one.label}: {one.values[i]:g}",
        )
        for s, one in enumerate(named)
        for i, label in enumerate(labels)
    ]
    return Chart(title, words, named, drawn, _labels(labels, most))


def _labels(labels: Sequence[str], most: float) -> list[Label]:
    """The highest value, and the first and last label: these always fit, on a phone too."""
    found = [Label("0", 14, "start", f"{most:g}")]
    if labels:
        found.append(Label("0", _TOP + PLOT + 18, "start", labels[0]))
    if len(labels) > 1:
        found.append(Label("100", _TOP + PLOT + 18, "end", labels[-1]))
    return found
