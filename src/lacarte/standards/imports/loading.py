"""Rows as needs, with the service types that their categories call for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from lacarte.engines.geography import cells
from lacarte.engines.text import language as language_of
from lacarte.kernel.bulk import insert_all
from lacarte.kernel.events import publish_many
from lacarte.kernel.ids import new_reference
from lacarte.loop.needs.events import NeedImported
from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.queries import regions_at
from lacarte.standards.imports.mapping import Mapping
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import ImportFaultError
from lacarte.standards.imports.row import Row
from lacarte.standards.imports.understood import read_words

#: Exports say the same few things again and again.
_language_of = lru_cache(maxsize=4096)(language_of)


class Types:
    """The service types of a mapping's categories, made where they are missing."""

    def __init__(self, using: Mapping) -> None:
        self._using, self._known = using, dict[str, ServiceType]()

    def code(self, category: str) -> str:
        """The code of a category's service type."""
        return f"{self._using.life_area['code']}-{slug(category)}"

    def of(self, categories: set[str]) -> dict[str, ServiceType]:
        """The types of these categories. Raises :class:`ImportFaultError` when there are too many to be kinds."""
        codes = {category: self.code(category) for category in sorted(categories)}
        new = set(codes.values()) - set(self._known)
        if new:
            self._known |= ServiceType.objects.in_bulk(new, field_name="code")
        for category, code in codes.items():
            if code not in self._known:
                self._known[code] = self._added(category, code)
        return {category: self._known[code] for category, code in codes.items()}

    def _added(self, category: str, code: str) -> ServiceType:
        using = self._using
        try:
            return add_service_type(
                self._life_area(), code=code, name={using.language: category}, subject=using.subject
            )
        except ValueError as error:
            raise ImportFaultError(
                f"{error}: do the columns of `category` in the mapping {using.name} hold kinds of requests?"
            ) from error

    def _life_area(self) -> ServiceType:
        area = ServiceType.objects.filter(code=self._using.life_area["code"]).first()
        if area is not None:
            return area
        everything = ServiceType.objects.get(number=0)
        return add_service_type(everything, **self._using.life_area, orderable=False)


def load(rows: Sequence[Row], using: Mapping, types: Types, *, understand: bool) -> int:
    """Make the needs of those rows that are not there yet; of two with one number the first counts.

    Returns how many were made. Raises ``IntegrityError`` when another writer is quicker.
    """
    ids: dict[str, Row] = {}
    for row in rows:
        ids.setdefault(f"{using.name}:{row.id}", row)
    there = set(Need.objects.filter(external_id__in=ids).values_list("external_id", flat=True))
    fresh = {external: row for external, row in ids.items() if external not in there}
    needs = _needs(fresh, using, types.of({row.category for row in fresh.values()}))
    understood = [read_words(need) for need in needs] if understand else []
    insert_all(needs)
    insert_all(understood)
    publish_many((NeedImported(need=need.pk, source=using.name), need.pk, None) for need in needs)
    return len(needs)


def _needs(fresh: dict[str, Row], using: Mapping, kinds: dict[str, ServiceType]) -> list[Need]:
    longitudes = np.array([math.nan if row.longitude is None else row.longitude for row in fresh.values()])
    latitudes = np.array([math.nan if row.latitude is None else row.latitude for row in fresh.values()])
    regions = regions_at(longitudes, latitudes).tolist()
    near = cells(longitudes, latitudes).tolist()
    return [
        Need(
            reference=reference,
            state=_state(row),
            channel=Channel.IMPORT,
            subject=using.subject,
            service_type=kinds[row.category],
            region_id=region,
            text=row.text,
            language=_language_of(row.text),
            address=row.address,
            longitude=row.longitude,
            latitude=row.latitude,
            cell=cell,
            external_id=external,
            received_at=row.received,
            closed_at=row.ended if row.closed or row.withdrawn else None,
            changed_at=row.updated or row.ended or row.received,
        )
        for (external, row), region, cell, reference in zip(
            fresh.items(), regions, near, _references(len(fresh)), strict=True
        )
    ]


def _state(row: Row) -> Need.State:
    if row.closed:
        return Need.State.MET
    return Need.State.WITHDRAWN if row.withdrawn else Need.State.OPEN


def _references(count: int) -> list[str]:
    """References that are free: among a million needs some are drawn twice."""
    found: set[str] = set()
    while len(found) < count:
        drawn = {new_reference() for _ in range(count - len(found))} - found
        found |= drawn - set(Need.objects.filter(reference__in=drawn).values_list("reference", flat=True))
    return list(found)
