"""Menus of other systems: an HSDS 1.x tabular data package, or a LinkSF facility list.

Neither says how much is free, so no capacity is made up: an offer without a lot is shown and not matched.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.queries import region_at
from lacarte.registers.providers.models import Provider, SubjectKind
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import ImportFaultError, Report

_LANGUAGES = {"english": "en", "spanish": "es", "chinese": "zh", "mandarin": "zh", "creole": "ht", "french": "fr"}
_UNSORTED = "unsorted"


@dataclass(frozen=True)
class _Service:
    """One service of one provider at one place, as the file tells it."""

    line: int
    code: str
    provider: str  # code
    provider_name: str
    area: str
    kind: str
    name: str
    conditions: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    languages: list[str] = field(default_factory=list)
    hours: dict[str, Any] = field(default_factory=dict)


def import_menu(path: Path) -> Report:
    """Load providers, service types and offers. Loading the same file again adds nothing.

    Raises :class:`ImportFaultError` when the file is neither of the two kinds.
    """
    report = Report()
    try:
        services = _hsds(path, report) if zipfile.is_zipfile(path) else _linksf(path, report)
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error, zipfile.BadZipFile) as error:
        raise ImportFaultError(
            f"{path} is neither an HSDS data package (zip) nor a list in JSON: {error}"
        ) from error
    with transaction.atomic():
        _load(services, report)
    report.notes.append(
        "The file does not say how much is free: the offers have no capacity until somebody says so."
    )
    return report


def _load(services: list[_Service], report: Report) -> None:
    known = set(Offer.objects.filter(code__in=[s.code for s in services]).values_list("code", flat=True))
    types: dict[tuple[str, str], ServiceType] = {}
    providers: dict[str, Provider] = {}
    for service in services:
        if service.code in known:
            report.known += 1
            continue
        region = region_at(service.longitude, service.latitude)
        if service.provider not in providers:
            providers[service.provider], _ = Provider.objects.get_or_create(
                code=service.provider,
                defaults={"name": {"en": service.provider_name}, "kind": SubjectKind.SOCIAL, "region": region},
            )
        key = (service.area, service.kind)
        types[key] = types.get(key) or _service_type(*key)
        offer = Offer.objects.create(
            code=service.code,
            service_type=types[key],
            provider=providers[service.provider],
            name={"en": service.name},
            conditions={"en": service.conditions} if service.conditions else {},
            languages=service.languages,
            currency="USD",
        )
        OfferAtPlace.objects.create(
            offer=offer,
            region=region,
            address=service.address[:300],
            longitude=service.longitude,
            latitude=service.latitude,
            hours=service.hours,
        )
        known.add(service.code)
        report.loaded += 1


def _service_type(area: str, kind: str) -> ServiceType:
    """The type ``kind`` in the life area ``area``, made when missing; shared by all files that name it."""
    everything = ServiceType.objects.get(number=0)
    above = ServiceType.objects.filter(code=slug(area)).first() or add_service_type(
        everything, code=slug(area), name={"en": area}, orderable=False
    )
    code = f"{slug(area)}-{slug(kind)}"[:120]
    return ServiceType.objects.filter(code=code).first() or add_service_type(above, code=code, name={"en": kind})


def _table(package: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """A table of the package; empty when it is left out, as the standard allows."""
    inside = next(
        (entry for entry in package.namelist() if entry.endswith(f"/{name}.csv") or entry == f"{name}.csv"), ""
    )
    if not inside:
        return []
    return list(csv.DictReader(io.StringIO(package.read(inside).decode("utf-8-sig"))))


def _hsds(path: Path, report: Report) -> list[_Service]:
    with zipfile.ZipFile(path) as package:
        tables = {name: _table(package, name) for name in _TABLES}
    if not tables["services"] or not tables["organizations"]:
        raise ImportFaultError(f"{path} has no services.csv or organizations.csv: it is not an HSDS data package")
    # Some exports (Miami's 211) list an agency only as a service, and its other services point there.
    agencies = [*tables["services"], *tables["organizations"]]
    organizations = {row["id"]: row["name"].strip() for row in agencies}
    locations = {row["id"]: row for row in tables["locations"]}
    at = {row["service_id"]: row["location_id"] for row in tables["services_at_location"]}
    addresses = {row["location_id"]: row for row in tables["physical_addresses"]}
    kinds, languages, eligible = _kinds(tables), _languages(tables), _first(tables["eligibility"], "eligibility")
    services = []
    for line, row in enumerate(tables["services"], start=2):
        owner = organizations.get(row["organization_id"], "")
        if not owner or not row["name"].strip():
            wrong = (
                ("name", "is empty") if owner else ("organization_id", f"“{row['organization_id']}” is unknown")
            )
            report.reject(line, *wrong)
            continue
        place = at.get(row["id"], "")
        area, kind = kinds.get(row["id"], ("Unsorted", _UNSORTED))
        found = locations.get(place, {})
        services.append(
            _Service(
                line=line,
                code=f"{slug(path.stem)}-{row['id']}",
                provider=f"{slug(path.stem)}-{row['organization_id']}",
                provider_name=owner,
                area=area,
                kind=kind,
                name=row["name"].strip(),
                conditions=_plain(eligible.get(row["id"], "")),
                address=_plain(
                    ", ".join(filter(None, (addresses.get(place, {}).get(c, "") for c in ("address_1", "city"))))
                ),
                longitude=_degrees(found.get("longitude")),
                latitude=_degrees(found.get("latitude")),
                languages=languages.get(row["id"], []),
            )
        )
    return services


_TABLES = (
    "organizations",
    "services",
    "locations",
    "services_at_location",
    "physical_addresses",
    "services_taxonomy",
    "taxonomy",
    "languages",
    "eligibility",
)


def _kinds(tables: dict[str, list[dict[str, str]]]) -> dict[str, tuple[str, str]]:
    """Life area and type of each service: its first term that the taxonomy knows."""
    terms = {row["id"]: (row["parent_name"] or "Unsorted", row["name"]) for row in tables["taxonomy"]}
    found: dict[str, tuple[str, str]] = {}
    for row in tables["services_taxonomy"]:
        if row["taxonomy_id"] in terms:
            found.setdefault(row["service_id"], terms[row["taxonomy_id"]])
    return found


def _languages(tables: dict[str, list[dict[str, str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in tables["languages"]:
        tag = _LANGUAGES.get(row["language"].strip().casefold())
        if tag and tag not in found[row["service_id"]]:
            found[row["service_id"]].append(tag)
    return found


def _first(rows: list[dict[str, str]], column: str) -> dict[str, str]:
    return {row["service_id"]: row[column] for row in reversed(rows)}


def _plain(text: str) -> str:
    """Without the escapes and marks that some exports leave in."""
    return " ".join(text.replace("\\n", " ").replace("###MON###", "").split())


def _degrees(text: str | None) -> float | None:
    try:
        return float(text) if text and text.strip() else None
    except ValueError:
        return None


def _linksf(path: Path, report: Report) -> list[_Service]:
    facilities = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(facilities, list):
        raise ImportFaultError(f"{path} is not a list of facilities")
    services = []
    for line, facility in enumerate(facilities, start=1):
        try:
            services += _facility(line, facility)
        except (KeyError, TypeError, AttributeError) as error:
            report.reject(line, "facility", f"lacks {error}")
    return services


def _facility(line: int, facility: dict[str, Any]) -> list[_Service]:
    place = facility.get("location") or {}
    return [
        _Service(
            line=line,
            code=f"linksf-{service['objectId']}",
            provider=f"linksf-{facility['objectId']}",
            provider_name=facility["name"].strip(),
            area="Help for people in need",
            kind=service["category"].replace("_", " ").capitalize(),
            name=(service.get("name") or service["category"]).strip(),
            conditions=_plain(service.get("notes") or ""),
            address=(facility.get("address") or "").strip(),
            longitude=place.get("longitude"),
            latitude=place.get("latitude"),
            hours={str((int(day) - 1) % 7 + 1): times for day, times in (service.get("openHours") or {}).items()},
        )
        for service in facility["services"]
    ]
