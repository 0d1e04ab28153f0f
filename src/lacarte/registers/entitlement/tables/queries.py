"""Reading tables as those who keep them: which there are, who asks them, and what is wrong about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from lacarte.engines.rules import Gap, WrongTable
from lacarte.registers.entitlement.models import DecisionTable, Requirement, TableEdition
from lacarte.registers.entitlement.tables.facts import PREFIX, asked_anywhere
from lacarte.registers.entitlement.tables.faults import Problem, compiled, gaps_of, problems
from lacarte.registers.entitlement.tables.records import Written, written_of
from lacarte.registers.menu.models import ServiceType

__all__ = ["Asking", "Findings", "Listed", "asking", "edition_before", "findings_of", "listed_tables", "on_day"]


@dataclass(frozen=True)
class Asking:
    """A service type whose requirement asks an output of a table."""

    service_type: ServiceType
    output: str


@dataclass(frozen=True)
class Findings:
    """What speaks against a table, where no rule of it holds, and what it asks that nobody is asked.

    ``bare`` are results without a default: where no rule holds, nothing is said of them.
    """

    problems: tuple[Problem, ...]
    gaps: tuple[Gap, ...]
    more_gaps: bool
    not_asked: tuple[str, ...]
    bare: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.problems or self.gaps or self.not_asked)

    @property
    def leaves_open(self) -> bool:
        """Whether there is somebody of whom the table says nothing."""
        return bool(self.gaps and self.bare)


@dataclass(frozen=True)
class Listed:
    """A table with all days from which on it counts: in force, later ones (the next first) and earlier ones."""

    code: str
    current: DecisionTable | None
    later: tuple[DecisionTable, ...]
    earlier: tuple[DecisionTable, ...]
    asking: tuple[Asking, ...]

    @property
    def shown(self) -> DecisionTable:
        """The one that is looked at first."""
        return self.current or self.later[0]


def listed_tables(today: date, code: str = "") -> list[Listed]:
    """All tables by code, or the one of a code; two queries."""
    rows = DecisionTable.objects.order_by("code", "-since")
    by_code: dict[str, list[DecisionTable]] = defaultdict(list)
    for row in rows.filter(code=code) if code else rows:
        by_code[row.code].append(row)
    asks = asking()
    found = []
    for one, versions in by_code.items():
        past = [row for row in versions if row.since <= today]
        later = tuple(row for row in reversed(versions) if row.since > today)
        found.append(Listed(one, past[0] if past else None, later, tuple(past[1:]), tuple(asks.get(one, ()))))
    return found


def asking() -> Mapping[str, list[Asking]]:
    """By table the service types whose requirements ask it; one query."""
    found: dict[str, list[Asking]] = defaultdict(list)
    rows = Requirement.objects.filter(circumstance__startswith=PREFIX).select_related("service_type")
    for row in rows.order_by("service_type__number", "order", "code"):
        code, _dot, output = row.circumstance.removeprefix(PREFIX).rpartition(".")
        found[code].append(Asking(row.service_type, output))
    return found


def findings_of(written: Written, asked: Iterable[str] | None = None) -> Findings:
    """What there is to look at in a table. ``asked`` are all facts that people are asked, if they are known."""
    wrong = problems(written)
    known = set(asked) if asked is not None else asked_anywhere()
    not_asked = tuple(one.fact for one in written.table.inputs if one.fact not in known)
    bare = tuple(one.name for one in written.table.outputs if not one.default.strip())
    try:
        checked = gaps_of(compiled(written.table))
    except WrongTable:
        return Findings(wrong, (), False, not_asked, bare)
    return Findings(wrong, checked.gaps, not checked.finished, not_asked, bare)


def on_day(code: str, day: date) -> Written | None:
    """A table as it is on a day; ``None`` where there is none yet."""
    row = DecisionTable.objects.filter(code=code, since__lte=day).order_by("-since").first()
    return written_of(row) if row is not None else None


def edition_before(edition: TableEdition) -> TableEdition | None:
    """What was kept of the same table before."""
    earlier = TableEdition.objects.filter(code=edition.code, kept_at__lte=edition.kept_at).exclude(pk=edition.pk)
    return earlier.order_by("-kept_at", "-id").first()
