"""The city's own places as an index of names: regions, and streets and landmarks that were entered or learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from lacarte.engines.text.gazetteer import AREA, Found, Gazetteer, Place
from lacarte.kernel import clock, tree
from lacarte.registers.places.models import GazetteerVersion, NamedPlace, Region

#: Share of what was seen of a street that a region must hold to be where the street is.
_NEARLY_ALL = 0.95
_BATCH = 1000
#: What an entry says, by column.
_SAID = (
    *("kind", "name", "other_names", "region_id", "longitude", "latitude"),
    *("first_number", "last_number", "source"),
)
_building = Lock()

Key = TypeVar("Key")


@dataclass(frozen=True)
class _Index:
    """The names, and by position the key of the region or of the place that bears them."""

    gazetteer: Gazetteer
    keys: list[int | UUID]


def named_in(words: str, *, within: Region | None = None, most: int = 5) -> list[tuple[NamedPlace, float]]:
    """The places that ``words`` may mean with how certain that is (0 to 1), likeliest first.

    A region comes as a place that is not in the database, of the kind ``area``. ``within`` leaves out what is not
    in that region. The first call after a place or region was added builds the index: some 0.1 ms a name.
    """
    if not words.strip():
        return []
    index = _current()
    interval = None if within is None else (within.number, within.last)
    found = index.gazetteer.find(words, interval, most)
    return _loaded(index, found) if found else []


def _loaded(index: _Index, found: list[Found]) -> list[tuple[NamedPlace, float]]:
    keys = [index.keys[one.place] for one in found]
    regions = Region.objects.in_bulk([key for key in keys if isinstance(key, int)])
    uuids = [key for key in keys if isinstance(key, UUID)]
    named = NamedPlace.objects.select_related("region").in_bulk(uuids) if uuids else {}
    loaded = []
    for key, one in zip(keys, found, strict=True):
        place = named.get(key) if isinstance(key, UUID) else _of_region(regions.get(key))
        if place is not None:  # it may have been removed since the index was built
            loaded.append((place, one.certainty))
    return loaded


def _of_region(region: Region | None) -> NamedPlace | None:
    if region is None:
        return None
    return NamedPlace(code=f"region:{region.code}", kind=NamedPlace.Kind.AREA, name=region.name, region=region)


def _current() -> _Index:
    version = _version()
    with _building:  # two threads that ask at once would both build it
        return _index(version)


def _version() -> int | None:
    """Changes whenever a place or region does, in whichever process and whatever wrote it."""
    return GazetteerVersion.objects.values_list("number", flat=True).first()


@lru_cache(maxsize=1)
def _index(version: int | None) -> _Index:
    places: list[Place] = []
    keys: list[int | UUID] = []
    for number, last, name in Region.objects.exclude(number=tree.ROOT_NUMBER).values_list(
        "number", "last", "name"
    ):
        places.append(Place(_names(name, ()), AREA, number, last))
        keys.append(number)
    rows = NamedPlace.objects.order_by("code").values_list(
        *("id", "kind", "name", "other_names", "region_id", "region__last"),
        *("first_number", "last_number", "longitude", "latitude"),
    )
    for key, kind, name, others, first, last, low, high, x, y in rows.iterator(chunk_size=_BATCH):
        numbers = None if low is None or high is None else (low, high)
        point = None if x is None or y is None else (x, y)
        places.append(Place(_names(name, others), kind, first, last, numbers, point))
        keys.append(key)
    return _Index(Gazetteer(places), keys)


def _names(name: Mapping[str, str], others: Iterable[object]) -> tuple[str, ...]:
    every = [*name.values(), *(one for one in others if isinstance(one, str))]
    return tuple(dict.fromkeys(words for words in every if words.strip()))


class Covering:
    """The smallest region that holds nearly all of what was seen, region by region."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = dict(
            Region.objects.exclude(parent=None).values_list("number", "parent_id")
        )

    def of(self, seen: Mapping[int, int]) -> int:
        """The number of that region. ``seen`` counts by region number; the root's where it is empty."""
        held: dict[int, int] = {}
        for number, count in seen.items():
            at: int | None = number
            while at is not None:
                held[at] = held.get(at, 0) + count
                at = self._parents.get(at)
        wanted = _NEARLY_ALL * sum(seen.values())
        # A deeper region always has the larger number of two that contain each other (kernel.tree).
        return max((number for number, count in held.items() if count >= wanted), default=tree.ROOT_NUMBER)


@transaction.atomic
def remember(places: Iterable[NamedPlace], *, source: str, whole: bool = False) -> tuple[int, int]:
    """Enter places, or change those of the same code. Returns how many were new and how many there were.

    ``whole``: they are all of ``source``, so that others of that source are removed.
    """
    given = {place.code: place for place in places}
    codes, now = list(given), clock.now()
    known: dict[str, tuple[object, ...]] = {}
    for some in _batches(codes):
        known |= {place.code: _said(place) for place in NamedPlace.objects.filter(code__in=some)}
    for place in given.values():
        place.source, place.changed_at = source, now
    # What has not changed is not written, so that the index in memory need not be built anew.
    changed = [place for code, place in given.items() if known.get(code) != _said(place)]
    NamedPlace.objects.bulk_create(
        changed,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*(column.removesuffix("_id") for column in _SAID), "changed_at"],
    )
    if whole:
        there = NamedPlace.objects.filter(source=source).values_list("code", "pk")
        for gone in _batches([pk for code, pk in there if code not in given]):
            NamedPlace.objects.filter(pk__in=gone).delete()
    return len(given) - len(known), len(known)


def _said(place: NamedPlace) -> tuple[object, ...]:
    return tuple(getattr(place, column) for column in _SAID)


def _batches(items: list[Key]) -> Iterator[list[Key]]:
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))
