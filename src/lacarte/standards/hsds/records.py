"""Our records as plain rows, and whole services made of them: always the same few queries, no models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum, TextField
from django.db.models.functions import Cast

from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.menu.capacity.counting import open_lots, with_free_units
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds import writing
from lacarte.standards.hsds.ours import Object, type_term
from lacarte.standards.json_columns import loaded

Row = dict[str, Any]
#: Columns of each kind of row; ``:`` marks those that hold JSON.
PROVIDER = (
    "id",
    "code",
    "name:",
    "description:",
    "kind",
    "website",
    "email",
    "phone",
    "carried:",
    "region__code",
)
OFFER = (
    "id", "code", "name:", "description:", "conditions:", "website", "email", "phone", "languages:", "price_minor",
    "currency", "price_note:", "since", "until", "paused", "carried:", "changed_at", "provider_id",
    "service_type_id",
)  # fmt: skip
TYPE = ("code", "name:", "description:", "parent__code")
PLACE = (
    "id", "offer_id", "address:", "longitude", "latitude", "reach_metres", "step_free", "hours:", "phone",
    "carried:", "region__code",
)  # fmt: skip
_TYPE_WHOLE = (
    "number", "code", "name:", "description:", "keywords:", "orderable", "subject", "urgency", "contact_days",
    "resolution_days", "legal_basis", "parent__code",
)  # fmt: skip
_NAMES = {"region__code": "region_code", "parent__code": "parent"}


def _asked(columns: Sequence[str], prefix: str = "") -> list[Any]:
    """What a query is asked for. JSON comes as text, because the same texts come again and again."""
    return [Cast(prefix + name[:-1], TextField()) if name[-1] == ":" else prefix + name for name in columns]


def _reader(columns: Sequence[str]) -> Callable[[Sequence[Any]], Row]:
    """Makes a row of what a query answered."""
    names = [_NAMES.get(column, column.rstrip(":")) for column in columns]
    texts = [name for name, column in zip(names, columns, strict=True) if column[-1] == ":"]

    def read(values: Sequence[Any]) -> Row:
        row = dict(zip(names, values, strict=True))
        for name in texts:
            row[name] = loaded(row[name])
        return row

    return read


_read_provider, _read_offer, _read_type = _reader(PROVIDER), _reader(OFFER), _reader(TYPE)
_read_place, _read_whole_type = _reader(PLACE), _reader(_TYPE_WHOLE)


def provider_rows(providers: QuerySet[Provider]) -> list[Row]:
    """Providers as rows; one query."""
    return [_read_provider(row) for row in providers.values_list(*_asked(PROVIDER))]


def type_rows(types: QuerySet[ServiceType]) -> list[Row]:
    """Service types as rows; one query."""
    return [_read_whole_type(row) for row in types.values_list(*_asked(_TYPE_WHOLE))]


class Services:
    """Some offers with all that belongs to them, read in five queries, as services of HSDS."""

    def __init__(
        self, offers: QuerySet[Offer], now: datetime | None, *, places: bool = True, every: bool = False
    ) -> None:
        """``offers`` are read in their order; capacity is counted at ``now``, if at all; places are read or not.

        ``every``: they are all that there are from the first to the last key, which is quicker to ask for.
        """
        columns = _asked(OFFER) + _asked(PROVIDER, "provider__") + _asked(TYPE, "service_type__")
        self.rows: list[Row] = []
        self.providers: dict[UUID, Row] = {}
        self._terms: dict[int, Object] = {}
        first, second = len(OFFER), len(OFFER) + len(PROVIDER)
        for row in offers.values_list(*columns):
            offer = _read_offer(row[:first])
            self.rows.append(offer)
            if offer["provider_id"] not in self.providers:
                self.providers[offer["provider_id"]] = _read_provider(row[first:second])
            if offer["service_type_id"] not in self._terms:
                self._terms[offer["service_type_id"]] = type_term(_read_type(row[second:]))
        keys: list[UUID | str] = [row["id"] for row in self.rows]
        self._places: dict[UUID, list[Row]] = defaultdict(list)
        self._serves: dict[UUID, list[Row]] = {}
        if places:
            rows, self._serves = place_rows(OfferAtPlace.objects.filter(**within("offer", keys, every)))
            for place in rows:
                self._places[place["offer_id"]].append(place)
        self._capacity = capacities(keys, now, every=every) if now is not None else {}
        self._proofs = proofs_of(self._terms)
        self._organizations: dict[UUID, Object] = {}

    def organization(self, key: UUID) -> Object:
        """The organisation of one of the offers, without its services."""
        if key not in self._organizations:
            self._organizations[key] = writing.organization(self.providers[key])
        return self._organizations[key]

    def plain(self, row: Row) -> Object:
        """A service with its organisation's key, and neither places nor organisation."""
        found = writing.service(row, self._terms[row["service_type_id"]])
        found["organization_id"] = str(row["provider_id"])
        if ours := self._capacity.get(row["id"]):
            found["capacities"] = [*found.get("capacities", ()), ours]
        if proofs := self._proofs.get(row["service_type_id"]):
            ours_too = [writing.required_document(row["id"], code, name) for code, name in proofs]
            found["required_documents"] = [*found.get("required_documents", ()), *ours_too]
        return found

    def whole(self, row: Row) -> Object:
        """A service with its places, and without its organisation."""
        found = self.plain(row)
        places = self._places.get(row["id"], ())
        told = (writing.service_at_location(place, self._serves.get(place["id"], ()), found) for place in places)
        if at := [one for one in told if one is not None]:
            found["service_at_locations"] = at
        return found

    def full(self, row: Row) -> Object:
        """A service with all that is in it."""
        found = self.whole(row) | {"organization": self.organization(row["provider_id"])}
        del found["organization_id"]
        return found


def objects_of(name: str, keys: Sequence[UUID | str]) -> Iterator[Object]:
    """Organisations without their services, or services without what is free, in the order of their keys."""
    if name == "organization":
        yield from map(writing.organization, provider_rows(Provider.objects.filter(pk__in=keys).order_by("pk")))
        return
    services = Services(Offer.objects.filter(pk__in=keys).order_by("pk"), None)
    yield from map(services.whole, services.rows)


def place_rows(places: QuerySet[OfferAtPlace]) -> tuple[list[Row], dict[UUID, list[Row]]]:
    """Offers at places in the order of their keys, and the regions that each serves; two queries."""
    part = places.query.is_sliced  # then it is in their order
    ordered = places if part else places.order_by("pk")
    found = [_read_place(row) for row in ordered.values_list(*_asked(PLACE))]
    serves: dict[UUID, list[Row]] = defaultdict(list)
    keys: Any = [row["id"] for row in found] if part else places.order_by().values("pk")
    served = OfferAtPlace.serves.through.objects.filter(offeratplace__in=keys)
    rows = served.order_by("region_id").values_list("offeratplace_id", "region__code", "region__name")
    for key, code, name in rows:
        serves[key].append({"code": code, "name": name})
    return found, serves


def within(name: str, keys: Sequence[UUID | str], every: bool) -> dict[str, Any]:
    """The filter for what belongs to offers: all between two keys, or those of a list."""
    if every and keys:
        return {f"{name}__gte": keys[0], f"{name}__lte": keys[-1]}
    return {f"{name}__in": keys}


def capacities(keys: Sequence[UUID | str], now: datetime, *, every: bool = False) -> dict[UUID, Object]:
    """What is free of each offer that has open lots, counted at the minute so that an answer stays for a while."""
    lots = CapacityLot.objects.filter(open_lots(), **within("offer_at_place__offer", keys, every))
    counted = with_free_units(lots).order_by().values("offer_at_place__offer_id")
    rows = counted.annotate(all=Sum("units"), left=Sum("free"))
    minute = now.replace(second=0, microsecond=0)
    found = rows.values_list("offer_at_place__offer_id", "all", "left")
    return {key: writing.capacity(key, units, units - left, minute) for key, units, left in found}


def proofs_of(types: Iterable[int]) -> dict[int, list[tuple[str, dict[str, str]]]]:
    """The kinds of proof that each service type asks for."""
    found: dict[int, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    asked = EvidenceType.objects.filter(requirements__service_type__in=list(types)).order_by("code")
    for number, code, name in asked.values_list("requirements__service_type_id", "code", "name"):
        if (code, name) not in found[number]:
            found[number].append((code, name))
    return found
