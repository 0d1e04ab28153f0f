"""How much a need weighs: additive, every part shown, what is not known an interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["NeedIndex", "index", "priority_class"]

Floats = npt.NDArray[np.float64]
#: Somebody this vulnerable goes one class earlier.
VULNERABLE = 0.6


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
    if set(parts) != set(weights):
        raise ValueError(f"parts are {sorted(parts)}, weights are for {sorted(weights)}")
    if abs(sum(weights.values()) - 1) > 1e-9 or min(weights.values()) < 0:
        raise ValueError(f"weights must be positive and sum to 1, they sum to {sum(weights.values())}")
    contributions: dict[str, Floats] = {}
    low: Floats = np.zeros(1)
    high: Floats = np.zeros(1)
    for name, given in parts.items():
        values = np.asarray(given, dtype=np.float64)
        wrong = (values < 0) | (values > 1)
        if wrong.any():
            raise ValueError(f"{name}[{int(np.argmax(wrong))}] = {values[wrong][0]} is not between 0 and 1")
        unknown = np.isnan(values)
        low = low + weights[name] * np.where(unknown, 0.0, values)
        high = high + weights[name] * np.where(unknown, 1.0, values)
        contributions[name] = weights[name] * np.where(unknown, 0.5, values)
    total_low, total_high = np.asarray(low), np.asarray(high)
    return NeedIndex((total_low + total_high) / 2, total_low, total_high, contributions)


def priority_class(urgency: npt.ArrayLike, vulnerability: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """``uint8[n]``: the class of the service's urgency (0 now … 3 when possible), one earlier for the vulnerable.

    Class 0 is for life and safety alone: vulnerability never lifts anybody into it. NaN is not vulnerable.
    """
    classes = np.asarray(urgency, dtype=np.int64)
    lifted = (np.nan_to_num(np.asarray(vulnerability, dtype=np.float64)) >= VULNERABLE) & (classes > 1)
    return (classes - lifted).astype(np.uint8)
