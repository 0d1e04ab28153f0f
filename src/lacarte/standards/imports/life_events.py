"""Life events with their bundles, requirements and kinds of evidence, from a TOML file that a city keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from lacarte.registers.entitlement.actions import set_evidence_type, set_requirements
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.bundles import BundleWrongError, Item, find_ring
from lacarte.registers.menu.life_events import set_life_event
from lacarte.registers.menu.models import ServiceType
from lacarte.standards.imports.report import ImportFaultError, Report
from lacarte.standards.imports.written import Source, Table

_KINDS = ("evidence", "requirement", "life-event")
_COMPARISONS = tuple(str(one) for one in Requirement.Comparison)
_LONGEST = {"circumstance": 60, "legal_basis": 200}
_LONGEST_CODE = 80
_HIGHEST_ORDER = 32_767


@dataclass
class _Read:
    """What a file says, once nothing is wrong with it."""

    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    requirements: dict[str, list[tuple[Requirement, tuple[str, ...]]]] = field(default_factory=dict)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)


def import_life_events(path: Path, *, only_check: bool = False) -> Report:
    """Load what ``path`` says: all of it, or nothing where anything is wrong (``rejections``) or ``only_check``.

    Life events and kinds of evidence that the file names are as it says then; of each service that it has a
    requirement for, its requirements are all there are. Others stay.
    Raises :class:`ImportFaultError` when it is no such file.
    """
    source, report = Source.read(path), Report()
    read = _read(path, source, report)
    if report.rejections:
        report.notes.append("Nothing was loaded: mend these and load the file again.")
        return report
    try:
        with transaction.atomic():
            _write(read, report)
            transaction.set_rollback(only_check)
    except (BundleWrongError, ValueError) as error:  # the menu changed meanwhile
        raise ImportFaultError(f"{path}: {error}") from error
    return report


def _write(read: _Read, report: Report) -> None:
    for code, said in read.evidence.items():
        _count(report, new=set_evidence_type(code, **said))
    services = ServiceType.objects.in_bulk(list(read.requirements), field_name="code")
    for code, requirements in read.requirements.items():
        known = set(services[code].requirements.values_list("code", flat=True))
        set_requirements(services[code], requirements)
        for one, _proofs in requirements:
            _count(report, new=one.code not in known)
    for code, said in read.events.items():
        _count(report, new=set_life_event(code, **said)[1])


def _count(report: Report, *, new: bool) -> None:
    report.loaded += new
    report.known += not new


def _read(path: Path, source: Source, report: Report) -> _Read:
    tables, languages = dict(source.tables), _languages(path, source.tables)
    tables.pop("languages", None)
    for kind, rows in tables.items():
        if kind not in _KINDS:
            raise ImportFaultError(f"{path}: “{kind}” is not known; known are languages, {', '.join(_KINDS)}")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ImportFaultError(f"{path}: “{kind}” is no list of tables; write [[{kind}]] above each")
    read = _Read()
    _read_evidence(read, _tables(source, report, "evidence", tables.get("evidence", []), languages))
    requirements = list(_tables(source, report, "requirement", tables.get("requirement", []), languages))
    events = list(_tables(source, report, "life-event", tables.get("life-event", []), languages))
    known = set(ServiceType.objects.filter(orderable=True).values_list("code", flat=True))
    proofs = read.evidence.keys() | set(EvidenceType.objects.values_list("code", flat=True))
    for one in requirements:
        _read_requirement(read, one, known, proofs)
    at = 0
    for one in events:
        at = _read_event(read, one, known, at)
    return read


def _languages(path: Path, tables: dict[str, Any]) -> list[str]:
    said = tables.get("languages", [code for code, _name in settings.LANGUAGES])
    if not isinstance(said, list) or not said or not all(isinstance(tag, str) and tag for tag in said):
        raise ImportFaultError(f'{path}: “languages” is a list such as ["en", "zh-hans"]')
    return said


def _tables(
    source: Source, report: Report, kind: str, rows: Iterable[dict[str, Any]], languages: list[str]
) -> Iterator[Table]:
    for at, row in enumerate(rows):
        said = [str(row[key]) for key in ("service", "code") if isinstance(row.get(key), str)]
        name = f"{kind} “{' / '.join(said)}”" if said else f"{kind} {at + 1}"
        yield Table(source, report, kind, at, name, row, languages)


def _read_evidence(read: _Read, tables: Iterable[Table]) -> None:
    for one in tables:
        one.known("code", "name", "description")
        code = _fresh(one, read.evidence)
        read.evidence[code] = {
            "name": one.text("name", needed=True),
            "description": one.text("description", needed=False),
        }


def _fresh(one: Table, known: Iterable[str]) -> str:
    """A code that comes once and fits its column."""
    code = one.code()
    if code and code in known:
        one.wrong("code", f"“{code}” is there twice")
    if len(code) > _LONGEST_CODE:
        one.wrong("code", f"has {len(code)} characters, at most {_LONGEST_CODE} are kept")
    return code


def _read_requirement(read: _Read, one: Table, known: set[str], evidence: set[str]) -> None:
    one.known("service", "code", "fact", "text", "law", "proofs", *_COMPARISONS)
    service, said = one.code("service"), [name for name in _COMPARISONS if name in one.said]
    if service and service not in known:
        one.wrong("service", f"“{service}” is no service that can be ordered")
    beside = read.requirements.setdefault(service, [])
    code = _fresh(one, [before.code for before, _ in beside])
    if len(said) != 1:
        one.wrong(
            said[0] if said else "is",
            f"one of {', '.join(_COMPARISONS)} says what the fact has to be; there are {len(said)}",
        )
        return
    law = one.said.get("law", "")
    if not isinstance(law, str) or len(law) > _LONGEST["legal_basis"]:
        one.wrong("law", f"is a text of at most {_LONGEST['legal_basis']} characters")
        law = ""
    fact = one.code("fact")
    if len(fact) > _LONGEST["circumstance"]:
        one.wrong("fact", f"has {len(fact)} characters, at most {_LONGEST['circumstance']} are kept")
    proofs = one.codes("proofs")
    for proof in proofs:
        if proof not in evidence:
            one.wrong("proofs", f"“{proof}” is no kind of evidence")
    made = Requirement(
        code=code, circumstance=fact, comparison=said[0], value=_value(one, said[0]), legal_basis=law
    )
    made.text = one.text("text", needed=True)
    beside.append((made, proofs))


def _value(one: Table, comparison: str) -> Any:
    """What the fact is compared with, in the form in which facts are kept."""
    value = one.said[comparison]
    if comparison == Requirement.Comparison.ONE_OF:
        if isinstance(value, list) and value and all(isinstance(each, str | int | float) for each in value):
            return value
        one.wrong(comparison, 'is a list, such as ["none", "employed"]')
    elif hasattr(value, "isoformat"):  # a day of TOML
        return value.isoformat()
    elif comparison in (Requirement.Comparison.AT_LEAST, Requirement.Comparison.AT_MOST):
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return value
        one.wrong(comparison, "is a number or a day, such as 18 or 2026-11-28")
    elif not isinstance(value, str | int | float):
        one.wrong(comparison, "is true or false, a number, a day or a word")
    return value


def _read_event(read: _Read, one: Table, known: set[str], at: int) -> int:
    """Read a life event, whose services are the file's from the ``at``-th on; returns where the next begin."""
    one.known("code", "name", "description", "keywords", "business", "order", "active", "service")
    code = _fresh(one, read.events)
    rows = one.said.get("service", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        one.wrong("service", "is missing: write [[life-event.service]] for each service below it")
        rows = []
    order = one.said.get("order", 100)
    if not isinstance(order, int) or isinstance(order, bool) or not 0 <= order <= _HIGHEST_ORDER:
        one.wrong("order", f"is a number from 0 to {_HIGHEST_ORDER}")
    read.events[code] = {
        "name": one.text("name", needed=True),
        "description": one.text("description", needed=False),
        "keywords": one.text("keywords", needed=False),
        "business": one.truth("business", otherwise=False),
        "active": one.truth("active", otherwise=True),
        "order": order,
        "items": _items(one, rows, known, at),
    }
    return at + len(rows)


def _items(event: Table, rows: list[dict[str, Any]], known: set[str], at: int) -> list[Item]:
    tables = []
    for number, row in enumerate(rows):
        name = f"{event.name}, service “{row.get('service', number + 1)}”"
        made = Table(event.source, event.report, "life-event.service", at + number, name, row, event.languages)
        made.known("service", "why", "suggested", "after")
        tables.append(made)
    items = [
        Item(
            service=one.code("service"),
            why=one.text("why", needed=False),
            suggested=one.truth("suggested", otherwise=True),
            after=one.codes("after"),
        )
        for one in tables
    ]
    _check_bundle(event, tables, items, known)
    return items


def _check_bundle(event: Table, tables: list[Table], items: list[Item], known: set[str]) -> None:
    codes = [item.service for item in items]
    for one, item in zip(tables, items, strict=True):
        if item.service and item.service not in known:
            one.wrong("service", f"“{item.service}” is no service that can be ordered")
        if item.service and codes.count(item.service) > 1:
            one.wrong("service", f"“{item.service}” is there twice")
        for before in item.after:
            if before not in codes:
                one.wrong("after", f"“{before}” is not in the bundle")
    if ring := find_ring({item.service: [code for code in item.after if code in codes] for item in items}):
        tables[codes.index(ring[0])].wrong(
            "after", f"these wait for each other in a ring: {' → '.join([*ring, ring[0]])}"
        )
