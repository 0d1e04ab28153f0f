"""Human Services Data Specification 1.x: a tabular data package, zipped (docs.openreferral.org)."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from pathlib import Path

from lacarte.standards.imports.directory import Service, degrees, plain
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import BYTES_AS_MARKS, FieldError, ImportFaultError, Report

_LANGUAGES = {"english": "en", "spanish": "es", "chinese": "zh", "mandarin": "zh", "creole": "ht", "french": "fr"}
_UNSORTED = "unsorted"
_LINE = "line in the file"
#: Bytes of all tables together: more is not a directory of services.
_LARGEST = 2**30
#: The tables that are read, and the columns each must have.
_COLUMNS = {
    "organizations": ("id", "name"),
    "services": ("id", "organization_id", "name"),
    "locations": ("id",),
    "services_at_location": ("service_id", "location_id"),
    "physical_addresses": ("location_id",),
    "services_taxonomy": ("service_id", "taxonomy_id"),
    "taxonomy": ("id", "name"),
    "languages": ("service_id", "language"),
    "eligibility": ("service_id", "eligibility"),
}


def read(path: Path, report: Report) -> list[Service]:
    """All services that can be used; the others are in the report. Raises :class:`ImportFaultError`."""
    tables = _tables(path)
    # Some exports (Miami's 211) list an agency only as a service, and its other services point there.
    agencies = [*tables["services"], *tables["organizations"]]
    organizations = {row["id"]: row["name"].strip() for row in agencies}
    locations = {row["id"]: row for row in tables["locations"]}
    at = {row["service_id"]: row["location_id"] for row in tables["services_at_location"]}
    addresses = {row["location_id"]: row for row in tables["physical_addresses"]}
    kinds, languages, eligible = _kinds(tables), _languages(tables), _first(tables["eligibility"], "eligibility")
    services = []
    for row in tables["services"]:
        place = at.get(row["id"], "")
        where = addresses.get(place, {})
        area, kind = kinds.get(row["id"], ("Unsorted", _UNSORTED))
        longitude, latitude = degrees(locations.get(place, {}))
        try:
            services.append(
                Service(
                    code=f"{slug(path.stem)}-{row['id']}",
                    provider=f"{slug(path.stem)}-{row['organization_id']}",
                    provider_name=_owner(row, organizations),
                    area=area,
                    kind=kind,
                    name=row["name"].strip(),
                    conditions=plain(eligible.get(row["id"], "")),
                    address=plain(", ".join(filter(None, (where.get(c, "") for c in ("address_1", "city"))))),
                    longitude=longitude,
                    latitude=latitude,
                    languages=languages.get(row["id"], []),
                )
            )
        except FieldError as error:
            report.reject(int(row[_LINE]), *error.args)
    return services


def _owner(row: dict[str, str], organizations: dict[str, str]) -> str:
    name = organizations.get(row["organization_id"])
    if not name:
        raise FieldError("organization_id", f"“{row['organization_id']}” is unknown")
    return name


def _tables(path: Path) -> dict[str, list[dict[str, str]]]:
    """The tables of a package. Raises :class:`ImportFaultError` where one lacks a column."""
    with zipfile.ZipFile(path) as package:
        if sum(entry.file_size for entry in package.infolist()) > _LARGEST:
            raise ImportFaultError(f"{path} unpacks to over {_LARGEST >> 20} MiB: it is no data package")
        tables = {name: _table(package, name) for name in _COLUMNS}
    if not tables["services"] or not tables["organizations"]:
        raise ImportFaultError(f"{path} has no services.csv or organizations.csv: it is not an HSDS data package")
    for name, rows in tables.items():
        missing = [column for column in _COLUMNS[name] if rows and column not in rows[0]]
        if missing:
            raise ImportFaultError(f"{path}: {name}.csv lacks the column {', '.join(missing)}")
    return tables


def _table(package: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """The rows of a table, and their lines; none when it is left out, as the standard allows."""
    inside = next(
        (entry for entry in package.namelist() if entry.endswith(f"/{name}.csv") or entry == f"{name}.csv"), ""
    )
    if not inside:
        return []
    reader = csv.DictReader(io.StringIO(package.read(inside).decode("utf-8-sig", errors=BYTES_AS_MARKS)))
    return [
        {column: value or "" for column, value in row.items() if column is not None}
        | {_LINE: str(reader.line_num)}
        for row in reader
    ]


def _kinds(tables: dict[str, list[dict[str, str]]]) -> dict[str, tuple[str, str]]:
    """Life area and type of each service: its first term that the taxonomy knows."""
    terms = {row["id"]: (row.get("parent_name") or "Unsorted", row["name"]) for row in tables["taxonomy"]}
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
