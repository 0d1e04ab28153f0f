"""Where a need is, from the words that people use; and the streets that past needs teach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import Q

from lacarte.engines.text.gazetteer import CROSSING, STREET, Learnt, learn, street_key
from lacarte.kernel.text import as_written
from lacarte.loop.needs.held.abuse import why_held
from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.menu.models import OfferAtPlace, Subject
from lacarte.registers.places import gazetteer
from lacarte.registers.places.models import NamedPlace, Region

#: A place is certain from here on, and when the next is so much less certain.
CERTAIN, GAP = 0.75, 0.2
#: What is learnt from past needs is entered under this source.
LEARNT = "needs"
_NEWEST = 200_000
_LONGEST_CODE = 120


@dataclass(frozen=True)
class PlaceFound:
    """A place of the gazetteer that words may mean, with how certain that is (0 to 1)."""

    place: NamedPlace
    certainty: float


def places_in(words: str, *, within: Region | None = None, most: int = 5) -> list[PlaceFound]:
    """The places that ``words`` may mean, likeliest first; ``within`` narrows them to a region.

    Two that are about as likely are a question for a person, never a guess: see :func:`certain`. A region comes as
    a place of the kind ``area`` that is not in the database.
    """
    narrowed = None if within is None or within.parent_id is None else within
    return [PlaceFound(place, sure) for place, sure in gazetteer.named_in(words, within=narrowed, most=most)]


def certain(found: list[PlaceFound]) -> NamedPlace | None:
    """The place that is meant, when it is certain and no other is about as likely."""
    if not found or found[0].certainty < CERTAIN:
        return None
    if len(found) > 1 and found[0].certainty - found[1].certainty < GAP:
        return None
    return found[0].place


def learn_places() -> tuple[int, int]:
    """Learn streets, their parts and crossings from addresses that came with a point. Returns new and known.

    Read are the newest needs about places that somebody has worked on or that were imported, so that nobody
    invents a street by sending it twice, and the places of offers; never where a person or household lives. A
    street that somebody else entered keeps its entry; its crossings are added, its parts if nobody entered any.
    """
    streets, divided = _entered()
    covering = gazetteer.Covering()
    places = []
    for one in learn(_sightings()):
        key = street_key(one.name)
        if one.kind != STREET or (key not in divided and (one.numbers is not None or key not in streets)):
            places.append(_named(one, covering, streets.get(key)))
    return gazetteer.remember((place for place in places if place), source=LEARNT, whole=True)


def _entered() -> tuple[dict[str, dict[str, str]], set[str]]:
    """What streets that were not learnt are called, and which of them have parts; both by their key.

    Of streets that share a name in one language and not in another, what they are called is left open: empty.
    """
    streets: dict[str, dict[str, str]] = {}
    divided: set[str] = set()
    rows = NamedPlace.objects.filter(kind=STREET).exclude(source=LEARNT).values_list("name", "first_number")
    for names, first_number in rows:
        for key in {street_key(name) for name in names.values()}:
            streets[key] = names if streets.get(key, names) == names else {}
            if first_number is not None:
                divided.add(key)
    return streets, divided


def _sightings() -> Iterator[tuple[str, float, float, int]]:
    columns = ("address", "longitude", "latitude", "region_id")
    trusted = Q(state__in=(Need.State.ORDERED, Need.State.MET)) | Q(channel=Channel.IMPORT)
    needs = Need.objects.filter(trusted, subject=Subject.PLACE, longitude__isnull=False).exclude(address="")
    offers = OfferAtPlace.objects.filter(longitude__isnull=False).exclude(address={})
    newest = needs.order_by("-received_at").values_list(*columns)[:_NEWEST]
    told = ((words, *at) for address, *at in offers.values_list(*columns).iterator() for words in address.values())
    for address, x, y, region in chain(newest.iterator(), told):
        if x is not None and y is not None:
            yield address, x, y, region


def _named(one: Learnt, covering: gazetteer.Covering, street: dict[str, str] | None) -> NamedPlace | None:
    """What was learnt as an entry; the part of a ``street`` that was entered is called as that is."""
    code = f"learnt:{one.kind}:{_key(one)}" + ("" if one.numbers is None else f":{one.numbers[0]}")
    if len(code) > _LONGEST_CODE or why_held(one.name):
        return None
    low, high = one.numbers or (None, None)
    return NamedPlace(
        code=code,
        kind=one.kind,
        name=street or as_written(one.name),
        region_id=covering.of(one.regions),
        longitude=one.longitude,
        latitude=one.latitude,
        first_number=low,
        last_number=high,
    )


def _key(one: Learnt) -> str:
    return "&".join(map(street_key, one.name.split(" & "))) if one.kind == CROSSING else street_key(one.name)
