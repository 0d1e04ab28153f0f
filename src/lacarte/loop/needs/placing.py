"""Where a need is, from the words that people use."""

from __future__ import annotations

from dataclasses import dataclass

from lacarte.registers.places.models import NamedPlace, Region


@dataclass(frozen=True)
class PlaceFound:
    """A place of the gazetteer that words may mean, with how certain that is (0 to 1)."""

    place: NamedPlace
    certainty: float


def places_in(words: str, *, within: Region | None = None, most: int = 5) -> list[PlaceFound]:
    """The places that ``words`` may mean, likeliest first; ``within`` narrows them to a region.

    Two that are about as likely are a question for a person, never a guess.
    """
    return []
