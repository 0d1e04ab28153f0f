"""From the rows of a file to what is wanted of each offer: nothing is looked up twice, nothing is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lacarte.kernel.text import storable
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import region_at
from lacarte.standards.imports.decoding import decoded
from lacarte.standards.imports.report import FieldError, ImportFaultError, Report
from lacarte.standards.imports.table import DELIMITERS, Lines, Table
from lacarte.standards.offers import columns
from lacarte.standards.offers.columns import ADDRESS, OFFER_PLAIN, TEXTS, Times

Row = Mapping[str, str]


@dataclass
class WantedPlace:
    """A place as a row wants it. ``fields`` and ``times`` hold only what the file has columns for.

    Its address is a map, or a text that stands for all languages.
    """

    line: int
    key: UUID | None
    fields: dict[str, Any]
    times: list[Times] | None


@dataclass
class Wanted:
    """An offer as its rows want it; ``paused`` ``None``: as it is."""

    code: str
    line: int
    service: ServiceType | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    paused: bool | None = None
    places: list[WantedPlace] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)  # of the lines


@dataclass(frozen=True)
class _Known:
    """What rows refer to, by code."""

    services: dict[str, ServiceType]
    regions: dict[str, Region]


def wanted_of(data: bytes, report: Report) -> list[Wanted]:
    """What a file wants. Rows that cannot be read are rejected, and with them the whole of their offer.

    Raises :class:`ImportFaultError` where it is no such file.
    """
    text = decoded(data)
    lines, found = Lines(io.StringIO(text, newline="")), list[str]()
    for delimiter in DELIMITERS:
        lines.begin()
        try:
            found = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
        except csv.Error as error:
            raise ImportFaultError(_("This is not a CSV file: %(error)s") % {"error": error}) from error
        if "offer" in found and len(found) > 1:
            return _read(Table(lines, delimiter, len(found)), found, report)
        lines.give_back(0)
    words = _("This is not a file of offers: it has no column “offer”. Export one to see how it looks.")
    raise ImportFaultError(words)


def _read(table: Table, header: list[str], report: Report) -> list[Wanted]:
    if unknown := [name for name in header if name and name not in (*columns.header(), ADDRESS)]:
        raise ImportFaultError(
            _("The file has a column “%(name)s” that nobody knows; known are: %(known)s.")
            % {"name": unknown[0][:60], "known": ", ".join(columns.header())}
        )
    if twice := [name for name in header if name and header.count(name) > 1]:
        raise ImportFaultError(_("The file has the column “%(name)s” twice.") % {"name": twice[0]})
    known = _Known(
        {one.code: one for one in ServiceType.objects.all()}, {one.code: one for one in Region.objects.all()}
    )
    offers: dict[str, Wanted] = {}
    for record in table:
        row = dict(zip(header, [*record.values, *[""] * len(header)], strict=False))
        if not any(value.strip() for value in record.values) or row["offer"].startswith("#"):
            continue
        code = row["offer"].strip()
        offer = offers.setdefault(code, Wanted(code, record.line)) if code else Wanted("", record.line)
        offer.lines.append(record.line)
        try:
            if record.fault:
                raise FieldError("offer", record.fault)
            _take(offer, row, record.line, known)
        except FieldError as error:
            report.reject(record.line, error.args[0], str(error.args[1]))
            offer.wrong.append(record.line)
    for offer in offers.values():
        if offer.wrong:
            words = _("left out, because line %(line)d of the same offer is wrong") % {"line": offer.wrong[0]}
            for line in offer.lines:
                if line not in offer.wrong:
                    report.reject(line, "offer", words)
    return [offer for offer in offers.values() if not offer.wrong]


def _take(offer: Wanted, row: Row, line: int, known: _Known) -> None:
    if not offer.code:
        raise FieldError("offer", _("is empty: please give each offer a short name of your own"))
    for name, value in row.items():
        if not storable(value):
            raise FieldError(name, _("This holds signs that cannot be kept."))
    for name, value in _offer_fields(row).items():
        before = offer.fields.get(name)
        if _says(before) and _says(value) and value != before:
            words = _("says something else than line %(line)d of the same offer") % {"line": offer.line}
            raise FieldError(name, words)
        if name not in offer.fields or _says(value):
            offer.fields[name] = value
    if row.get("service", "").strip():
        offer.service = _service(row["service"].strip(), known)
    if (paused := columns.read("paused", row.get("paused", ""), columns.yes_or_no)) is not None:
        offer.paused = paused
    if any(row.get(name, "").strip() for name in (ADDRESS, *columns.place())):
        offer.places.append(_place(row, line, known))


def _says(value: Any) -> bool:
    """Whether a field says anything; a price of nothing is one."""
    return any(value.values()) if isinstance(value, dict) else value not in (None, "", [])


def _service(code: str, known: _Known) -> ServiceType:
    if code not in known.services:
        raise FieldError("service", _("“%(code)s” is no service of the menu") % {"code": code[:60]})
    return known.services[code]


def _offer_fields(row: Row) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in TEXTS:
        if there := columns.said_of(row, name):
            said[name] = there
    for name in OFFER_PLAIN:
        if name in row:
            said[name] = row[name].strip()
    for name in ("since", "until"):
        if name in row:
            said[name] = columns.read(name, row[name], columns.day)
    if "languages" in row:
        said["languages"] = columns.parts(row["languages"])
    currency = row.get("currency", "").strip().upper()
    if currency:
        said["currency"] = currency
    if "price" in row:
        if row["price"].strip() and not currency:
            raise FieldError("currency", _("is empty: what is the price in?"))
        said["price_minor"] = columns.read("price", row["price"], lambda text: columns.price(text, currency))
    return said


_READ: dict[str, Callable[[str], Any]] = {
    "longitude": columns.number,
    "latitude": columns.number,
    "reach_metres": columns.whole,
    "step_free": columns.yes_or_no,
    "hours": columns.hours,
}


def _place(row: Row, line: int, known: _Known) -> WantedPlace:
    fields: dict[str, Any] = {
        name: columns.read(name, row[name], how) for name, how in _READ.items() if name in row
    }
    if "hours" in fields:
        fields["hours"] = fields["hours"] or {}
    if ADDRESS in row:
        fields[ADDRESS] = row[ADDRESS].strip()
    if address := columns.said_of(row, ADDRESS):
        fields[ADDRESS] = address
    if "place_phone" in row:
        fields["phone"] = row["place_phone"].strip()
    if "serves" in row:
        fields["serves"] = [_region("serves", code, known) for code in columns.parts(row["serves"])]
    if code := row.get("region", "").strip():
        fields["region"] = _region("region", code, known)
    elif fields.get("longitude") is not None and fields.get("latitude") is not None:
        fields["region"] = _around(fields["longitude"], fields["latitude"])
    times = columns.read("times", row.get("times", ""), columns.times)
    return WantedPlace(line, columns.read("place", row.get("place", ""), columns.key), fields, times)


def _region(column: str, code: str, known: _Known) -> Region:
    if code not in known.regions:
        raise FieldError(column, _("“%(code)s” is no code of a region") % {"code": code[:60]})
    return known.regions[code]


def _around(longitude: float, latitude: float) -> Region:
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise FieldError("longitude", _("This is not on the Earth."))
    return region_at(longitude, latitude)
