"""Waiting in order, and the guarantee that nobody waits for ever: who waits long enough moves up a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import refuse

__all__ = ["Guarantee", "guarantee_kept", "order_for"]

Ints = npt.NDArray[np.int64]


def order_for(
    priority_class: npt.NDArray[np.uint8],
    waiting_days: npt.NDArray[np.int32],
    need_index: npt.NDArray[np.float64],
    lottery: npt.NDArray[np.uint64],
    promote_after: Mapping[int, int],
    first: Literal["waiting", "need index"] = "waiting",
    levels: int | None = None,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Class and order of each need for ``Problem``: promoted by waiting, then ranked inside the class.

    ``promote_after`` is the published promise: so many days in class ``c`` and a need moves up to ``c - 1``, where
    the days of that class begin to count. Nobody is promoted into class 0, which is for emergencies alone. Inside
    a class go first the older ones, then those with the higher index (or the other way round, by ``first``), then
    the lower ``lottery`` number. With ``levels`` the ranks of each class are merged into at most so many, equal in
    size: people in the same one are equals, and cost decides among them.
    Raises ``ValueError`` for arrays of different lengths, a negative or unknown number, or such a promise.
    """
    _check_needs(len(priority_class), waiting_days, need_index, lottery)
    if first not in ("waiting", "need index"):
        raise ValueError(f"first is {first!r}, it must be 'waiting' or 'need index'")
    for source, days in promote_after.items():
        if not 2 <= source <= 255 or days < 0:
            raise ValueError(
                f"promote_after[{source}] = {days}: only classes from 2 on are promoted, after 0 days or more"
            )
    if levels is not None and levels < 1:
        raise ValueError(f"levels is {levels}, it must be 1 or more")
    classes = _promoted(priority_class, waiting_days, promote_after)
    keys = (-waiting_days.astype(np.int64), -need_index)
    major, minor = keys if first == "waiting" else keys[::-1]
    sequence = np.lexsort((lottery, minor, major, classes))
    rank = np.empty(len(classes), dtype=np.int64)
    rank[sequence] = np.arange(len(classes)) - np.searchsorted(classes[sequence], classes[sequence])
    if levels is not None:
        rank = rank * levels // np.maximum(np.bincount(classes, minlength=256)[classes], levels)
    return classes, rank.astype(np.int32)


def _check_needs(
    n: int, waiting_days: npt.NDArray[Any], need_index: npt.NDArray[Any], lottery: npt.NDArray[Any]
) -> None:
    columns: dict[str, npt.NDArray[Any]] = {
        "waiting_days": waiting_days,
        "need_index": need_index,
        "lottery": lottery,
    }
    for name, values in columns.items():
        if len(values) != n:
            raise ValueError(f"{name} has {len(values)} entries, there are {n} needs")
    if not np.issubdtype(waiting_days.dtype, np.integer):
        raise ValueError(f"waiting_days holds {waiting_days.dtype}, it must hold whole numbers")
    refuse("waiting_days", waiting_days < 0, waiting_days, "is not a number from 0 on")
    refuse("need_index", ~np.isfinite(need_index), need_index, "is not a number from 0 on")


def _promoted(
    priority_class: npt.NDArray[np.uint8], waiting_days: npt.NDArray[np.int32], promote_after: Mapping[int, int]
) -> npt.NDArray[np.uint8]:
    classes, days = priority_class.copy(), waiting_days.astype(np.int64)
    for source in sorted(promote_after, reverse=True):
        up = (classes == source) & (days >= promote_after[source])
        classes[up] -= 1
        days[up] -= promote_after[source]
    return classes


@dataclass(frozen=True, eq=False)
class Guarantee:
    """Whether everybody who was promoted is served. ``missing[z]`` places are missing in ``zone[z]``.

    ``broken`` are the promoted needs without service, ``zone`` only those zones that have any.
    """

    promoted: int
    broken: Ints
    zone: Ints
    missing: Ints

    @property
    def kept(self) -> bool:
        """Nobody who was promoted is left unserved."""
        return len(self.broken) == 0


def guarantee_kept(
    assignment: npt.NDArray[np.int32],
    class_before: npt.NDArray[np.uint8],
    class_after: npt.NDArray[np.uint8],
    zone: Ints,
) -> Guarantee:
    """Who was promoted and still is not served, and how many places that calls for in each zone.

    ``zone`` is any number that says where and what for: a region, a type, or both; a scarcity zone says most.
    Raises ``ValueError`` for arrays of different lengths.
    """
    columns: dict[str, npt.NDArray[Any]] = {"class_before": class_before, "class_after": class_after, "zone": zone}
    for name, values in columns.items():
        if len(values) != len(assignment):
            raise ValueError(f"{name} has {len(values)} entries, assignment has {len(assignment)}")
    promoted = class_after < class_before
    broken = np.flatnonzero(promoted & (assignment < 0))
    zones, missing = np.unique(zone[broken], return_counts=True)
    return Guarantee(int(promoted.sum()), broken, zones, missing)
