"""Facts of many persons at once: a column for each fact, a place for each person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.rules.facts import NOT_KNOWN, Known, Refused, on_scale
from lacarte.engines.rules.tables import Kind

__all__ = ["Column", "column"]

_TYPES = {Kind.NUMBER: np.float64, Kind.DATE: np.int64, Kind.STRING: np.int32, Kind.BOOLEAN: np.int8}


@dataclass(frozen=True, eq=False)
class Column:
    """One fact of ``n`` persons; what is outside the ranges named here is not known.

    ``low`` is, by ``kind``: numbers ``float64[n]`` (NaN: not known); dates ``int64[n]``, days as
    ``date.toordinal`` counts them (0: not known); strings ``int32[n]``, places in ``words`` (-1: not known);
    booleans ``int8[n]``, 0 or 1 (-1: not known). ``high`` (numbers and dates only; ``None``: the same as ``low``)
    is the upper bound of what is known by its bounds. ``null`` (``bool[n]``; ``None``: nobody) marks who has none.
    Raises ``ValueError`` for another shape or type.
    """

    kind: Kind
    low: npt.NDArray[np.generic]
    high: npt.NDArray[np.generic] | None = None
    null: npt.NDArray[np.bool_] | None = None
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        arrays = {"low": (self.low, _TYPES[self.kind]), "high": (self.high, _TYPES[self.kind])}
        for name, (given, wanted) in {**arrays, "null": (self.null, np.bool_)}.items():
            if given is not None and (given.dtype != wanted or given.shape != (len(self.low),)):
                raise ValueError(f"{name} is {given.dtype}{list(given.shape)}, it must be {np.dtype(wanted)}[n]")
        if self.high is not None and self.kind not in {Kind.NUMBER, Kind.DATE}:
            raise ValueError(f"{self.kind}s have no bounds")

    def __len__(self) -> int:
        return len(self.low)

    def part(self, start: int, end: int) -> Column:
        """Some of the persons, without copying."""
        high, null = self.high, self.null
        return Column(
            self.kind,
            self.low[start:end],
            None if high is None else high[start:end],
            None if null is None else null[start:end],
            self.words,
        )


def column(fact: str, kind: Kind, values: Iterable[Known]) -> tuple[Column, list[tuple[int, Refused]]]:
    """The values as a column, and what was refused, each with its place; refused is not known.

    The same values are refused as by :func:`lacarte.engines.rules.deciding.decide` for their kind.
    """
    nothing: float = {Kind.NUMBER: np.nan, Kind.DATE: 0}.get(kind, -1)
    low: list[float] = []
    high: list[float] = []
    null: list[bool] = []
    words: dict[str, int] = {}
    refused: list[tuple[int, Refused]] = []
    for place, value in enumerate(values):
        first = last = nothing
        try:
            scaled = None if value is NOT_KNOWN else on_scale(value, kind)
        except ValueError as wrong:
            refused.append((place, Refused(fact, str(wrong))))
            value, scaled = NOT_KNOWN, None
        if isinstance(scaled, tuple):
            first, last = scaled
        elif isinstance(scaled, str):
            first = last = words.setdefault(scaled, len(words))
        elif scaled is not None:
            first = last = float(scaled)
        low.append(first)
        high.append(last)
        null.append(value is None)
    lows, highs = np.array(low, dtype=_TYPES[kind]), np.array(high, dtype=_TYPES[kind])
    bounds = None if np.array_equal(lows, highs, equal_nan=kind is Kind.NUMBER) else highs
    return Column(kind, lows, bounds, np.array(null, dtype=np.bool_), tuple(words)), refused
