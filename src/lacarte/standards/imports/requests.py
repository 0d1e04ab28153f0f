"""Requests of another system's CSV export as needs, and the supply that its history shows."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from django.db import transaction

from lacarte.engines.text import language as language_of
from lacarte.kernel import clock
from lacarte.kernel.events import publish_many
from lacarte.loop.needs.events import NeedImported
from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import regions_at, root
from lacarte.registers.providers.models import Provider, SubjectKind
from lacarte.standards.imports.mapping import Mapping, Row, mapping_for, read_mapping
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import BYTES_AS_MARKS, FieldError, ImportFaultError, Report, keepable

_BATCH = 1000
_WEEK = timedelta(days=7)
_WEEKS_OF_SUPPLY = 4


@dataclass
class _History:
    """How many requests each provider closed of each category, and over how long."""

    closed: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def note(self, row: Row) -> None:
        self.first = min(self.first or row.received, row.received)
        self.last = max(self.last or row.received, row.received)
        if row.closed and row.provider:
            self.closed[row.provider, row.category] += 1

    @property
    def weeks(self) -> float:
        return max((self.last - self.first) / _WEEK, 1.0) if self.first and self.last else 1.0


def _silent(count: int) -> None:
    """Nobody watches."""


def import_requests(
    path: Path, *, mapping: Path | None = None, progress: Callable[[int], None] = _silent
) -> Report:
    """Load the rows of a CSV file as needs, a batch a transaction; closed ones are met, open ones wait.

    The mapping that fits the header is found when none is given. Loading the same file again adds
    nothing. Each provider gets capacity as the file shows it: what it closed a week on average.
    Raises :class:`ImportFaultError` when the file or the mapping cannot be used.
    """
    report, history = Report(), _History()
    try:
        given = read_mapping(mapping) if mapping else None
        encoding = given.encoding if given else "utf-8-sig"
        with path.open(encoding=encoding, errors=BYTES_AS_MARKS, newline="") as file:
            reader = csv.DictReader(file)
            using = _mapping(given, list(reader.fieldnames or []), path)
            rows = _rows(reader, using, report)
            while batch := list(islice(rows, _BATCH)):
                _load(batch, using, report)
                for row in batch:
                    history.note(row)
                progress(report.loaded + report.known)
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror}") from error
    except (UnicodeError, csv.Error) as error:
        raise ImportFaultError(f"{path} is not a CSV file in {encoding.removesuffix('-sig')}: {error}") from error
    _supply(history, report)
    report.rejected.sort(key=lambda row: row.line)
    return report


def _mapping(given: Mapping | None, header: list[str], file: Path) -> Mapping:
    if not all(map(keepable, header)):
        raise ImportFaultError(f"{file} is not a CSV file in UTF-8; a mapping may name another `encoding`")
    using = given or mapping_for(header)
    if using is None or not using.fits(header):
        raise ImportFaultError(
            f"{file}: no mapping fits its columns ({', '.join(header)[:500]}); write one, see --mapping"
        )
    return using


def _rows(reader: csv.DictReader[str], using: Mapping, report: Report) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
            yield using.row(values)
        except StopIteration:
            return
        except FieldError as error:
            report.reject(reader.line_num, *error.args)
        except csv.Error as error:
            until = f"until line {reader.line_num}: {error} (is a quotation mark never closed?)"
            report.reject(line, "all columns", until)


@transaction.atomic
def _load(batch: list[Row], using: Mapping, report: Report) -> None:
    types = _types({row.category for row in batch}, using)
    ids = {f"{using.name}:{row.id}": row for row in batch}
    there = set(Need.objects.filter(external_id__in=ids).values_list("external_id", flat=True))
    fresh = [(external, row) for external, row in ids.items() if external not in there]
    nowhere = math.nan
    regions = regions_at(
        np.array([nowhere if row.longitude is None else row.longitude for _, row in fresh]),
        np.array([nowhere if row.latitude is None else row.latitude for _, row in fresh]),
    )
    needs = [
        Need(
            state=Need.State.MET if row.closed else Need.State.OPEN,
            channel=Channel.IMPORT,
            subject=using.subject,
            service_type=types[row.category],
            region_id=int(region),
            text=row.text,
            language=language_of(row.text),
            address=row.address,
            longitude=row.longitude,
            latitude=row.latitude,
            external_id=external,
            received_at=row.received,
            closed_at=row.ended if row.closed else None,
        )
        for (external, row), region in zip(fresh, regions, strict=True)
    ]
    Need.objects.bulk_create(needs)
    publish_many((NeedImported(need=need.pk, source=using.name), need.pk, None) for need in needs)
    report.loaded += len(needs)
    report.known += len(batch) - len(needs)


def _types(categories: set[str], using: Mapping) -> dict[str, ServiceType]:
    """The service types of these categories, made where they are missing."""
    codes = {category: f"{using.life_area['code']}-{slug(category)}" for category in categories}
    found = ServiceType.objects.in_bulk(codes.values(), field_name="code")
    for category, code in sorted(codes.items()):
        if code not in found:
            found[code] = add_service_type(
                _life_area(using), code=code, name={"en": category}, subject=using.subject
            )
    return {category: found[code] for category, code in codes.items()}


def _life_area(using: Mapping) -> ServiceType:
    area = ServiceType.objects.filter(code=using.life_area["code"]).first()
    if area is not None:
        return area
    everything = ServiceType.objects.get(number=0)
    return add_service_type(everything, **using.life_area, orderable=False)


@transaction.atomic
def _supply(history: _History, report: Report) -> None:
    """Give each provider, for the coming weeks, the capacity that its own past shows; never less than one."""
    city = Region.objects.filter(parent__number=0).order_by("number").first() or root()
    types = {kind.name["en"]: kind for kind in ServiceType.objects.filter(orderable=True) if "en" in kind.name}
    added = 0
    for (provider_name, category), closed in sorted(history.closed.items()):
        provider, _ = Provider.objects.get_or_create(
            code=slug(provider_name)[:120],
            defaults={"name": {"en": provider_name}, "kind": SubjectKind.GOVERNMENT, "region": city},
        )
        offer, fresh = Offer.objects.get_or_create(
            code=f"{provider.code[:60]}-{slug(category)[:59]}",
            defaults={"service_type": types[category], "provider": provider, "name": {"en": category}},
        )
        if fresh:
            place = OfferAtPlace.objects.create(offer=offer, region=city)
            CapacityLot.objects.bulk_create(_lots(place, math.ceil(closed / history.weeks)))
            added += 1
    if added:
        report.notes.append(
            f"{added} offers with the weekly capacity that {history.weeks:.0f} weeks of history show."
        )


def _lots(place: OfferAtPlace, units: int) -> list[CapacityLot]:
    now = clock.now()
    return [
        CapacityLot(offer_at_place=place, starts_at=now + _WEEK * k, ends_at=now + _WEEK * (k + 1), units=units)
        for k in range(_WEEKS_OF_SUPPLY)
    ]
