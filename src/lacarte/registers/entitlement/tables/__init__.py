"""Decision tables that are kept, and requirements that they decide.

A requirement whose fact is ``table.CODE.OUTPUT`` is decided by what the table of that code, as it is today, says
there of the facts that are known. It stays open, with what to ask for, as long as an answer could matter.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lacarte.engines import rules
from lacarte.engines.rules import Compiled, HitPolicy, Kind, Output, Table
from lacarte.kernel import clock
from lacarte.kernel.versions import remembered
from lacarte.registers.entitlement.judging import Between, Decided, Facts, Rule, compare, decided_by
from lacarte.registers.entitlement.models import DecisionTable
from lacarte.registers.entitlement.tables import facts as table_facts
from lacarte.registers.entitlement.tables.records import table_of

PREFIX = table_facts.PREFIX
#: Of these one row decides; the others reckon with all that hold.
ONE_HIT = (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.ANY)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A table as it is from a day on; ``answers`` remembers it in the forms that requirements ask for."""

    since: date
    table: Table
    answers: dict[tuple[Any, ...], Compiled] = field(default_factory=dict, compare=False, repr=False)


def in_force(code: str, day: date) -> Kept | None:
    """The table of a code on a day, as it was when :func:`remember` looked last."""
    kept = (_now or remember()).get(code, ())
    return next((one for one in kept if one.since <= day), None)


def remember() -> Mapping[str, tuple[Kept, ...]]:
    """All tables by code, the newest first, read again when one has changed; one query."""
    global _now
    _now = _read()
    return _now


def facts_asked(fact: str) -> tuple[str, ...]:
    """The facts to ask people for, for a requirement of ``fact``: those of its table today, else itself."""
    if not fact.startswith(PREFIX):
        return (fact,)
    remember()  # whoever asks has read no rules of it
    kept = in_force(fact.removeprefix(PREFIX).rpartition(".")[0], clock.now().date())
    return tuple(one.fact for one in kept.table.inputs) if kept else ()


def decide(rule: Rule, facts: Facts) -> Decided:
    """Whether a requirement holds today by its table, for somebody of whom ``facts`` are known.

    Where there is no such table or it contradicts itself it stays open, and the log says why: a person decides.
    """
    code, _dot, output = rule.fact.removeprefix(PREFIX).rpartition(".")
    kept = in_force(code, clock.now().date())
    if kept is None or output not in [one.name for one in kept.table.outputs]:
        _LOG.warning("requirement %s: no table “%s” says “%s” today", rule.code, code, output)
        return Decided(None)
    table = asked(kept, rule, output)
    found = rules.decide(table, {one.fact: known(one.kind, facts.get(one.fact)) for one in table.table.inputs})
    if found.contradicts:
        _LOG.warning("requirement %s: rules %s of “%s” contradict each other", rule.code, found.holds, code)
    if not found.settled or found.said is None:
        missing = sorted(found.missing, key=lambda one: (-one.settles, one.fact))
        return Decided(None, tuple(one.fact for one in missing))
    (said,) = found.said if len(found.said) == 1 else (None,)
    if kept.table.hit_policy in ONE_HIT:
        return Decided(said if isinstance(said, bool) else None)
    return Decided(compare(rule, said.isoformat() if isinstance(said, date) else said))


def asked(kept: Kept, rule: Rule, output: str) -> Compiled:
    """The table with one output; where one row decides, it is whether the requirement holds by what the row says.

    So it is settled as soon as all rows that may still decide agree about that, whatever else they say.
    """
    asked = (output, rule.comparison, repr(rule.value))
    if asked not in kept.answers:
        at = [one.name for one in kept.table.outputs].index(output)
        said = kept.table.outputs[at]
        says = [row.says[at] for row in kept.table.rows]
        if kept.table.hit_policy in ONE_HIT:
            says = [_holds(rule, said, text) for text in says]
            said = Output(output, Kind.BOOLEAN, default=_holds(rule, said, said.default or "null"))
        rows = tuple(replace(row, says=(text,)) for row, text in zip(kept.table.rows, says, strict=True))
        kept.answers[asked] = rules.compile_table(replace(kept.table, outputs=(said,), rows=rows))
    return kept.answers[asked]


def _holds(rule: Rule, said: Output, text: str) -> str:
    value = rules.parse_literal(text, said.kind)
    holds = compare(rule, value.isoformat() if isinstance(value, date) else value)
    return "null" if holds is None else str(holds).lower()


def known(kind: Kind, value: Any) -> Any:
    """A fact as the engine takes it. What cannot be of that kind it refuses, and takes for not known."""
    if value is None:
        return rules.NOT_KNOWN
    if isinstance(value, Between):
        return rules.Between(value.low, value.high)
    if kind is Kind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return rules.NOT_KNOWN
    return value


_now: Mapping[str, tuple[Kept, ...]] | None = None


@remembered(DecisionTable)
def _read() -> Mapping[str, tuple[Kept, ...]]:
    found: dict[str, tuple[Kept, ...]] = {}
    for row in DecisionTable.objects.order_by("code", "-since"):
        found[row.code] = (*found.get(row.code, ()), Kept(row.since, _narrowed(table_of(row))))
    return found


def _narrowed(table: Table) -> Table:
    """The table with the values that answers can have; as it is where some rule asks for other ones."""
    narrow = table_facts.narrowed(table)
    return table if rules.faults(narrow) else narrow


decided_by(PREFIX, decide)
