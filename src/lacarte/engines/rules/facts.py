"""What is known of somebody: a value, none, its bounds only, or nothing yet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final

from lacarte.engines.rules.feel import ORDERED
from lacarte.engines.rules.tables import Kind, Value

__all__ = ["NOT_KNOWN", "Between", "Known", "NotKnown", "Refused", "on_scale"]

_NAMES = {Kind.BOOLEAN: "true or false", Kind.NUMBER: "a number", Kind.STRING: "a string", Kind.DATE: "a date"}


class NotKnown(Enum):
    """Has one member, :data:`NOT_KNOWN`: what stands for a fact that nobody has told yet."""

    NOT_KNOWN = "not known"


NOT_KNOWN: Final = NotKnown.NOT_KNOWN


@dataclass(frozen=True)
class Between:
    """A number or a date that is known by its bounds only, both inside. A number's bound may be infinite."""

    low: float | date
    high: float | date


Known = Value | Between | NotKnown


@dataclass(frozen=True)
class Refused:
    """A fact that cannot be what it is given as; it is taken for not known."""

    fact: str
    why: str


def on_scale(value: Known, kind: Kind) -> float | str | bool | tuple[float, float] | None:
    """A value in the form that tests are made on: a date is its day, bounds are two; null stays ``None``.

    Raises ``ValueError`` in plain words for a value of another kind.
    """
    if value is None:
        return None
    if isinstance(value, Between):
        return _bounds(value, kind)
    if kind is Kind.BOOLEAN and isinstance(value, bool):
        return value
    if kind is Kind.STRING and isinstance(value, str):
        return value
    if kind is Kind.DATE and isinstance(value, date) and not isinstance(value, datetime):
        return float(value.toordinal())
    if kind is Kind.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise ValueError(f"{value!r} is not {_NAMES[kind]}")


def _bounds(value: Between, kind: Kind) -> tuple[float, float]:
    if kind not in ORDERED:
        raise ValueError(f"{kind}s have no bounds")
    low, high = (
        end if kind is Kind.NUMBER and isinstance(end, float) and math.isinf(end) else on_scale(end, kind)
        for end in (value.low, value.high)
    )
    if not (isinstance(low, float) and isinstance(high, float)):
        raise ValueError("bounds have bounds themselves")
    if low > high or low == math.inf or high == -math.inf:
        raise ValueError(f"nothing lies between {value.low} and {value.high}")
    return low, high
