"""How deprived regions are, from a table such as a census publishes: CSV, and a mapping that says what counts."""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from lacarte.engines.needindex.places import place_deprivation
from lacarte.registers.places.deprivation import Found, set_deprivation
from lacarte.registers.places.models import Region
from lacarte.standards.imports.report import BYTES_AS_MARKS, FieldError, ImportFaultError, Report, keepable
from lacarte.standards.imports.table import DELIMITERS, Lines, Record, Table

#: What tables write where a number is not known.
_NOT_KNOWN = frozenset({"", "-", "–", ".", "..", "na", "n/a", "n.a.", "nan", "null", "none", "x", "*"})
_LONGEST_SOURCE = 300
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")  # 1,234,567
_WEIGHTS_NEAR = 1e-6


@dataclass(frozen=True)
class Column:
    """One column that counts: its weight, and whether low numbers are deprived, as of income."""

    weight: float
    low_is_deprived: bool


@dataclass(frozen=True)
class Mapping:
    """Which column names the region (by code or name), which has its people, and which count."""

    region: str
    population: str
    source: str
    of: date
    columns: dict[str, Column]


@dataclass
class _Rows:
    """What of a table can be used, a list a column."""

    regions: list[Region] = field(default_factory=list)
    population: list[float] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)


def import_deprivation(path: Path, mapping: Path) -> Report:
    """Set the deprivation of regions by the CSV file ``path``. Rows of no use are named, the rest counts.

    Raises :class:`ImportFaultError` where the file or the mapping as a whole cannot be used.
    """
    using, report = _mapping(mapping), Report()
    rows = _read(path, using, report)
    if not rows.regions:
        raise ImportFaultError(f"{path}: no row can be used\n{report.text()}")
    weights = {name: column.weight for name, column in using.columns.items()}
    low = [name for name, column in using.columns.items() if column.low_is_deprived]
    try:
        told = place_deprivation(rows.values, rows.population, low_is_deprived=low, weights=weights)
    except ValueError as error:
        raise ImportFaultError(f"{path}: {error}") from error
    found = [
        Found(region, float(told.index[i]), float(told.between.low[i]), float(told.between.high[i]))
        for i, region in enumerate(rows.regions)
    ]
    columns = {
        name: (column.weight, "low" if column.low_is_deprived else "high")
        for name, column in using.columns.items()
    }
    set_deprivation(found, source=using.source, of=using.of, columns=columns)
    report.loaded = len(found)
    open_ones = sum(one.high - one.low > 1e-9 for one in found)
    report.notes.append(f"From {min(one.middle for one in found):.2f} to {max(one.middle for one in found):.2f}; ")
    report.notes[-1] += f"{open_ones} are intervals, for want of a number somewhere."
    return report


def _mapping(path: Path) -> Mapping:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportFaultError(f"{path}: {error}") from error
    unknown = sorted(set(said) - {"region", "population", "source", "of", "columns"})
    missing = sorted({"region", "population", "source", "of", "columns"} - set(said))
    if unknown or missing:
        raise ImportFaultError(f"{path}: {f'“{unknown[0]}” is unknown' if unknown else f'lacks {missing[0]}'}")
    if not isinstance(said["of"], date):
        raise ImportFaultError(f"{path}: of is the day that the table tells of, such as 2020-04-01")
    if not isinstance(said["columns"], dict) or not said["columns"]:
        raise ImportFaultError(f"{path}: [columns] names at least one column that counts")
    columns = {name: _column(path, name, one) for name, one in said["columns"].items()}
    total = math.fsum(column.weight for column in columns.values())
    if abs(total - 1) > _WEIGHTS_NEAR:
        raise ImportFaultError(f"{path}: the weights of [columns] make {total:g}, they must make 1")
    words = {name: str(said[name]).strip() for name in ("region", "population", "source")}
    if not words["source"] or len(words["source"]) > _LONGEST_SOURCE or not keepable(words["source"]):
        raise ImportFaultError(f"{path}: source says in at most {_LONGEST_SOURCE} characters where it comes from")
    return Mapping(**words, of=said["of"], columns=columns)


def _column(path: Path, name: str, said: Any) -> Column:
    if not isinstance(said, dict) or said.get("deprived") not in ("low", "high"):
        raise ImportFaultError(f'{path}: “{name}” says {{ weight = 0.5, deprived = "low" or "high" }}')
    weight = said.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1:
        raise ImportFaultError(f"{path}: the weight of “{name}” is above 0 and at most 1")
    return Column(float(weight), said["deprived"] == "low")


def _read(path: Path, using: Mapping, report: Report) -> _Rows:
    known, seen = _regions(), dict[int, int]()
    rows = _Rows(values={name: [] for name in using.columns})
    for record, row in _records(path, using):
        try:
            if record.fault:
                raise FieldError("all columns", record.fault)
            region = _region(row[using.region], using.region, known, seen)
            people = _number(row, using.population)
            if not people >= 0:
                raise FieldError(using.population, "says no number of people")
            values = {column: _number(row, column) for column in using.columns}
        except FieldError as error:
            report.reject(record.line, *error.args)
            continue
        seen[region.number] = record.line
        rows.regions.append(region)
        rows.population.append(people)
        for column, value in values.items():
            rows.values[column].append(value)
    return rows


def _region(said: str, column: str, known: dict[str, Region], seen: dict[int, int]) -> Region:
    name = said.strip() if keepable(said) else ""
    region = known.get(name.casefold())
    if region is None:
        raise FieldError(column, f"“{name[:60]}” is no region, or several are called so")
    if region.number in seen:
        raise FieldError(column, f"“{name[:60]}” is in line {seen[region.number]} already")
    return region


def _number(row: dict[str, str], column: str) -> float:
    """What a cell says; NaN where it says that nobody knows."""
    said = row[column].strip()
    if said.casefold() in _NOT_KNOWN:
        return float(np.nan)
    try:
        number = float(_THOUSANDS.sub("", said))
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise FieldError(column, f"“{said[:40]}” is no number")
    return number


def _regions() -> dict[str, Region]:
    """Regions by code, and by name where only one is called so; in small letters."""
    found: dict[str, Region | None] = {}
    for region in Region.objects.exclude(number=0):
        for name in {str(words).strip().casefold() for words in region.name.values()} - {""}:
            found[name] = None if name in found else region
    found |= {region.code.casefold(): region for region in Region.objects.exclude(number=0)}
    return {name: region for name, region in found.items() if region is not None}


def _records(path: Path, using: Mapping) -> Iterator[tuple[Record, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", errors=BYTES_AS_MARKS, newline="") as file:
            header, table = _table(path, Lines(file), {using.region, using.population, *using.columns})
            for record in table:
                yield record, dict(zip(header, record.values, strict=False))
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror}") from error
    except (UnicodeError, csv.Error) as error:
        raise ImportFaultError(f"{path} is not a CSV file in UTF-8: {error}") from error


def _table(path: Path, lines: Lines, needed: set[str]) -> tuple[list[str], Table]:
    found: list[str] = []
    for delimiter in DELIMITERS:
        lines.begin()
        header = [column.strip() for column in next(csv.reader(lines, delimiter=delimiter), [])]
        if needed <= set(header):
            return header, Table(lines, delimiter, len(header))
        found = max(found, header, key=len)
        lines.give_back(0)
    seen = ", ".join(column for column in found if keepable(column))[:300]
    missing = sorted(needed - set(found))[0]
    raise ImportFaultError(f"{path} has no column “{missing}” (there are: {seen or 'none that can be read'})")
