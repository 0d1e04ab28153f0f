"""Taxonomies and their terms: ours, and those of directories that were imported."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from lacarte.registers.menu.models import DirectoryRow, ServiceType
from lacarte.standards.hsds.api.asking import Asked, type_at
from lacarte.standards.hsds.forms import json_of
from lacarte.standards.hsds.ours import RECORD, RECORDS, SERVICE_TYPES, Object
from lacarte.standards.hsds.records import type_rows
from lacarte.standards.hsds.writing import STANDARD, service_type_term


class Found:
    """Objects of ours, then rows of directories, of which a page is read only when it is wanted."""

    def __init__(self, ours: list[Object], types: QuerySet[ServiceType], rows: QuerySet[DirectoryRow]) -> None:
        self._ours, self._types, self._rows = ours, types, rows
        self._counts = (len(ours), types.count(), rows.count())

    def __len__(self) -> int:
        return sum(self._counts)

    def part(self, first: int, last: int) -> list[str]:
        """Those from ``first`` up to, but without, ``last``, each written in JSON."""
        found = self._ours[first:last]
        low, high = (max(at - self._counts[0], 0) for at in (first, last))
        if high > low:
            found += [service_type_term(row) for row in type_rows(self._types[low:high])]
        low, high = (max(at - self._counts[0] - self._counts[1], 0) for at in (first, last))
        if high > low:
            found += list(self._rows[low:high].values_list("values", flat=True))
        return list(map(json_of, found))


def taxonomies(said: Asked) -> Found:
    """All taxonomies, or those whose words are like the ones searched for."""
    ours = [one for one in (SERVICE_TYPES, RECORDS) if _like(one, said.text("search"))]
    return Found(ours, ServiceType.objects.none(), _rows("taxonomy", said))


def terms(said: Asked) -> Found:
    """The terms that the filters mean."""
    rows, types, ours = _rows("taxonomy_term", said), ServiceType.objects.exclude(number=0), [RECORD]
    if taxonomy := said.text("taxonomy_id"):
        rows = rows.filter(of=said.key("taxonomy_id"))
        types = types if taxonomy == SERVICE_TYPES["id"] else types.none()
        ours = ours if taxonomy == RECORDS["id"] else []
    if above := said.text("parent_id"):
        rows, ours = rows.filter(parent=said.key("parent_id")), []
        interval = type_at(above)
        types = types.filter(parent=interval[0]) if interval else types.none()
    if said.top_only:
        rows, types = rows.filter(parent=None), types.filter(parent=0)
    if words := said.text("search"):
        types = types.filter(_named(words))
        ours = [one for one in ours if _like(one, words)]
    return Found(ours, types.order_by("number"), rows)


def _named(words: str) -> Q:
    """Service types in whose code or name words occur, in any language."""
    found = Q(code__icontains=words)
    for language, _name in settings.LANGUAGES:
        found |= Q(**{f"name__{language}__icontains": words})
    return found


def taxonomy(key: str) -> str | None:
    """The taxonomy of a key, written in JSON."""
    ours = {one["id"]: one for one in (SERVICE_TYPES, RECORDS)}
    return _written(ours.get(key.lower()) or _row("taxonomy", key))


def term(key: str) -> str | None:
    """The term of a key, written in JSON."""
    if key.lower() == RECORD["id"]:
        return json_of(RECORD)
    if interval := type_at(key):
        return json_of(service_type_term(type_rows(ServiceType.objects.filter(number=interval[0]))[0]))
    return _written(_row("taxonomy_term", key))


def _written(found: Object | None) -> str | None:
    return None if found is None else json_of(found)


def _rows(table: str, said: Asked) -> QuerySet[DirectoryRow]:
    rows = DirectoryRow.objects.filter(standard=STANDARD, table=table).order_by("pk")
    words = said.text("search")
    named = Q(values__name__icontains=words) | Q(values__description__icontains=words) | Q(values__code=words)
    return rows.filter(named) if words else rows


def _row(table: str, key: str) -> Object | None:
    try:
        found = DirectoryRow.objects.filter(standard=STANDARD, table=table, pk=UUID(key))
    except ValueError:
        return None
    values: Object | None = found.values_list("values", flat=True).first()
    return values


def _like(one: Object, words: str) -> bool:
    return words.casefold() in f"{one['name']} {one['description']}".casefold()
