"""The index itself: a weighted sum whose parts are shown, what is not known an interval; and strict classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["VULNERABLE", "NeedIndex", "index", "index_between", "priority_class"]

Floats = npt.NDArray[np.float64]
#: Somebody this vulnerable goes one class earlier.
VULNERABLE = 0.6
_NEAR = 1e-9  # sums of weights: equal up to rounding is equal


@dataclass(frozen=True, eq=False)
class NeedIndex:
    """``total`` (the middle of ``total_low..total_high``) and what each part adds to it; all ``float64[n]``."""

    total: Floats
    total_low: Floats
    total_high: Floats
    contributions: dict[str, Floats]


def index(parts: Mapping[str, npt.ArrayLike], weights: Mapping[str, float]) -> NeedIndex:
    """Weighted sum of ``parts`` (each ``[n]``, from 0 to 1; NaN: not known, anything from 0 to 1).

    ``weights`` sum to 1. Raises ``ValueError`` naming the part that does not fit.
    """
    given = {name: np.asarray(part, dtype=np.float64) for name, part in parts.items()}
    return index_between(given, given, weights)


def index_between(
    low: Mapping[str, npt.ArrayLike], high: Mapping[str, npt.ArrayLike], weights: Mapping[str, float]
) -> NeedIndex:
    """As :func:`index`, of parts that are partly known: each lies between its ``low`` and its ``high``, ``[n]``.

    NaN in ``low`` is 0 and in ``high`` is 1. Raises ``ValueError`` as :func:`index` and where low is above high.
    """
    if set(low) != set(weights) or set(high) != set(weights):
        raise ValueError(f"parts are {sorted({*low, *high})}, weights are for {sorted(weights)}")
    if abs(sum(weights.values()) - 1) > 1e-9 or min(weights.values()) < 0:
        raise ValueError(f"weights must be positive and sum to 1, they sum to {sum(weights.values())}")
    contributions: dict[str, Floats] = {}
    total_low: Floats = np.zeros(1)
    total_high: Floats = np.zeros(1)
    for name, weight in weights.items():
        least, most = _within(name, low[name], 0.0), _within(name, high[name], 1.0)
        if np.any(least > most):
            raise ValueError(f"{name} has a low above its high")
        total_low = total_low + weight * least
        total_high = total_high + weight * most
        contributions[name] = weight * (least + most) / 2
    return NeedIndex((total_low + total_high) / 2, total_low, total_high, contributions)


def _within(name: str, given: npt.ArrayLike, unknown: float) -> Floats:
    values = np.asarray(given, dtype=np.float64)
    wrong = (values < 0) | (values > 1)
    if wrong.any():
        raise ValueError(f"{name}[{int(np.argmax(wrong))}] = {values[wrong][0]} is not between 0 and 1")
    return np.where(np.isnan(values), unknown, values)


def priority_class(
    urgency: npt.ArrayLike, vulnerability: npt.ArrayLike, vulnerable: float = VULNERABLE
) -> npt.NDArray[np.uint8]:
    """``uint8[n]``: the class of the service's urgency (0 now … 3 when possible), one earlier for the vulnerable.

    Vulnerable is whose ``vulnerability`` is surely ``vulnerable`` or more: give the least it can be. Class 0 is
    for life and safety alone: vulnerability never lifts anybody into it. NaN is not vulnerable.
    """
    classes = np.asarray(urgency, dtype=np.int64)
    surely = np.nan_to_num(np.asarray(vulnerability, dtype=np.float64)) >= vulnerable - _NEAR
    return (classes - (surely & (classes > 1))).astype(np.uint8)
