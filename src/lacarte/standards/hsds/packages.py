"""Reading a tabular data package: CSV tables, zipped or in a folder, of HSDS 1.x, 2.0, 3.0 or 3.1."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lacarte.standards.hsds.fitting import UnfitError, fitted
from lacarte.standards.hsds.identity import Keys
from lacarte.standards.hsds.ours import NOTHING
from lacarte.standards.hsds.shapes import by_table, kinds
from lacarte.standards.hsds.tables import Nested, Tables, nested
from lacarte.standards.hsds.upgrading import ELIGIBILITY, UPGRADES, parents_of_terms, tidy, with_eligibility
from lacarte.standards.imports.report import BYTES_AS_MARKS, ImportFaultError, Report

Row = dict[str, Any]
#: Bytes of all tables together: more is not a directory of services.
_LARGEST = 2**30
_LONGEST_CELL = 2**24
#: The columns that a table must have, where it is there; the others may be missing.
_COLUMNS = {
    "organizations": ("id", "name"),
    "services": ("id", "organization_id", "name"),
    "locations": ("id",),
    "services_at_location": ("service_id", "location_id"),
    "service_at_location": ("service_id", "location_id"),
    "physical_addresses": ("location_id",),
    "services_taxonomy": ("service_id", "taxonomy_id"),
    "taxonomy": ("id", "name"),
    "taxonomy_terms": ("id", "name"),
    "attributes": ("link_id", "taxonomy_term_id"),
    "eligibility": ("service_id", "eligibility"),
}
#: Tables that only versions before 3.0 have.
_OLD = {*UPGRADES, ELIGIBILITY} - {table for table in UPGRADES if table in by_table()}
#: Cells that say nothing.
_NONE = (None, "", NOTHING)
_KEYS = ("id", "link_id", "link_entity", "resource_id", "resource_type")


def read_package(path: Path, source: str, report: Report, progress: Callable[[str], None]) -> Nested:
    """The organisations and services of a package; rows that cannot be used are in ``report``.

    ``source`` makes the keys of directories that count 1, 2, 3 differ. Raises :class:`ImportFaultError`.
    """
    tables = {name: lines for name, lines in _tables(path) if lines is not None}
    if "services" not in tables or "organizations" not in tables:
        raise ImportFaultError(f"{path} has no services.csv or organizations.csv: it is not an HSDS data package")
    rows = _Rows(source, report, old=bool(_OLD & tables.keys()))
    for name, lines in tables.items():
        progress(f"{name}.csv: {len(lines):,} rows")
        rows.take(name, lines)
    found = nested(rows.tables())
    found.lines, found.known_as = rows.lines, rows.keys.known_as
    return found


def _tables(path: Path) -> Iterator[tuple[str, list[tuple[int, Row]] | None]]:
    """The name of each table, and its rows with their lines; ``None`` where it is no table."""
    if path.is_dir():
        for file in sorted(path.glob("*.csv")):
            yield file.stem, _parsed(path, file.stem, file.read_bytes())
        return
    with zipfile.ZipFile(path) as package:
        entries = package.infolist()
        if sum(entry.file_size for entry in entries) > _LARGEST:
            raise ImportFaultError(f"{path} unpacks to over {_LARGEST >> 20} MiB: it is no data package")
        for entry in entries:
            inside = Path(entry.filename)
            if inside.suffix == ".csv" and not inside.name.startswith(".") and "__MACOSX" not in inside.parts:
                yield inside.stem, _parsed(path, inside.stem, package.read(entry))


def _parsed(path: Path, name: str, content: bytes) -> list[tuple[int, Row]] | None:
    """The rows of a table without empty cells; ``None`` where it has neither rows nor the columns it must have.

    Raises :class:`ImportFaultError` where it has rows and lacks a column.
    """
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors=BYTES_AS_MARKS), newline=""))
    usual = csv.field_size_limit(_LONGEST_CELL)  # of the whole process: others count on the usual one
    try:
        rows = [
            (reader.line_num, {column: value for column, value in row.items() if column and value not in _NONE})
            for row in reader
        ]
    finally:
        csv.field_size_limit(usual)
    missing = [column for column in _COLUMNS.get(name, ()) if column not in (reader.fieldnames or ())]
    if missing and rows:
        raise ImportFaultError(f"{path}: {name}.csv lacks the column {', '.join(missing)}")
    return None if missing else rows


class _Rows:
    """The rows of all tables as those of 3.1, by kind; and those of tables that HSDS does not know."""

    def __init__(self, source: str, report: Report, *, old: bool) -> None:
        self.of: dict[str, list[tuple[int, Row]]] = defaultdict(list)
        self.keys, self.lines = Keys(source), dict[str, int]()  # of services, by key
        self._report, self._old = report, old
        self._eligible: list[tuple[int, Row]] = []

    def take(self, table: str, lines: list[tuple[int, Row]]) -> None:
        """Take the rows of a table in."""
        if self._old:
            lines = [(line, tidy(row)) for line, row in lines]
        if table == ELIGIBILITY:
            self._eligible += lines
        elif table in UPGRADES:
            for line, row in lines:
                kind, upgraded = UPGRADES[table](row)
                self.of[kind].append((line, upgraded))
        else:
            self.of[_kind(table)] += lines

    def tables(self) -> Tables:
        """The rows of each kind by key, fit to be kept. What says nothing or is unfit is reported and left out."""
        self.of["taxonomy_term"] += parents_of_terms(self.of["taxonomy_term"])
        with_eligibility(self.of["service"], self._eligible)
        self._agencies()
        return {name: self._fit(name, lines) for name, lines in self.of.items()}

    def _agencies(self) -> None:
        """Some exports (Miami's 211) list an agency only as a service, and its other services point there."""
        known = {row.get("id") for _, row in self.of["organization"]}
        services = {row.get("id"): (line, row) for line, row in self.of["service"]}
        for _, row in self.of["service"]:
            agency = row.get("organization_id")
            if agency and agency not in known and agency in services:
                line, found = services[agency]
                known.add(agency)
                self.of["organization"].append((line, {"id": agency, "name": found.get("name", "")}))

    def _fit(self, name: str, lines: list[tuple[int, Row]]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        empty = 0
        for line, row in lines:
            if name in kinds() and _says_nothing(name, row):
                empty += 1
                continue
            try:
                fit = fitted(name, self.keys.row(name, row), in_table=True) if name in kinds() else row
                self._put(name, found, fit, line)
            except UnfitError as error:
                field, why = error.args
                self._report.reject(line, field if name == "service" else f"{name}.{field}", why)
        if empty:
            self._report.notes.append(
                f"{empty} rows about a {name.replace('_', ' ')} hold only keys and are left out."
            )
        return found

    def _put(self, name: str, found: dict[str, Row], row: Row, line: int) -> None:
        """Put a row under its key; one that says otherwise than its namesake gets a key of its own."""
        key = str(row.get("id") or line)
        if key in found and found[key] != row:
            if name in ("organization", "service", "location"):
                raise UnfitError("id", f"“{key}” is there already")
            key = self.keys.of(name, f"{key} in line {line}")
            row = row | {"id": key}
        found[key] = row
        if name == "service":
            self.lines[key] = line


def _kind(table: str) -> str:
    """The kind of a table's rows, also where its name is that of one row; the table's name where HSDS has none."""
    named = by_table().get(table) or by_table().get(f"{table}s") or kinds().get(table)
    return named.name if named else (table.removesuffix("s") if table.removesuffix("s") in kinds() else table)


def _says_nothing(name: str, row: Row) -> bool:
    links = {f"{kind}_id" for kind in kinds()}
    if name in ("organization", "service", "service_at_location", "attribute", "location"):
        return False
    return not any(value for column, value in row.items() if column not in _KEYS and column not in links)
