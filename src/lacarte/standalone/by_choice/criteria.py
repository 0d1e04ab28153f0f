"""Who goes first at an offer: criteria as an office writes them, as numbers, and in words.

A rule is a list such as ``in sibling; same zone; most points; nearest``: what is named first decides, what comes
after it decides among equals, and a draw decides in the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Criterion", "Reserve", "ranked", "read_reserves", "read_rule"]

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

#: How a criterion may be written; all but the last name a column or, after ``meets``, a condition.
_FORMS = ("in", "same", "meets", "most", "least", "nearest")
_RESERVE = re.compile(r"(?P<condition>.*\S)\s+(?P<number>[0-9]{1,9})\s*(?P<percent>%?)")


@dataclass(frozen=True)
class Criterion:
    """One thing that counts.

    ``in COLUMN``: that the need's column names this offer. ``same COLUMN``: that it says the same as the offer's.
    ``meets CONDITION``. ``most COLUMN`` and ``least COLUMN``: the number there. ``nearest``: the straight line.
    """

    form: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.form} {self.name}".rstrip()

    @property
    def of_number(self) -> bool:
        """Is it about a number, rather than yes or no?"""
        return self.form in ("most", "least", "nearest")


class Reserve(NamedTuple):
    """So many seats of an offer for those who meet ``condition``."""

    condition: str
    seats: int


def read_rule(cell: str) -> tuple[Criterion, ...]:
    """The criteria that ``cell`` names. Raises ``ValueError``, in words, for what is none."""
    found = []
    for part in filter(None, map(str.strip, cell.split(";"))):
        form, _, name = part.partition(" ")
        form, name = form.lower(), name.strip().lower()
        if form not in _FORMS or (form == "nearest") == bool(name):
            raise ValueError(f"“{part}” is not something that can count")
        found.append(Criterion(form, name))
    return tuple(dict.fromkeys(found))


def read_reserves(cell: str, capacity: int) -> tuple[Reserve, ...]:
    """The reserves that ``cell`` names, such as ``low-income 30%; over-65 2``; a share is rounded down.

    Raises ``ValueError``, in words, for what is none, a condition twice, and more seats than there are.
    """
    found: list[Reserve] = []
    for part in filter(None, map(str.strip, cell.split(";"))):
        written = _RESERVE.fullmatch(part)
        if written is None:
            raise ValueError(f"“{part}” is not a condition and how many places are kept for it")
        number = int(written["number"])
        if written["percent"] and number > 100:
            raise ValueError(f"“{part}” is more than all places")
        seats = number * capacity // 100 if written["percent"] else number
        if any(one.condition.casefold() == written["condition"].casefold() for one in found):
            raise ValueError(f"“{written['condition']}” is there twice")
        found.append(Reserve(written["condition"], seats))
    total = sum(one.seats for one in found)
    if total > capacity:
        raise ValueError(f"{total} places are kept, and there are {capacity}")
    return tuple(found)


def ranked(criteria: list[Floats]) -> npt.NDArray[np.int32]:
    """``int32[m]``: equal for who is equal by all ``criteria`` (``float64[m]`` each), lower for who goes first."""
    m = len(criteria[0]) if criteria else 0
    if m == 0:
        return np.zeros(m, dtype=np.int32)
    turn = np.lexsort(criteria[::-1])
    later = np.zeros(m, dtype=bool)
    for values in criteria:
        later[1:] |= values[turn][1:] != values[turn][:-1]
    rank = np.empty(m, dtype=np.int32)
    rank[turn] = np.cumsum(later)
    return rank
