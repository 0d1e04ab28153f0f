"""What candidates are built from: needs and offers as columns, and the rules that join them.

Columns that are left out say nothing: no place, any language, no deadline. Bits are numbered by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import refuse
from lacarte.engines.geography import Speeds

__all__ = ["EVER", "Needs", "Offers", "Reason", "Rules"]

#: A bucket later than all others: no deadline, no end.
EVER = 2**31 - 1
#: Nothing on Earth is farther; keeps squares and travel times within what the arrays hold.
_FARTHEST_METRES = 1e8
_LEFT_OUT: Any = None

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


class Reason(IntEnum):
    """Why a need has no candidate: the last rule that an offer failed, in the order in which rules are asked."""

    NONE = 0  # it has one
    TYPE = 1  # nobody offers what is needed
    AGREEMENT = 2  # … within the region, or in one that has an agreement with it
    ELIGIBILITY = 3  # … without a condition that the person does not meet
    HOUSEHOLD = 4  # … large enough
    MODE = 5  # … in a way that suits (only where the rules forbid others)
    LANGUAGE = 6  # … in a language that is understood (only where the rules forbid others)
    DEADLINE = 7  # … in time
    REACH = 8  # … within reach of both
    CAPACITY = 9  # all offers that fit have no capacity; they stay candidates, up to ``most_full``


@dataclass(frozen=True, eq=False)
class Needs:
    """``n`` needs. Raises ``ValueError`` naming column and row for what does not fit.

    ``x`` and ``y`` are metres on one plane for needs and offers (see ``geography.project``); NaN in one means
    the place is not known. A need accepts the buckets from ``earliest`` to ``deadline``, both included.
    """

    service_type: Ints  # [n], >= 0
    x: Floats = _LEFT_OUT  # [n] metres
    y: Floats = _LEFT_OUT  # [n] metres
    priority_class: npt.NDArray[np.uint8] = _LEFT_OUT  # [n], 0: most urgent
    order: Small = _LEFT_OUT  # [n], lower goes first inside a class
    languages: Bits = _LEFT_OUT  # [n], one bit a language understood, 0: not known
    modes: Bits = _LEFT_OUT  # [n], one bit a mode that suits, 0: any
    eligible: Bits = _LEFT_OUT  # [n], one bit a condition that the person meets
    reach: Floats = _LEFT_OUT  # [n] metres somebody is willing to go, inf: any
    earliest: Small = _LEFT_OUT  # [n], first bucket that suits
    deadline: Small = _LEFT_OUT  # [n], last bucket that suits
    region: Ints = _LEFT_OUT  # [n], 0: not known
    household: Small = _LEFT_OUT  # [n] people who come together

    def __post_init__(self) -> None:
        _complete(self, _NEED_COLUMNS, len(np.atleast_1d(self.service_type)))

    def __len__(self) -> int:
        return len(self.service_type)


@dataclass(frozen=True, eq=False)
class Offers:
    """``k`` offers: a provider at a place in the buckets from ``first`` to ``last``, both included.

    Offer ``j`` serves the types ``service_type[type_start[j]:type_start[j + 1]]``; without ``type_start`` each
    offer serves one. Raises ``ValueError`` naming column and row for what does not fit.
    """

    service_type: Ints  # [t], >= 0
    capacity: Small  # [k] units, >= 0
    type_start: Ints = _LEFT_OUT  # [k + 1]
    x: Floats = _LEFT_OUT  # [k] metres
    y: Floats = _LEFT_OUT  # [k] metres
    reach: Floats = _LEFT_OUT  # [k] metres, inf: anywhere
    languages: Bits = _LEFT_OUT  # [k], 0: not said
    modes: Bits = _LEFT_OUT  # [k], 0: not said
    required: Bits = _LEFT_OUT  # [k], conditions to be met, all of them
    first: Small = _LEFT_OUT  # [k] bucket
    last: Small = _LEFT_OUT  # [k] bucket
    region: Ints = _LEFT_OUT  # [k], 0: not known
    household: Small = _LEFT_OUT  # [k] people who may come together at most
    cost: Small = _LEFT_OUT  # [k] seconds that price and quality stand for
    wait: Small = _LEFT_OUT  # [k] seconds somebody waits there, apart from buckets

    def __post_init__(self) -> None:
        k = len(np.atleast_1d(self.capacity))
        _complete(self, _OFFER_COLUMNS, k)
        start = np.arange(k + 1) if self.type_start is None else np.asarray(self.type_start)
        _set(self, "type_start", _column("type_start", start, k + 1, np.int64, 0, 2**62))
        _set(self, "service_type", _column("service_type", self.service_type, None, np.int64, 0, 2**62))
        t = len(self.service_type)
        if self.type_start[0] != 0 or self.type_start[-1] != t:
            raise ValueError(f"type_start must go from 0 to the {t} entries of service_type")
        refuse("type_start", np.diff(self.type_start) < 0, self.type_start[1:], "goes down", 1)
        refuse("first", self.first > self.last, self.first, "is later than last")

    def __len__(self) -> int:
        return len(self.capacity)

    @property
    def type_owner(self) -> Ints:
        """``int64[t]``: the offer of each entry of ``service_type``."""
        return np.repeat(np.arange(len(self)), np.diff(self.type_start))


@dataclass(frozen=True, eq=False)
class Rules:
    """What joins needs and offers, and what each shortcoming costs in seconds of travel.

    ``None`` for a misfit forbids it. An agreement (supplier region, beneficiary region, first type, last type)
    lets offers of one region serve needs of another; inside a region, or where a region is 0, none is needed.
    Raises ``ValueError`` for what makes no sense.
    """

    language_misfit: int | None = 1800  # seconds
    mode_misfit: int | None = None  # seconds
    wait_per_bucket: int = 0  # seconds for each bucket after the earliest
    unknown_travel: int = 1800  # seconds where a place is not known
    unknown_place_fits: bool = True  # may an offer or need with limited reach take it?
    remote_modes: int = 0  # bits of modes at which nobody travels
    most: int = 32  # candidates with capacity of a need; 10 to 50 make sense
    most_full: int = 8  # candidates without capacity of a need, beside those
    needs_a_unit: float = 2.0  # needs that each offer keeps for a unit of its capacity
    speeds: Speeds = field(default_factory=Speeds)
    agreements: Ints = _LEFT_OUT  # [a, 4]
    version: str = "1"  # recorded with every run; changes nothing

    def __post_init__(self) -> None:
        for name in ("language_misfit", "mode_misfit", "wait_per_bucket", "unknown_travel"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 2**31:
                raise ValueError(f"{name} is {value}, it must be 0 to {2**31 - 1} seconds")
        if not (1 <= self.most <= 1000 and 0 <= self.most_full <= 1000):
            raise ValueError(f"most is {self.most} and most_full {self.most_full}; 1 (0) to 1000 are possible")
        if not 0 <= self.needs_a_unit <= 1000:
            raise ValueError(f"needs_a_unit is {self.needs_a_unit}, it must be 0 to 1000")
        if not 0 <= self.remote_modes < 2**64:
            raise ValueError(f"remote_modes is {self.remote_modes}, it must be bits of 64")
        given = np.zeros((0, 4)) if self.agreements is None else np.asarray(self.agreements)
        if given.ndim != 2 or given.shape[1] != 4:
            raise ValueError(f"agreements has the shape {given.shape}, it must be (a, 4)")
        columns = [
            _column("agreements", part, len(given), np.int64, 0, 2**62) for part in given.astype(np.int64).T
        ]
        _set(self, "agreements", np.stack([part[np.lexsort(columns[::-1])] for part in columns], axis=1))
        refuse("agreements", columns[2] > columns[3], columns[2], "is a first type after the last")


#: Column: type, what it holds when left out, least and greatest value.
_PLACE = (np.float64, np.nan, -_FARTHEST_METRES, _FARTHEST_METRES)
_MASK = (np.uint64, 0, 0, 2**64 - 1)
_COUNT = (np.int32, 0, 0, 2**31 - 1)
_NUMBER = (np.int64, 0, 0, 2**62)
_BUCKET = (np.int32, 0, -(2**31), 2**31 - 1)
_BUCKET_TO = (np.int32, EVER, -(2**31), 2**31 - 1)
_REACH = (np.float64, np.inf, 0, np.inf)
_NEED_COLUMNS: dict[str, tuple[Any, ...]] = {
    "service_type": _NUMBER,
    "x": _PLACE,
    "y": _PLACE,
    "priority_class": (np.uint8, 0, 0, 255),
    "order": _BUCKET,
    "languages": _MASK,
    "modes": _MASK,
    "eligible": _MASK,
    "reach": _REACH,
    "earliest": _BUCKET,
    "deadline": _BUCKET_TO,
    "region": _NUMBER,
    "household": (np.int32, 1, 0, 2**31 - 1),
}
_OFFER_COLUMNS: dict[str, tuple[Any, ...]] = {
    "capacity": _COUNT,
    "x": _PLACE,
    "y": _PLACE,
    "reach": _REACH,
    "languages": _MASK,
    "modes": _MASK,
    "required": _MASK,
    "first": _BUCKET,
    "last": _BUCKET_TO,
    "region": _NUMBER,
    "household": (np.int32, 2**31 - 1, 0, 2**31 - 1),
    "cost": _COUNT,
    "wait": _COUNT,
}


def _complete(table: Any, columns: dict[str, tuple[Any, ...]], n: int) -> None:
    """Check every column and fill in those left out."""
    for name, (kind, default, least, greatest) in columns.items():
        values = getattr(table, name)
        given = np.full(n, default, dtype=kind) if values is None else values
        _set(table, name, _column(name, given, n, kind, least, greatest))


def _column(name: str, values: Any, n: int | None, kind: Any, least: Any, greatest: Any) -> npt.NDArray[Any]:
    """``values`` as a one-dimensional array of ``n`` of a ``kind``, exactly, each within limits."""
    given = np.asarray(values)
    if given.ndim != 1 or (n is not None and len(given) != n):
        raise ValueError(f"{name} has the shape {given.shape}, it must be ({n},)")
    if given.size and np.issubdtype(kind, np.integer) and not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"{name} holds {given.dtype}, it must hold whole numbers")
    if np.issubdtype(kind, np.floating):
        given = given.astype(kind, copy=False)
        unknown_is_fine = name in ("x", "y")
        refuse(name, np.isnan(given) & (not unknown_is_fine), given, "is not a number")
    if given.size and (given.min() < least or given.max() > greatest or np.issubdtype(kind, np.floating)):
        refuse(name, (given < least) | (given > greatest), given, f"is not between {least} and {greatest}")
    return np.ascontiguousarray(given, dtype=kind)


def _set(table: Any, name: str, value: Any) -> None:
    object.__setattr__(table, name, value)
