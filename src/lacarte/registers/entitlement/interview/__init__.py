"""Which question to ask next, so that the fewest are asked over all services of a list.

``engines.rules.asking`` weighs the questions; here the requirements that are open become what it weighs, and the
answers that are likely are those known of others in the city (``entitlement.interview.answers``), as counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import partial
from math import inf
from typing import Any

from lacarte.engines import rules
from lacarte.registers.entitlement import judging
from lacarte.registers.entitlement.interview import answers
from lacarte.registers.entitlement.judging import Between, Facts, Judgement, Rule
from lacarte.registers.entitlement.tables.asked_table import asked_by
from lacarte.registers.people.circumstances import FACTS, Datatype

#: How often answers are known, by kind of fact.
Counts = Mapping[str, Mapping[Any, float]]


def next_question(
    judged: Iterable[Judgement], facts: Facts, *, never: Collection[str] = (), counts: Counts | None = None
) -> str | None:
    """The fact to ask for next, over all of these services; ``None`` where no answer can matter any more.

    ``facts`` are what they were judged by; ``never`` are facts that were asked for and not told. What nobody has
    worded is not asked, and what has an answer is not asked again; of what only bounds are known it may be.
    ``counts`` stand for those of the city (``None``).
    """
    found = rules.best(worth(judged, facts, never=never, counts=counts))
    return found.fact if found else None


def worth(
    judged: Iterable[Judgement], facts: Facts, *, never: Collection[str] = (), counts: Counts | None = None
) -> list[rules.Worth]:
    """What each question that can matter may bring; see :func:`next_question`."""
    open_ = [(one, conditions_of(one, facts)) for one in judged if one.open and not one.failing]
    wanted = {fact for _, some in open_ for one in some for fact in one.missing}
    told = {fact for fact in wanted if facts.get(fact) is not None and not isinstance(facts[fact], Between)}
    untold = {*never, *told, *(fact for fact in wanted if fact not in FACTS)}
    asked_by: dict[str, list[Rule]] = {fact: [] for fact in wanted - untold}
    for one, _ in open_:
        for rule in one.open:
            for fact in (rule.fact,) if rule.asks is None else rule.asks:
                if fact in asked_by:
                    asked_by[fact].append(rule)
    if counts is None:
        counts = answers.counted() if asked_by else {}
    likely = {fact: _answers(fact, some, facts.get(fact), counts.get(fact)) for fact, some in asked_by.items()}
    return rules.worth_of([some for _, some in open_], likely, untold)


def still_asked(judged: Iterable[Judgement], facts: Facts, *, never: Collection[str] = ()) -> tuple[str, ...]:
    """All facts whose answers can still matter to one of these services, each once; see :func:`next_question`."""
    return tuple(one.fact for one in worth(judged, facts, never=never))


def conditions_of(judged: Judgement, facts: Facts) -> tuple[rules.Condition, ...]:
    """The open requirements of a service, as the engine asks "what if" of them."""
    return tuple(_condition(rule, facts) for rule in judged.open)


def _condition(rule: Rule, facts: Facts) -> rules.Condition:
    if rule.asks is None:
        values = _answers(rule.fact, [rule], facts.get(rule.fact), counts=None).values
        holds = partial(_met, rule)
        compared = any(holds(value) is not None for value in values)
        return rules.Test(rule.fact, holds, values) if compared else rules.Opaque(())
    asked = asked_by(rule)
    if asked is None:
        return rules.Opaque(rule.asks)
    found = rules.table_test(asked.table, asked.known(facts), asked.holds)
    return rules.Opaque(rule.asks) if isinstance(found, bool) else found


def _met(rule: Rule, value: Any) -> bool | None:
    return judging.compare(rule, value.isoformat() if isinstance(value, date) else value)


def _answers(fact: str, asking: Iterable[Rule], known: Any, counts: Mapping[Any, float] | None) -> rules.Answers:
    """The answers that these rules tell apart, a day as a day; of bounds that are ``known``, those inside."""
    kind = FACTS[fact].datatype if fact in FACTS else None
    match kind:
        case Datatype.BOOL:
            return rules.of_choices((True, False), counts)
        case Datatype.CHOICE:
            return rules.of_choices((key for key, _name in FACTS[fact].choices), counts)
        case Datatype.NUMBER:
            low, high = (known.low, known.high) if isinstance(known, Between) else (float(FACTS[fact].least), inf)
            return rules.of_numbers(_cuts(fact, asking), counts, low=low, high=high)
        case Datatype.DATE:
            found = rules.of_numbers(_cuts(fact, asking), counts, low=1.0, high=float(date.max.toordinal()))
            days = tuple(date.fromordinal(round(value)) for value in found.values)
            return rules.Answers(days, found.weights, found.counted)
    return rules.Answers((), (), counted=False)


def _cuts(fact: str, asking: Iterable[Rule]) -> set[float]:
    """The numbers, or days by their number, at which these rules tell answers apart."""
    found: set[float] = set()
    for rule in asking:
        if rule.asks is None:
            values = rule.value if isinstance(rule.value, list | tuple) else [rule.value]
            found.update(number for number in map(_number, values) if number is not None)
        elif (asked := asked_by(rule)) is not None:
            for cells in asked.table.cells:
                if cells.fact == fact:
                    found.update(cut.value for cut in cells.cuts)
    return found


def _number(value: Any) -> float | None:
    """A number, or the number of a day in ISO 8601; ``None`` for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return float(date.fromisoformat(value).toordinal())
    except (TypeError, ValueError):
        return None
