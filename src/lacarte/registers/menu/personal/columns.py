"""All offers at places as columns in memory, read again when the records change.

A list for one person looks at every offer of a service; as rows of a database that is the slow part. Free
capacity is not kept here: it changes with every booking, and is asked of the database for the few that matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.kernel.versions import version_of
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider, SubjectKind

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

KINDS = tuple(str(kind) for kind in SubjectKind)
_EVERYWHERE_METRES = np.inf
_MOST_LANGUAGES = 63
_reading = Lock()
_FIRST_DAY, _LAST_DAY = 0, 2**31 - 1  # ordinals of dates: before and after all days


@dataclass(frozen=True, eq=False)
class Offers:
    """``n`` offers at places, sorted by service type; coordinates and prices that are not known are NaN."""

    keys: list[str]  # in hexadecimal: the garbage collector stops for objects such as UUIDs, but not for these
    at: dict[str, int]  # the row of a key
    service_type: Ints
    region: Ints
    longitude: Floats
    latitude: Floats
    reach_metres: Floats
    price_minor: Floats
    kind: npt.NDArray[np.int8]  # place in KINDS
    step_free: npt.NDArray[np.int8]  # 1 yes, 0 no, -1 not known
    languages: npt.NDArray[np.uint64]  # one bit a language; 0: not said
    first_day: Ints  # ordinals of dates
    last_day: Ints
    paused: Flags
    #: For whom some offers are alone: ``serves_offer`` (rows) with the numbers of a region and all below it.
    serves_offer: Ints
    serves_first: Ints
    serves_last: Ints
    bits: dict[str, int]  # language -> its bit

    def rows_of(self, service_types: Iterable[int]) -> Ints:
        """The rows of these service types, in their order."""
        kinds = np.array(sorted(set(service_types)), dtype=np.int64)
        first = np.searchsorted(self.service_type, kinds, side="left")
        last = np.searchsorted(self.service_type, kinds, side="right")
        parts = [np.arange(low, high) for low, high in zip(first, last, strict=True)]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def languages_of(self, tags: Iterable[str]) -> np.uint64:
        """The bits of languages; a language that nobody speaks has none."""
        known = {base_of(tag) for tag in tags}
        return np.uint64(sum(1 << self.bits[tag] for tag in known if tag in self.bits))


def offers() -> Offers:
    """The offers as they are now; one query while nothing has changed.

    After a change whoever asks first reads them anew, and others wait for it instead of reading them too.
    """
    version = version_of(Offer, OfferAtPlace, Provider)
    with _reading:
        return _read(*version)


def base_of(tag: str) -> str:
    """The language of a tag, whatever its script and region."""
    return tag.lower().split("-")[0]


@lru_cache(maxsize=1)
def _read(*version: Any) -> Offers:
    rows = list(
        OfferAtPlace.objects.order_by("offer__service_type_id", "pk").values_list(
            *("pk", "offer__service_type_id", "region_id", "longitude", "latitude", "reach_metres"),
            *("offer__price_minor", "offer__provider__kind", "step_free", "offer__languages"),
            *("offer__since", "offer__until", "offer__paused"),
        )
    )
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(13)]
    bits, keys = _bits(columns[9]), [key.hex for key in columns[0]]
    at = {key: row for row, key in enumerate(keys)}
    areas = OfferAtPlace.serves.through.objects.values_list(
        "offeratplace_id", "region__number", "region__last"
    ).order_by("offeratplace_id", "region__number")
    served = [(at[key.hex], first, last) for key, first, last in areas if key.hex in at]
    first, last = (_FIRST_DAY, _LAST_DAY)
    return Offers(
        keys=keys,
        at=at,
        service_type=_ints(columns[1]),
        region=_ints(columns[2]),
        longitude=_floats(columns[3]),
        latitude=_floats(columns[4]),
        reach_metres=_floats(_EVERYWHERE_METRES if metres is None else metres for metres in columns[5]),
        price_minor=_floats(columns[6]),
        kind=np.array([KINDS.index(kind) if kind in KINDS else -1 for kind in columns[7]], dtype=np.int8),
        step_free=np.array([-1 if free is None else int(free) for free in columns[8]], dtype=np.int8),
        languages=np.array([_of(tags, bits) for tags in columns[9]], dtype=np.uint64),
        first_day=_ints(first if day is None else day.toordinal() for day in columns[10]),
        last_day=_ints(last if day is None else day.toordinal() for day in columns[11]),
        paused=np.array(columns[12], dtype=np.bool_),
        serves_offer=_ints(row for row, _, _ in served),
        serves_first=_ints(number for _, number, _ in served),
        serves_last=_ints(number for _, _, number in served),
        bits=bits,
    )


def _bits(tags: Iterable[Iterable[str]]) -> dict[str, int]:
    """The most spoken languages have a bit; those for which none is left count as not said."""
    counts: dict[str, int] = {}
    for some in tags:
        for tag in {base_of(str(one)) for one in some}:
            counts[tag] = counts.get(tag, 0) + 1
    spoken = sorted(counts, key=lambda tag: (-counts[tag], tag))
    return {tag: bit for bit, tag in enumerate(spoken[:_MOST_LANGUAGES])}


def _of(tags: Iterable[str], bits: dict[str, int]) -> int:
    return sum(1 << bits[tag] for tag in {base_of(str(one)) for one in tags} if tag in bits)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _floats(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
