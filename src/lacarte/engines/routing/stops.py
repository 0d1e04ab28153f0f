"""What is to be visited, and what becomes of it in one order or another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: How bad an order is, the worst first: windows missed, seconds late at these, seconds on the way.
Cost = tuple[int, float, float]


@dataclass(frozen=True)
class Stops:
    """``n`` stops and the start that they are visited from. All in seconds, times from the start on.

    ``travel``: ``float[n + 1, n + 1]``, symmetric, the start first. ``visits``: ``float[n]``, how long each takes.
    ``opens``, ``closes``: ``float[n]``, when a visit may begin, at the earliest and the latest; -inf and inf where
    it may at any time. Raises ``ValueError`` for what is none of that.
    """

    travel: Floats
    visits: Floats
    opens: Floats
    closes: Floats

    def __post_init__(self) -> None:
        n = len(self.visits)
        if self.travel.shape != (n + 1, n + 1):
            raise ValueError(f"travel has the shape {self.travel.shape}, for {n} stops it is ({n + 1}, {n + 1})")
        for name in ("opens", "closes"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"{name} has the shape {getattr(self, name).shape}, not ({n},)")
        for name in ("travel", "visits"):
            values = getattr(self, name)
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise ValueError(f"{name} has to be finite and not negative")
        if not np.allclose(self.travel, self.travel.T):
            raise ValueError("travel has to be symmetric")
        if not (self.opens <= self.closes).all():  # also NaN
            at = int(np.argmin(self.opens <= self.closes))
            raise ValueError(f"stop {at} closes at {self.closes[at]}, before it opens at {self.opens[at]}")

    def __len__(self) -> int:
        return len(self.visits)

    @property
    def windowed(self) -> Ints:
        """The stops that cannot be visited at any time."""
        return np.flatnonzero(np.isfinite(self.opens) | np.isfinite(self.closes))

    def timetable(self, order: Sequence[int]) -> tuple[list[float], list[int]]:
        """When each visit of an order begins, and which stops are reached too late.

        Who is early waits; who is late visits all the same.
        """
        travel, visits, opens, closes = self._numbers
        now, here, begins, missed = 0.0, 0, [], []
        for stop in order:
            now += travel[here][stop + 1]
            if now > closes[stop]:
                missed.append(stop)
            elif now < opens[stop]:
                now = opens[stop]
            begins.append(now)
            now += visits[stop]
            here = stop + 1
        return begins, missed

    @cached_property
    def _numbers(self) -> tuple[list[list[float]], list[float], list[float], list[float]]:
        """The same as plain numbers: one by one they are read far quicker than out of arrays."""
        return self.travel.tolist(), self.visits.tolist(), self.opens.tolist(), self.closes.tolist()

    def on_the_way(self, order: Sequence[int]) -> float:
        """Seconds of travel of an order."""
        path = np.concatenate([[0], np.asarray(order, dtype=np.int64) + 1])
        return float(self.travel[path[:-1], path[1:]].sum())

    def lateness(self, order: Sequence[int]) -> tuple[int, float]:
        """Windows missed in an order, and how many seconds late these are together."""
        begins, missed = self.timetable(order)
        if not missed:
            return 0, 0.0
        at = dict(zip(order, begins, strict=True))
        return len(missed), sum(at[stop] - float(self.closes[stop]) for stop in missed)

    def cost(self, order: Sequence[int]) -> Cost:
        """How bad an order is."""
        return (*self.lateness(order), self.on_the_way(order))


@dataclass(frozen=True)
class Tour:
    """An order of stops: ``order`` their indices, ``begins`` when each visit does, ``missed`` what is late.

    ``travel`` is the seconds on the way.
    """

    order: tuple[int, ...]
    begins: tuple[float, ...]
    missed: tuple[int, ...]
    travel: float

    @classmethod
    def of(cls, stops: Stops, order: Sequence[int]) -> Tour:
        """The tour that visits ``stops`` in that order."""
        begins, missed = stops.timetable(order)
        return cls(tuple(order), tuple(begins), tuple(sorted(missed)), stops.on_the_way(order))
