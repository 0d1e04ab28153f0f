"""All rows of the menu: lines of documents that are kept, and rows of what belongs to no record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from lacarte.kernel import clock
from lacarte.registers.menu.models import DirectoryRow, Offer, ServiceType
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds import documents
from lacarte.standards.hsds.lines import END, Lines, cell, lines_of, unpacked, written
from lacarte.standards.hsds.ours import RECORD, RECORDS, SERVICE_TYPES
from lacarte.standards.hsds.records import capacities, objects_of, type_rows
from lacarte.standards.hsds.shapes import kinds
from lacarte.standards.hsds.tables import Flat, Row, filled
from lacarte.standards.hsds.validating import validated
from lacarte.standards.hsds.writing import STANDARD, service_type_term
from lacarte.standards.validation import Validation

_AT_ONCE = 1000
_ALWAYS = ("organization", "service")
Told = Callable[[str], None]


@dataclass
class Collected:
    """The tables of a package, and what was found wrong with them."""

    lines: Lines
    others: dict[str, list[Row]]  # of tables that HSDS does not know
    validation: Validation

    def names(self) -> list[str]:
        """The kinds whose tables have rows, and those without which it is no package."""
        return [name for name in kinds() if name in _ALWAYS or self.lines.count(name)]

    def files(self) -> Iterator[tuple[str, str]]:
        """The name of each file and its text."""
        for name in self.names():
            yield f"{kinds()[name].table}.csv", self.lines.of_table(kinds()[name])
        for table, rows in sorted(self.others.items()):
            columns = sorted(set().union(*rows))
            lines = [written([cell(row.get(one)) for one in columns]) for row in rows]
            yield f"{table}.csv", END.join([written(list(columns)), *lines, ""])


def _next(after: UUID) -> QuerySet[Offer]:
    return Offer.objects.filter(pk__gt=after).order_by("pk")[:_AT_ONCE]


def collected(progress: Told = lambda line: None) -> Collected:
    """All tables of the menu, checked."""
    return _Collecting(progress).all()


class _Collecting:
    """Goes through the whole menu once."""

    def __init__(self, progress: Told) -> None:
        self._progress = progress
        self._flat = Flat()  # of all that is written anew each time
        self._kept: dict[str, dict[str, str]] = {"organization": {}, "service": {}}  # lines by key

    def all(self) -> Collected:
        """The tables, checked."""
        others = self._loose()
        self._kept["organization"] = documents.organizations(Provider.objects.all(), "rows")
        services, total = self._kept["service"], Offer.objects.count()
        after = UUID(int=0)
        while found := documents.services(_next(after), "rows", every=True):
            services.update((key, text) for key, _provider, text, _free in found)
            for key, free in capacities([one.key for one in found], clock.now(), every=True).items():
                self._flat.add("service_capacity", free, {"service_id": str(key)})
            after = UUID(found[-1].key)
            self._progress(f"{len(services):,} of {total:,} services")
        return self._together(others)

    def _loose(self) -> dict[str, list[Row]]:
        """Taxonomies, their terms, and whatever else belongs to no record. Returns what HSDS has no tables for."""
        flat = self._flat
        for taxonomy in (SERVICE_TYPES, RECORDS):
            flat.add("taxonomy", taxonomy)
        flat.add("taxonomy_term", RECORD)
        told = ServiceType.objects.exclude(number=0, offers=None).order_by("number")  # the root, where it is used
        for row in type_rows(told.distinct()):
            term = service_type_term(row)
            about = term.pop("attributes")
            flat.add("taxonomy_term", term)
            for attribute in about:
                flat.add("attribute", attribute, {"link_id": term["id"], "link_entity": "taxonomy_term"})
        others: dict[str, list[Row]] = {}
        kept = DirectoryRow.objects.filter(standard=STANDARD).order_by("table", "pk")
        for table, values in kept.values_list("table", "values"):
            if table in flat.tables:
                flat.add(table, values)
            else:
                others.setdefault(table, []).append(values)
        return others

    def _together(self, others: dict[str, list[Row]]) -> Collected:
        """One set of tables. Records that say different things under one key are written anew, side by side."""
        lines = self._lines()
        if clashing := lines.unite():
            for name, kept in self._kept.items():
                self._anew(name, [k for k, text in kept.items() if clashing & unpacked([text]).keys()])
            lines = self._lines()
            lines.unite()
        told = validated(filled(self._flat.tables))
        for fault in lines.faults:
            told.note(fault["in"], fault["id"], fault["field"], fault["wrong"])
        told.checked = Counter({kinds()[name].table: lines.count(name) for name in kinds() if lines.count(name)})
        return Collected(lines, others, told)

    def _lines(self) -> Lines:
        found = unpacked(text for kept in self._kept.values() for text in kept.values())
        found.take(lines_of(filled(self._flat.tables)))
        return found

    def _anew(self, name: str, keys: list[str]) -> None:
        """Write some records as rows beside those that are there, instead of what is kept of them."""
        for at in range(0, len(keys), _AT_ONCE):
            for found in objects_of(name, keys[at : at + _AT_ONCE]):
                self._flat.add(name, found)
        for key in keys:
            del self._kept[name][key]
