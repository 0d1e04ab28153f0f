"""What a gazetteer holds, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

#: Kinds that mean something to matching; any other is a landmark.
STREET, CROSSING, AREA = "street", "crossing", "area"


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its names, the best known first.

    ``first..last`` are the numbers of the region that it is in (a tree coded by intervals: a region has those of
    all regions in it). ``numbers`` are the house numbers of a part of a street. ``point`` is longitude, latitude
    (degrees). A crossing is named by its two streets with “&” between them.
    """

    names: tuple[str, ...]
    kind: str
    first: int
    last: int
    numbers: tuple[int, int] | None = None
    point: tuple[float, float] | None = None

    def holds(self, other: Place) -> bool:
        """Whether the region of ``other`` is in this one's, or the same."""
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True, slots=True)
class Found:
    """A place, by its position in the gazetteer, and how certain it is that it is meant (0 to 1)."""

    place: int
    certainty: float


@dataclass(frozen=True, slots=True)
class Mention:
    """Signs of folded text, ``start..end``, that may name a place."""

    start: int
    end: int
    place: int
    score: float
