"""Test cases in words, and whether each comes out as expected."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from lacarte.engines.rules import OPEN, Case, HitPolicy, Kind
from lacarte.kernel.text import listed
from lacarte.pages.entitlement.grid import heads_of
from lacarte.registers.entitlement.tables.faults import Part, Problem
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.entitlement.tables.wording import paired, said_in_words
from lacarte.registers.people.circumstances import FACTS, Datatype, value_in_words


@dataclass(frozen=True)
class CaseLine:
    """A case in words: who, what is expected, and what is wrong with it if anything."""

    number: int
    name: str
    facts: str
    expected: str
    wrong: tuple[str, ...]


def case_lines(written: Written, problems: tuple[Problem, ...]) -> list[CaseLine]:
    """All cases of a table, with those of its problems that are about them."""
    wrong: dict[int, list[str]] = {}
    for one in problems:
        if one.part is Part.CASE:
            wrong.setdefault(one.number, []).append(one.why)
    return [
        CaseLine(n, case.name, _facts(written, case), _expected(written, case), tuple(wrong.get(n, ())))
        for n, case in enumerate(written.cases, 1)
    ]


def case_in_words(written: Written, case: Case) -> str:
    """A case in one line."""
    return f"{_facts(written, case) or _('nothing known')} → {_expected(written, case)}"


def _facts(written: Written, case: Case) -> str:
    names = {head.code: head.name for head in heads_of(written)}
    kinds = {one.fact: one.kind for one in written.table.inputs}
    return listed(
        paired(names.get(fact, fact), value_of(fact, kinds.get(fact, Kind.STRING), text))
        for fact, text in case.facts.items()
    )


def value_of(fact: str, kind: Kind, text: str) -> str:
    """A literal of a fact in words; that of a choice by its name."""
    words = said_in_words(kind, text)
    is_choice = fact in FACTS and FACTS[fact].datatype is Datatype.CHOICE
    return value_in_words(fact, words) if is_choice else words


def _expected(written: Written, case: Case) -> str:
    names = {head.code: head.name for head in heads_of(written)}
    kinds = {one.name: one.kind for one in written.table.outputs}
    many = written.table.hit_policy is HitPolicy.COLLECT
    told = []
    for output, text in case.says.items():
        words = text if many else said_in_words(kinds.get(output, Kind.STRING), text)
        told.append(paired(names.get(output, output), _("cannot say yet") if text == OPEN else words))
    return listed(told)
