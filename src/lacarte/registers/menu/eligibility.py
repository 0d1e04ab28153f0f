"""What the menu has to know about who is entitled; ``registers.entitlement`` answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar


class Verdict(StrEnum):
    """Whether somebody is entitled, as far as is known."""

    YES = "yes"
    OPEN = "cannot-say-yet"
    NO = "no"


class Judged(Protocol):
    """An answer: a verdict, and whatever explains it."""

    @property
    def verdict(self) -> Verdict:
        """Whether somebody is entitled."""


J_co = TypeVar("J_co", bound=Judged, covariant=True)


class Eligibility(Protocol[J_co]):
    """From numbers of service types to an answer for each, in as few queries as one."""

    def __call__(self, service_types: Sequence[int], /) -> Mapping[int, J_co]:
        """The answers."""
