"""Whether a table can be kept: everything that speaks against it, each with its place and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from lacarte.engines import rules
from lacarte.engines.rules import Checked, Compiled, Fault, Table
from lacarte.engines.rules.checking import Where
from lacarte.kernel.text import listed
from lacarte.registers.entitlement.models import DecisionTable
from lacarte.registers.entitlement.tables.facts import PREFIX, known_kinds, narrowed
from lacarte.registers.entitlement.tables.fault_words import fault_in_words
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.entitlement.tables.wording import column_names, value_words

__all__ = ["UNKEEPABLE", "Part", "Problem", "TableRefusedError", "compiled", "example_of", "problems"]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_LONGEST_CODE, _LONGEST_LAW, _MOST_CASES = 80, 200, 1000
#: Addresses of the pages, beside those of tables.
_TAKEN = ("new", "import")
#: With a problem in one of these, a table cannot even be a draft.
UNKEEPABLE = ("code", "law")


class Part(StrEnum):
    """Where a problem is: in the whole table, the head of a column, a rule, a pair of rules or a test case."""

    TABLE = "table"
    COLUMN = "column"
    RULE = "rule"
    RULES = "rules"
    CASE = "case"


@dataclass(frozen=True)
class Problem:
    """Why a table cannot be kept: where (``number`` from 1 of a rule or case, ``column`` as it is named), and why.

    ``where`` is that in words.
    """

    part: Part
    number: int
    column: str
    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}" if self.where else self.why


class TableRefusedError(ValueError):
    """A table that cannot be kept, with all its ``problems``; the message says them."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.problems = tuple(found)
        super().__init__("; ".join(map(str, self.problems)))


def compiled(table: Table) -> Compiled:
    """The table as it decides about people. Raises :class:`~lacarte.engines.rules.WrongTable`."""
    return rules.compile_table(narrowed(table), known_kinds(table))


def problems(written: Written) -> tuple[Problem, ...]:
    """All that speaks against keeping a table: none where it can be kept."""
    table, names = written.table, _Names(written)
    found = [*_of_table(written), *_in_circles(table)]
    wrong = rules.faults(narrowed(table), known_kinds(table))
    found += [names.problem(fault) for fault in wrong]
    case_faults = rules.case_faults(table, written.cases)
    found += [names.problem(fault, written) for fault in case_faults]
    if not wrong:
        ready = compiled(table)
        found += [names.overlap(table.code, one) for one in rules.check(ready, most=5, steps=0).overlaps]
        if not case_faults:
            found += [names.failure(one) for one in rules.failures(ready, written.cases)]
    return tuple(found)


def _of_table(written: Written) -> Iterator[Problem]:
    table = written.table

    def of(why: str, column: str = "") -> Problem:
        return Problem(Part.TABLE, 0, column, "", why)

    if not 0 < len(table.code) <= _LONGEST_CODE:
        yield of(_("The code of a table has from 1 to %(n)d characters.") % {"n": _LONGEST_CODE}, "code")
    elif not _CODE.fullmatch(table.code):
        words = _(
            "The code “%(code)s” has signs other than letters without accents, digits, hyphens and full stops."
        )
        yield of(words % {"code": table.code}, "code")
    elif table.code in _TAKEN:
        yield of(_("“%(code)s” cannot be the code of a table: take another.") % {"code": table.code}, "code")
    if not table.inputs:
        yield of(_("The table asks for nothing: add a fact."))
    if len(written.legal_basis) > _LONGEST_LAW:
        yield of(_("The legal basis has more than %(n)d characters: shorten it.") % {"n": _LONGEST_LAW}, "law")
    if len(written.cases) > _MOST_CASES:
        yield of(_("A table has at most %(n)d test cases.") % {"n": _MOST_CASES})


def _in_circles(table: Table) -> Iterator[Problem]:
    """A table that asks a table: nobody is asked for that, and it may come back to itself."""
    for one in table.inputs:
        if not one.fact.startswith(PREFIX):
            continue
        circle = _circle(table.code, one.fact)
        if circle:
            why = _("the table asks itself: %(circle)s. Take this column out.") % {"circle": " → ".join(circle)}
        else:
            why = _(
                "a table cannot ask another: ask for the facts themselves, or give the service two requirements."
            )
        yield Problem(Part.COLUMN, 0, one.fact, _("column “%(column)s”") % {"column": one.fact}, why)


def _circle(code: str, fact: str) -> list[str]:
    """The codes from a table back to itself, if a fact that it asks leads there."""
    asks: dict[str, set[str]] = {}
    for other, body in DecisionTable.objects.values_list("code", "body"):
        asks.setdefault(other, set()).update(
            one["fact"] for one in body["inputs"] if one["fact"].startswith(PREFIX)
        )
    ways = [[code, _table_in(fact)]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        if way[-1] == code:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, _table_in(one)] for one in sorted(asks.get(way[-1], ()))]
    return []


def _table_in(fact: str) -> str:
    return fact.removeprefix(PREFIX).rpartition(".")[0]


class _Names:
    """What parts of one table are called."""

    def __init__(self, written: Written) -> None:
        table = written.table
        codes = [*(one.fact for one in table.inputs), *(one.name for one in table.outputs)]
        self.columns = dict(zip(codes, column_names(table, written.labels), strict=True))

    def problem(self, fault: Fault, cases_of: Written | None = None) -> Problem:
        """A fault of the engine; its row is that of a case where ``cases_of`` says whose."""
        column = self.columns.get(fault.column, fault.column)
        if cases_of is not None:
            part = Part.CASE
            name = cases_of.cases[fault.row - 1].name or fault.row
            where = [_("case “%(name)s”") % {"name": name}]
        elif fault.row:
            part, where = Part.RULE, [_("rule %(number)d") % {"number": fault.row}]
        else:
            part, where = Part.COLUMN, []
        if fault.column:
            where.append(_("column “%(column)s”") % {"column": column})
        return Problem(part, fault.row, fault.column, listed(where), fault_in_words(fault))

    def overlap(self, code: str, one: rules.Overlap) -> Problem:
        said = {
            "first": one.first,
            "second": one.second,
            "code": code,
            "example": example_of(one.where, self.columns),
        }
        words = _("Rules %(first)d and %(second)d of “%(code)s” both hold, such as for %(example)s.") % said
        return Problem(Part.RULES, one.second, "", "", words)

    def failure(self, one: rules.Failure) -> Problem:
        column = self.columns.get(one.output, one.output)
        if one.refused:
            why = _("“%(column)s” cannot be %(value)s") % {"column": column, "value": one.expected}
        else:
            said = {"column": column, "expected": _case_words(one.expected), "said": _case_words(one.said)}
            why = _("“%(column)s” is expected to be %(expected)s, the table says %(said)s") % said
        return Problem(Part.CASE, one.number, one.output, _("case “%(name)s”") % {"name": one.case.name}, why)


def _case_words(text: str) -> str:
    return _("“cannot say yet”") if text == rules.OPEN else text


def example_of(where: Iterable[Where], names: dict[str, str]) -> str:
    """One person for whom something holds, as facts in words."""
    return listed(f"{names.get(one.fact, one.fact)} = {value_words(one.example, one.fact)}" for one in where)


def gaps_of(ready: Compiled, most: int = 5) -> Checked:
    """Where no rule holds, with an example each."""
    return rules.check(ready, most=most, steps=50_000)
