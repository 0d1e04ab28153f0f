"""Menus of other systems: HSDS (a data package, or objects in JSON), CPSV-AP (RDF), or a LinkSF facility list.

None says how much is free in a way that lasts, so no capacity is made up: an offer without a lot is shown and not
matched.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from lacarte.kernel.text import as_written
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.keeping import note
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.menu.searching import refresh
from lacarte.registers.menu.searching.synonyms import SynonymsError
from lacarte.registers.places.queries import region_at
from lacarte.registers.providers.models import Provider, SubjectKind
from lacarte.standards.imports import linksf
from lacarte.standards.imports.directory import Service
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import ImportFaultError, Report

if TYPE_CHECKING:
    from lacarte.standards.hsds.tables import Nested

_LONGEST_CODE, _LONGEST_SOURCE = 120, 60
#: What a broken or encrypted zip, a table or a list that is none of it raise.
_UNREADABLE = (ValueError, RecursionError, RuntimeError, csv.Error, zipfile.BadZipFile, zlib.error)


def import_menu(
    path: Path,
    *,
    currency: str = "USD",
    only_check: bool = False,
    progress: Callable[[str], None] = lambda line: None,
) -> Report:
    """Load providers, service types and offers. Loading the same file again adds nothing.

    ``currency`` (ISO 4217) is that of prices that name none; ``only_check`` loads all and takes it back.
    Raises :class:`ImportFaultError` when the file is neither of the kinds; then nothing is loaded.
    """
    report = Report()
    try:
        if not _loaded_as_catalogue(path, report, currency, only_check, progress):
            _load_directory(path, report, currency, only_check, progress)
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror or error}") from error
    if not only_check:
        _have_found(report, progress)
    return report


def _loaded_as_catalogue(
    path: Path, report: Report, currency: str, only_check: bool, progress: Callable[[str], None]
) -> bool:
    """CPSV-AP, where the file's name says that it is RDF."""
    from lacarte.standards.cpsv.loading import import_catalogue  # it tells by our report: ours comes first
    from lacarte.standards.cpsv.reading import MEDIA_TYPES

    if path.suffix not in MEDIA_TYPES:
        return False
    import_catalogue(path, report, currency=currency, only_check=only_check, progress=progress)
    return True


def _load_directory(
    path: Path, report: Report, currency: str, only_check: bool, progress: Callable[[str], None]
) -> None:
    """HSDS or a LinkSF list: all of it in one transaction."""
    from lacarte.standards.hsds.loading import Loading
    from lacarte.standards.hsds.tables import Nested

    try:
        found = _read(path, report, progress)
    except _UNREADABLE as error:
        raise ImportFaultError(
            f"{path} is neither an HSDS data package (zip) nor a list in JSON: {error}"
        ) from error
    with transaction.atomic():
        if isinstance(found, Nested):
            Loading(found, _source(path), report, currency=currency).load(progress)
        else:
            _load(found, report)
        transaction.set_rollback(only_check)
    report.notes.append(
        "The file does not say how much is free: the offers have no capacity until somebody says so."
    )


def _have_found(report: Report, progress: Callable[[str], None]) -> None:
    """What was loaded in bulk can be searched at once, also where no worker runs."""
    progress("filing what was loaded for the search")
    try:
        refresh()
    except SynonymsError as error:
        report.notes.append(f"The search does not find it yet: {error}")


def _read(path: Path, report: Report, progress: Callable[[str], None]) -> Nested | list[Service]:
    """A directory of HSDS, or the services of a LinkSF list."""
    from lacarte.standards.hsds.answers import objects_in, read_objects
    from lacarte.standards.hsds.packages import read_package

    if path.is_dir() or zipfile.is_zipfile(path):
        return read_package(path, _source(path), report, progress)
    listed = objects_in(path.read_text(encoding="utf-8-sig"))
    if listed is not None:
        return read_objects(path, listed, _source(path), report)
    return linksf.read(path, report)


def _source(path: Path) -> str:
    return slug(path.stem)[:_LONGEST_SOURCE]


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
        place = OfferAtPlace.objects.create(
            offer=offer,
            region=region,
            address=as_written(service.address[:300]),
            longitude=service.longitude,
            latitude=service.latitude,
            hours=service.hours,
        )
        note([offer, place])
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
