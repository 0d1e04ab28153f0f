"""A directory becomes providers, offers and their places: all of it, or nothing where something breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.text import storable
from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.menu.keeping import note
from lacarte.registers.menu.models import DirectoryRow, Offer, OfferAtPlace
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import regions_at
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds.identity import is_uuid
from lacarte.standards.hsds.ours import RECORD, RECORDS, SERVICE_TYPES, UNIT, Object, beside, made
from lacarte.standards.hsds.tables import Nested
from lacarte.standards.hsds.taking import codes_served, offer_row, place_row, provider_row
from lacarte.standards.hsds.types import Types, about_terms
from lacarte.standards.hsds.writing import STANDARD
from lacarte.standards.imports.report import FieldError, Report

_BATCH = 500
_LONGEST_CODE = 120
_OURS = {RECORD["id"], RECORDS["id"], SERVICE_TYPES["id"], UNIT["id"]}
#: The root of the regions: of a provider whose places are not known yet.
_NOWHERE = 0


@dataclass
class _New:
    """What is to be written."""

    providers: list[Provider] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    places: list[OfferAtPlace] = field(default_factory=list)
    serves: list[tuple[UUID, list[str]]] = field(default_factory=list)
    rows: dict[str, tuple[str, Object]] = field(default_factory=dict)  # of no record: table and row, by key


class Loading:
    """Turns one directory into records; what is there already stays as it is."""

    def __init__(self, found: Nested, source: str, report: Report, *, currency: str) -> None:
        """``source`` goes before codes; ``currency`` is that of prices that name none."""
        self._found, self._source, self._report, self._currency = found, source, report, currency
        self._new, self._now = _New(), clock.now()
        self._regions = dict(Region.objects.values_list("code", "number"))
        self._proofs = list(EvidenceType.objects.values_list("code", flat=True))
        self._providers: dict[str, Provider] = {}  # by the key that the file gives them
        self._known = {name: one for one in Provider.objects.all() for name in (str(one.pk), one.code)}
        self._offers = {str(key) for key in Offer.objects.values_list("pk", flat=True)}
        self._codes = set(Offer.objects.values_list("code", flat=True))
        self._place_keys = set(OfferAtPlace.objects.values_list("pk", flat=True))
        self._types = Types(self._terms(), about_terms(found.loose))

    def load(self, progress: Callable[[str], None]) -> None:
        """Write all of it in one transaction."""
        with transaction.atomic():
            self._types.add_ours()
            for found in self._found.organizations:
                self._provider(found)
            for at, found in enumerate(self._found.services):
                if at % 1000 == 0:
                    progress(f"{at:,} of {len(self._found.services):,} services")
                self._service(found)
            self._find_regions()
            progress("writing")
            self._write()

    def _terms(self) -> dict[str, Object]:
        """The terms of the file by key. They, taxonomies and loose rows are kept, unless they are our own."""
        found: dict[str, Object] = {}
        rows = [*self._found.loose, *(("taxonomy_term", term) for term in _nested_terms(self._found))]
        for name, row in rows:
            key = self._row_key(name, row)
            if name == "taxonomy_term":
                found.setdefault(key, row)
            detail = row.get("taxonomy_detail")
            if isinstance(detail, dict) and is_uuid(detail.get("id")) and detail["id"] not in _OURS:
                self._new.rows.setdefault(detail["id"], ("taxonomy", detail))
            ours = key in _OURS or SERVICE_TYPES["id"] == row.get("taxonomy_id")
            if not ours and row.get("taxonomy_term_id") != RECORD["id"]:
                self._new.rows.setdefault(key, (name, {n: v for n, v in row.items() if n != "taxonomy_detail"}))
        return found

    def _row_key(self, name: str, row: Object) -> str:
        said = sorted((n, str(v)) for n, v in row.items())
        return row["id"] if is_uuid(row.get("id")) else made("source", self._source, name, repr(said))

    def _provider(self, found: Object) -> None:
        """The provider that an organisation is: a known one, or a new one."""
        key = UUID(found["id"])
        line = self._found.lines.get(found["id"], 1)
        try:
            row, extras = provider_row(found, key)
            if not any(row["name"].values()):
                raise FieldError("organization.name", "is empty")
            code = self._code(found["id"], extras)
            known = self._known.get(str(key)) or self._known.get(code)
            if known is None:
                region = self._regions.get(str(extras.get("region")), _NOWHERE)
                known = Provider(id=key, code=code, region_id=region, changed_at=self._now, **row)
                self._new.providers.append(known)
            self._providers[found["id"]] = known
        except FieldError as error:
            self._report.reject(line, *error.args)

    def _code(self, key: str, extras: Object) -> str:
        """Our own code, or what the directory calls it. Raises :class:`FieldError` where it is too long."""
        own = extras.get("code")
        code = own if isinstance(own, str) and own else f"{self._source}-{self._found.known_as.get(key, key)}"
        if len(code) > _LONGEST_CODE:
            raise FieldError("code", f"has {len(code)} characters, at most {_LONGEST_CODE} are kept")
        if not storable(code):
            raise FieldError("code", "holds bytes that are not UTF-8 text")
        return code

    def _service(self, found: Object) -> None:
        try:
            offer = self._offer(found)
        except FieldError as error:
            self._report.reject(self._found.lines.get(found["id"], 1), *error.args)
            return
        if offer is None:
            self._report.known += 1
            return
        self._new.offers.append(offer)
        self._report.loaded += 1
        at = found.get("service_at_locations") or [None]
        for theirs in at:
            self._place(offer, theirs, found)

    def _offer(self, found: Object) -> Offer | None:
        """The offer that a service is; ``None`` where it is there already. Raises :class:`FieldError`."""
        key, owner = UUID(found["id"]), found.get("organization_id")
        provider = self._providers.get(str(owner))
        if provider is None:
            said = self._found.known_as.get(str(owner), owner or "")
            raise FieldError("organization_id", f"“{said}” is unknown")
        row, extras, term = offer_row(
            found, key, currency=self._currency, changed_at=self._now, proofs=self._own_proofs
        )
        if not any(row["name"].values()):
            raise FieldError("name", "is empty")
        code = self._code(found["id"], extras)
        if str(key) in self._offers or code in self._codes:
            return None
        self._offers.add(str(key))
        self._codes.add(code)
        kind = self._types.of(term, found.get("attributes"))
        return Offer(id=key, code=code, provider=provider, service_type=kind, **row)

    def _own_proofs(self, key: UUID) -> set[str]:
        return {beside(key, f"proof {code}") for code in self._proofs}

    def _place(self, offer: Offer, theirs: Object | None, above: Object) -> None:
        key = UUID(theirs["id"]) if theirs else UUID(beside(offer.id, "place"))
        if key in self._place_keys:
            key = UUID(beside(offer.id, f"place {key}"))
        self._place_keys.add(key)
        row, extras = place_row(theirs, above, key)
        region = self._regions.get(str(extras.get("region")), -1)  # -1: where its point is
        self._new.places.append(OfferAtPlace(id=key, offer=offer, region_id=region, changed_at=self._now, **row))
        serves = [code for code in codes_served(extras) if code in self._regions]
        if serves:
            self._new.serves.append((key, serves))

    def _find_regions(self) -> None:
        """Places that name no region of ours are in that around their point; providers where they are first."""
        nan = float("nan")
        places = [place for place in self._new.places if place.region_id == -1]
        xs = [nan if place.longitude is None else place.longitude for place in places]
        ys = [nan if place.latitude is None else place.latitude for place in places]
        for place, number in zip(places, regions_at(xs, ys).tolist(), strict=True):
            place.region_id = number
        first: dict[UUID, int] = {}
        for place in self._new.places:
            first.setdefault(place.offer.provider_id, place.region_id)
        for provider in self._new.providers:
            if provider.region_id == _NOWHERE:
                provider.region_id = first.get(provider.pk, _NOWHERE)

    def _write(self) -> None:
        Provider.objects.bulk_create(self._new.providers, batch_size=_BATCH)
        Offer.objects.bulk_create(self._new.offers, batch_size=_BATCH)
        OfferAtPlace.objects.bulk_create(self._new.places, batch_size=_BATCH)
        through = OfferAtPlace.serves.through
        through.objects.bulk_create(
            [
                through(offeratplace_id=key, region_id=self._regions[code])
                for key, codes in self._new.serves
                for code in codes
            ],
            batch_size=_BATCH,
        )
        rows = [_directory_row(key, name, row, self._now) for key, (name, row) in self._new.rows.items()]
        DirectoryRow.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
        note([*self._types.made, *self._new.providers, *self._new.offers, *self._new.places])


def _directory_row(key: str, name: str, row: Object, now: Any) -> DirectoryRow:
    above, taxonomy = row.get("parent_id"), row.get("taxonomy_id")
    return DirectoryRow(
        id=UUID(key),
        standard=STANDARD,
        table=name,
        parent=UUID(above) if is_uuid(above) else None,
        of=UUID(taxonomy) if is_uuid(taxonomy) else None,
        values=row,
        changed_at=now,
    )


def _nested_terms(found: Nested) -> list[Object]:
    """The terms in all attributes, however deep."""
    terms: dict[str, Object] = {}
    pending: list[Any] = [*found.organizations, *found.services]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += one
        elif isinstance(one, dict):
            term = one.get("taxonomy_term")
            if isinstance(term, dict) and "id" in term:
                terms.setdefault(str(term["id"]), term)
            pending += [value for value in one.values() if isinstance(value, dict | list)]
    return list(terms.values())
