"""Needs that tell of the same thing: near in place, time, words or photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import ServiceType


@dataclass(frozen=True)
class Alike:
    """A need that may tell of the same thing, with the probability and the reasons in codes."""

    need: Need
    probability: float
    reasons: tuple[str, ...]


def alike(
    *,
    text: str,
    service_type: ServiceType | None,
    longitude: float | None,
    latitude: float | None,
    at: datetime,
    photos: Sequence[int] = (),
    leave_out: Need | None = None,
    most: int = 5,
) -> list[Alike]:
    """Needs under way that may tell of the same thing, likeliest first.

    Degrees are WGS84; ``photos`` are perceptual hashes (``Attachment.likeness``). Only needs of places are
    compared: what somebody needs for themselves is nobody else's.
    """
    return []
