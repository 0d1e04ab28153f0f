"""Menus of other systems: an HSDS 1.x tabular data package, or a LinkSF facility list.

Neither says how much is free, so no capacity is made up: an offer without a lot is shown and not matched.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from pathlib import Path

from django.db import transaction

from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.queries import region_at
from lacarte.registers.providers.models import Provider, SubjectKind
from lacarte.standards.imports import hsds, linksf
from lacarte.standards.imports.directory import Service
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import ImportFaultError, Report

_LONGEST_CODE = 120
#: What a broken or encrypted zip, a table or a list that is none of it raise.
_UNREADABLE = (ValueError, RecursionError, RuntimeError, csv.Error, zipfile.BadZipFile, zlib.error)


def import_menu(path: Path) -> Report:
    """Load providers, service types and offers. Loading the same file again adds nothing.

    Raises :class:`ImportFaultError` when the file is neither of the two kinds.
    """
    report = Report()
    try:
        services = hsds.read(path, report) if zipfile.is_zipfile(path) else linksf.read(path, report)
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror or error}") from error
    except _UNREADABLE as error:
        raise ImportFaultError(
            f"{path} is neither an HSDS data package (zip) nor a list in JSON: {error}"
        ) from error
    with transaction.atomic():
        _load(services, report)
    report.notes.append(
        "The file does not say how much is free: the offers have no capacity until somebody says so."
    )
    return report


def _load(services: list[Service], report: Report) -> None:
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
    above_code, code = slug(area)[:_LONGEST_CODE], f"{slug(area)}-{slug(kind)}"[:_LONGEST_CODE]
    above = ServiceType.objects.filter(code=above_code).first() or add_service_type(
        everything, code=above_code, name={"en": area}, orderable=False
    )
    return ServiceType.objects.filter(code=code).first() or add_service_type(above, code=code, name={"en": kind})
