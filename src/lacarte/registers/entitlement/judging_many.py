"""The judgement of many persons at once: of each the same as :func:`~lacarte.registers.entitlement.judging.judge`.

A requirement is compared once with each different value of its fact, not once with each person; a table decides a
whole column. What neither can do, such as the law, is asked person by person, and only of those for whom nothing
else has said no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines import rules as engine
from lacarte.engines.rules import Batch, Compiled, Kind
from lacarte.kernel import clock
from lacarte.registers.entitlement import tables
from lacarte.registers.entitlement.judging import Comparison, Rule, compare, is_computed, judge
from lacarte.registers.entitlement.knowing import Known, facts_of_one
from lacarte.registers.menu.eligibility import Verdict

Signs = npt.NDArray[np.int8]
#: How a verdict, or whether a requirement holds, is written in an array.
YES, OPEN, NO = 1, 0, -1
_SIGN = {True: YES, False: NO, None: OPEN}
_OF_VERDICT = {Verdict.YES: YES, Verdict.OPEN: OPEN, Verdict.NO: NO}
#: With fewer values than this a comparison one by one is as fast.
_FEW = 32


@dataclass(frozen=True, eq=False)
class _ByTable:
    """A requirement that a table decides, as the table that answers just that."""

    rule: Rule
    table: Compiled
    one_hit: bool


class Judging:
    """Requirements by service type, ready for slice after slice of persons; the tables are those of today."""

    def __init__(self, rules: Mapping[int, Sequence[Rule]]) -> None:
        self._rules = {service: tuple(some) for service, some in rules.items()}
        self._by_table: dict[Rule | str, _ByTable | None] = {}
        self._batches: list[tuple[dict[str, Kind], list[_ByTable]]] = []
        for some in self._rules.values():
            for rule in some:
                self._add(rule)
        self._ready = [Batch([one.table for one in group]) for _kinds, group in self._batches]

    def _add(self, rule: Rule) -> None:
        if not rule.fact.startswith(tables.PREFIX) or _key(rule) in self._by_table:
            return
        found = _table_of(rule)
        self._by_table[_key(rule)] = found
        if found is None:
            return
        kinds = {cells.fact: cells.kind for cells in found.table.cells}
        for known, group in self._batches:
            if all(known.get(fact, kind) is kind for fact, kind in kinds.items()):
                known |= kinds
                group.append(found)
                return
        self._batches.append((dict(kinds), [found]))

    def verdicts(self, facts: Mapping[str, Known], count: int) -> dict[int, Signs]:
        """For each service type ``int8[count]``: :data:`YES`, :data:`OPEN` or :data:`NO`."""
        decided = self._decided(facts, count)
        known: dict[str, Signs] = {}
        return {service: _judged(some, facts, count, decided, known) for service, some in self._rules.items()}

    def _decided(self, facts: Mapping[str, Known], count: int) -> dict[str, Signs]:
        """What the tables say of each requirement that they decide."""
        nothing = np.zeros(count, dtype=np.int8)
        found = {str(key): nothing for key, one in self._by_table.items() if one is None}
        for (kinds, group), batch in zip(self._batches, self._ready, strict=True):
            columns = {fact: _column(fact, kind, facts[fact]) for fact, kind in kinds.items() if fact in facts}
            for one, told in zip(group, batch.decide(columns, count), strict=True):
                signs = [_sign(one, said) for said in told.sayings]
                holds = np.array([*signs, OPEN], dtype=np.int8).take(told.said)
                holds[told.contradicts] = OPEN
                found[_key(one.rule)] = holds
        return found


def _key(rule: Rule) -> str:
    """What a table is asked by a requirement; several may ask the same."""
    return repr((rule.fact, rule.comparison, rule.value))


def _table_of(rule: Rule) -> _ByTable | None:
    """``None`` where no table of today answers: then the requirement is open."""
    code, _dot, output = rule.fact.removeprefix(tables.PREFIX).rpartition(".")
    kept = tables.in_force(code, clock.now().date())
    if kept is None or output not in [one.name for one in kept.table.outputs]:
        return None
    return _ByTable(rule, tables.asked(kept, rule, output), kept.table.hit_policy in tables.ONE_HIT)


def _column(fact: str, kind: Kind, known: Known) -> engine.Column:
    """A fact as the engine takes it: each different value once, then each person's."""
    values = [*(tables.known(kind, value) for value in known.values), engine.NOT_KNOWN]
    each, _refused = engine.column(fact, kind, values)
    at = known.at
    high, null = each.high, each.null
    return engine.Column(
        kind,
        each.low.take(at),
        None if high is None else high.take(at),
        None if null is None else null.take(at),
        each.words,
    )


def _sign(one: _ByTable, saying: Any) -> int:
    """Whether a requirement holds by what its table says."""
    (said,) = saying if saying is not None and len(saying) == 1 else (None,)
    if one.one_hit:
        return _SIGN[said if isinstance(said, bool) else None]
    return _SIGN[compare(one.rule, said.isoformat() if isinstance(said, date) else said)]


def _judged(
    rules: Iterable[Rule],
    facts: Mapping[str, Known],
    count: int,
    decided: Mapping[str, Signs],
    compared: dict[str, Signs],
) -> Signs:
    """``compared`` remembers what one service asked for the next."""
    verdict = np.full(count, YES, dtype=np.int8)
    computed = []
    for rule in rules:
        key = _key(rule)
        if rule.fact.startswith(tables.PREFIX):
            verdict = np.minimum(verdict, decided[key])
        elif is_computed(rule):
            computed.append(rule)
        else:
            if key not in compared:
                compared[key] = _compared(rule, facts.get(rule.fact), count)
            verdict = np.minimum(verdict, compared[key])
    for person in np.flatnonzero(verdict != NO).tolist() if computed else ():
        said = _OF_VERDICT[judge(computed, facts_of_one(facts, person)).verdict]
        verdict[person] = min(verdict[person], said)
    return verdict


def _compared(rule: Rule, known: Known | None, count: int) -> Signs:
    if known is None:
        return np.zeros(count, dtype=np.int8)
    each = np.zeros(len(known.values) + 1, dtype=np.int8)  # the last is of those of whom nothing is known
    by_hand = np.ones(len(known.values), dtype=np.bool_)
    if len(known.values) > _FEW and rule.comparison in _ORDERED and _is_number(rule.value):
        numbers = known.numbers
        by_hand = np.isnan(numbers)
        holds = numbers >= rule.value if rule.comparison == Comparison.AT_LEAST else numbers <= rule.value
        each[:-1] = np.where(holds, YES, NO)
    for at in np.flatnonzero(by_hand).tolist():
        each[at] = _SIGN[compare(rule, known.values[at])]
    return each.take(known.at)


_ORDERED = (Comparison.AT_LEAST, Comparison.AT_MOST)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 2**53
