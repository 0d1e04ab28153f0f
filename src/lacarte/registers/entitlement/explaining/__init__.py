"""Why somebody is entitled to a service or not: the facts, the rules as they are, and what would change it.

Plain data of one person before one service; whoever shows it puts it into words. A fact says since when it is
known and where from; a table since when it counts and which of its rows do; a simple rule when it was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from lacarte.engines import rules
from lacarte.registers.entitlement.interview import worth
from lacarte.registers.entitlement.judging import Between, Facts, Judgement, Proof, Rule
from lacarte.registers.entitlement.models import DecisionTable, Requirement
from lacarte.registers.entitlement.tables.asked_table import AskedTable, asked_by
from lacarte.registers.entitlement.tables.records import written_of
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Person
from lacarte.registers.people.queries import circumstances_of

#: Where a fact comes from that was said in this session, and one that follows from the year of birth.
SAID_NOW, YEAR_OF_BIRTH = "said-now", "year-of-birth"


@dataclass(frozen=True)
class FactUsed:
    """A fact that counts: its value, since when (``None``: not said), where it is from, and what proves it."""

    kind: str
    value: Any
    since: date | None
    source: str
    proofs: tuple[tuple[Proof, ...], ...]


@dataclass(frozen=True)
class RowTold:
    """A row of a table: what it asks, ``(fact, kind, tests)``, and says, ``(name, kind, literal)``."""

    number: int
    asks: tuple[tuple[str, rules.Kind, str], ...]
    says: tuple[tuple[str, rules.Kind, str], ...]
    note: str


@dataclass(frozen=True)
class TableTold:
    """The table that decided: the rows that count, or may count where not ``sure``; none: its defaults do."""

    code: str
    name: Mapping[str, str] = field(compare=False)
    legal_basis: str
    since: date
    rows: tuple[RowTold, ...]
    sure: bool
    one_hit: bool
    kinds: Mapping[str, rules.Kind] = field(compare=False)
    labels: Mapping[str, Mapping[str, str]] = field(compare=False)


@dataclass(frozen=True)
class LawTold:
    """The law that decided: the package and its version, its rules as ``(words, since)``, and references."""

    package: str
    rules: tuple[tuple[str, str], ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """One requirement: whether it holds, the facts that make it so, those missing, and ``since``.

    Of a table that is the day from which it counts; of a simple rule, which has none, the day it was last
    recorded: the law behind it may be older.

    ``differences`` are the smallest sets of facts that would have to be different for it to hold; ``all_tried`` is
    false where there may be others.
    """

    rule: Rule
    holds: bool | None
    uses: tuple[str, ...]
    missing: tuple[str, ...]
    since: date | None
    table: TableTold | None = None
    law: LawTold | None = None
    differences: tuple[rules.Difference, ...] = ()
    all_tried: bool = True


@dataclass(frozen=True)
class Explanation:
    """Of one answer; ``settles`` has for each missing fact how likely it settles the answer by itself."""

    judged: Judgement
    reasons: tuple[Reason, ...]
    facts: tuple[FactUsed, ...]
    settles: Mapping[str, float]


#: Who tells of facts that something else computes, by how these begin: the facts used, and the law.
_TELLS: dict[str, Callable[[Rule, Facts], tuple[tuple[str, ...], LawTold] | None]] = {}


def told_by(prefix: str, tells: Callable[[Rule, Facts], tuple[tuple[str, ...], LawTold] | None]) -> None:
    """What decides about facts that begin with ``prefix`` is told by somebody who says so where it is loaded."""
    _TELLS[prefix] = tells


def explain(
    service: ServiceType, judged: Judgement, facts: Facts, *, person: Person | None, said_now: Facts
) -> Explanation:
    """Why the answer is what it is. ``person`` is whom it is about, if the city knows them; three queries.

    ``said_now`` are those of the facts that were said in this session. The caller has checked that whoever looks
    may see them all.
    """
    since = dict(Requirement.objects.filter(service_type=service).values_list("code", "changed_at"))
    order = {code: at for at, code in enumerate(since)}
    decided = [(rule, True) for rule in judged.holding] + [(rule, False) for rule in judged.failing]
    every = [*decided, *((rule, None) for rule in judged.open)]
    reasons = []
    for rule, holds in sorted(every, key=lambda one: order.get(one[0].code, 0)):
        changed = since.get(rule.code)
        reasons.append(_reason(rule, holds, facts, timezone.localdate(changed) if changed else None))
    used = dict.fromkeys(kind for one in reasons for kind in one.uses)
    return Explanation(
        judged,
        tuple(reasons),
        _facts_used(tuple(used), reasons, facts, person, said_now),
        {one.fact: one.settles for one in worth([judged], facts)},
    )


def _reason(rule: Rule, holds: bool | None, facts: Facts, since: date | None) -> Reason:
    missing = (() if holds is not None else (rule.fact,)) if rule.asks is None else rule.asks
    if (asked := asked_by(rule)) is not None:
        return _by_table(asked, holds, facts, missing)
    for prefix, tells in _TELLS.items():
        if rule.fact.startswith(prefix) and (told := tells(rule, facts)) is not None:
            return Reason(rule, holds, told[0], missing, since, law=told[1])
    known = (rule.fact,) if facts.get(rule.fact) is not None else ()
    return Reason(rule, holds, known, missing, since)


def _by_table(asked: AskedTable, holds: bool | None, facts: Facts, missing: tuple[str, ...]) -> Reason:
    known = asked.known(facts)
    found = rules.decide(asked.table, known)
    uses = rules.reasons(asked.table, known) if found.settled else tuple(known)
    wanted = rules.Differences((), True)
    if holds is False and asked.one_hit:
        wanted = rules.differences(asked.table, known, {asked.output: True})
    return Reason(
        asked.rule,
        holds,
        tuple(kind for kind in uses if facts.get(kind) is not None),
        missing,
        asked.kept.since,
        table=_table_told(asked, found),
        differences=wanted.found,
        all_tried=wanted.finished,
    )


def _table_told(asked: AskedTable, found: rules.Decision) -> TableTold:
    """Of a table where one row decides the first that holds counts; of others all do."""
    sure = found.settled and (bool(found.holds) or not found.may_hold)
    numbers = found.holds if sure else (*found.holds, *found.may_hold)
    if sure and asked.one_hit:
        numbers = numbers[:1]
    table, code = asked.kept.table, asked.kept.table.code
    row = DecisionTable.objects.get(code=code, since=asked.kept.since)
    labels = written_of(row).labels
    names = [*(one.fact for one in table.inputs), *(one.name for one in table.outputs)]
    return TableTold(
        code,
        row.name,
        row.legal_basis,
        asked.kept.since,
        tuple(_row_told(table, number) for number in numbers),
        sure,
        asked.one_hit,
        {one.fact: one.kind for one in table.inputs},
        dict(zip(names, labels, strict=False)),
    )


def _row_told(table: rules.Table, number: int) -> RowTold:
    row = table.rows[number - 1]
    return RowTold(
        number,
        tuple(
            (asked.fact, asked.kind, test)
            for asked, test in zip(table.inputs, row.tests, strict=True)
            if test.strip() not in ("", "-")
        ),
        tuple((said.name, said.kind, text) for said, text in zip(table.outputs, row.says, strict=True)),
        row.note,
    )


def _facts_used(
    kinds: tuple[str, ...], reasons: list[Reason], facts: Facts, person: Person | None, said_now: Facts
) -> tuple[FactUsed, ...]:
    kept = {one.kind: one for one in circumstances_of(person).filter(kind__in=kinds)} if person and kinds else {}
    found = []
    for kind in kinds:
        proofs = dict.fromkeys(one.rule.proofs for one in reasons if kind in one.uses and one.rule.proofs)
        value, row = facts[kind], kept.get(kind)
        if kind in said_now:
            since, source = None, SAID_NOW
        elif row is not None:
            since, source = row.since, row.source
        else:
            since, source = None, YEAR_OF_BIRTH if isinstance(value, Between) else ""
        found.append(FactUsed(kind, value, since, source, tuple(proofs)))
    return tuple(found)
