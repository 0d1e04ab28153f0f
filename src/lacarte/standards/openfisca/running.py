"""A country package's own tests, put through our requirements: passed, failed, or not expressible and why.

An expected number is two requirements, at least and at most, with the case's margin; anything else is one. What a
case does not say it takes as usual, so these requirements assume everything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core.commons import eval_expression

from lacarte.standards.openfisca.answering import Answers, ask_on_days
from lacarte.standards.openfisca.cases import (
    Case,
    Expected,
    InexpressibleError,
    expected_of,
    read_cases,
    situation_of,
)
from lacarte.standards.openfisca.populations import Population
from lacarte.standards.openfisca.requirements import EVERYTHING, Comparison, LawRequirement, requirement
from lacarte.standards.openfisca.situations import Facts, Situation, read_situation
from lacarte.standards.openfisca.spans import ETERNITY, read_span, span_of
from lacarte.standards.openfisca.systems import LawError, System, UnknownVariableError
from lacarte.standards.openfisca.values import is_choice

#: What a period is when a case names none.
_NO_PERIOD = "1970-01"
_MONTH = re.compile(r"\d{4}-\d{2}")


class Outcome(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    BEYOND = "not-expressible"


@dataclass(frozen=True)
class Result:
    """Of one case: ``why`` is empty where it passed; ``values`` is how many expected values it has."""

    file: Path
    name: str
    outcome: Outcome
    why: str = ""
    values: int = 0


def run_cases(law: System, path: Path) -> Iterator[Result]:
    """The result of each case of a file or folder. Raises ``TestFilesError``."""
    for case in read_cases(path):
        yield run_case(law, case)


def run_case(law: System, case: Case) -> Result:
    """One case, through the requirements."""
    try:
        situation = _evaluated(law, situation_of(law, case))
        expected = expected_of(law, case)
        period = str(case.said.get("period") or _NO_PERIOD)
        population, refused = read_situation(law, situation, period)
        if refused:
            raise InexpressibleError(f"its input is refused: {refused[0]}")
        wrong = list(_wrong(law, case, expected, _of_all(population)))
        if wrong and (why := _says_nothing(law, case, expected)):
            raise InexpressibleError(f"{why}; {wrong[0]}")
    except (InexpressibleError, UnknownVariableError) as error:
        return Result(case.file, case.name, Outcome.BEYOND, str(error))
    except LawError as error:
        return Result(case.file, case.name, Outcome.FAILED, str(error))
    outcome = Outcome.FAILED if wrong else Outcome.PASSED
    return Result(case.file, case.name, outcome, "; ".join(wrong[:3]), len(expected))


def count(results: Iterable[Result]) -> dict[str, int]:
    """How many cases there are of each outcome, and how many values those that passed have."""
    counted = Counter({outcome.value: 0 for outcome in Outcome})
    values = 0
    for result in results:
        counted[result.outcome.value] += 1
        values += result.values if result.outcome is Outcome.PASSED else 0
    return {**counted, "values": values}


def _of_all(population: Population) -> Population:
    """A fact that a case says of somebody it says of all: of the others it is the usual value."""
    said = {key: replace(fact, known=np.ones_like(fact.known)) for key, fact in population.facts.items()}
    return replace(population, facts=said)


def _wrong(law: System, case: Case, expected: Sequence[Expected], population: Population) -> Iterator[str]:
    """What is not as expected, in words."""
    asked: list[tuple[Expected, tuple[LawRequirement, ...], int | None, date]] = []
    for one in expected:
        kind, day = _when(law, one)
        for each, row in _rows(law, one, population):
            asked.append((each, _requirements(law, case, each, kind), row, day))
    pairs = [(each, day) for _, some, _, day in asked for each in some]
    answers = iter(ask_on_days(law, pairs, population, loops=int(case.said.get("max_spiral_loops") or 1)))
    for one, some, row, _ in asked:
        yield from _compared(one, [next(answers) for _ in some], row)


def _compared(one: Expected, answers: Sequence[Answers], row: int | None) -> Iterator[str]:
    rows = range(len(answers[0].names)) if row is None else [row]
    for at in rows:
        if not all(bool(each.holds[at]) for each in answers):
            value = answers[0].value_of(at)
            yield f"{one.variable} of {one.period} is {value} for {answers[0].names[at]}, not {one.value}"


def _rows(law: System, one: Expected, population: Population) -> Iterator[tuple[Expected, int | None]]:
    """A list is a value each; a name is one row; else all rows are meant."""
    names = population.names(str(law.variable(one.variable).entity.key))
    if one.who:
        if one.who not in names:
            raise InexpressibleError(f"“{one.who}” is nobody in its input")
        yield one, names.index(one.who)
    elif isinstance(one.value, list):
        if len(one.value) not in (1, len(names)):
            raise InexpressibleError(f"it expects {len(one.value)} values of {one.variable} for {len(names)}")
        values = one.value if len(one.value) == len(names) else one.value * len(names)
        yield from ((replace(one, value=value), row) for row, value in enumerate(values))
    else:
        yield one, None


def _when(law: System, one: Expected) -> tuple[str, date]:
    """The kind of period that is asked for, and its first day."""
    variable = law.variable(one.variable)
    own = str(variable.definition_period)
    if one.period is None:
        raise InexpressibleError(f"it does not say for which period {one.variable} is expected")
    try:
        span = read_span(str(one.period))
    except ValueError as error:
        raise InexpressibleError(str(error)) from error
    if str(span.unit) == ETERNITY:
        if own != ETERNITY:
            raise InexpressibleError(f"it expects {one.variable} for ever, which is known by the {own}")
        return ETERNITY, date.fromisoformat(_NO_PERIOD + "-01")
    day = date(span.start.year, span.start.month, span.start.day)
    if own == ETERNITY:
        return ETERNITY, day
    if str(span.unit) != own or span.size != 1 or span_of(own, day) != span:
        raise InexpressibleError(f"it expects {one.variable} of {one.period}, which is known by the {own}")
    return own, day


def _requirements(law: System, case: Case, one: Expected, kind: str) -> tuple[LawRequirement, ...]:
    variable = law.variable(one.variable)
    value = _named(variable, _expression(one.value))
    if isinstance(value, bool) and variable.value_type is not bool:
        value = int(value)
    if variable.value_type not in (int, float):
        return (_required(law, one.variable, Comparison.IS, value, kind),)
    if isinstance(value, str):
        raise InexpressibleError(f"“{value}” is no number, as {one.variable} is")
    low, high = _bounds(case, one.variable, float(value))
    wanted = _required(law, one.variable, Comparison.AT_LEAST, 0, kind)
    return (
        replace(wanted, threshold=low),
        replace(wanted, comparison=Comparison.AT_MOST, threshold=high),
    )


def _says_nothing(law: System, case: Case, expected: Sequence[Expected]) -> str:
    """Why a case cannot fail: of true and false a margin of 1 allows both. Empty where it can."""
    for one in expected:
        margins = [_margin(case, kind, one.variable) for kind in ("absolute", "relative")]
        allowed = min((margin for margin in margins if margin is not None), default=0)
        if law.variable(one.variable).value_type is not bool or allowed < 1:
            return ""
    return "its margin allows both true and false"


def _required(law: System, variable: str, comparison: Comparison, value: Any, kind: str) -> LawRequirement:
    try:
        return requirement(law.package, variable, comparison, value, period=kind, assumed=(EVERYTHING,))
    except UnknownVariableError:
        raise
    except LawError as error:
        raise InexpressibleError(str(error)) from error


def _bounds(case: Case, variable: str, value: float) -> tuple[float, float]:
    """The least and the most that the case allows, in 32 bits as OpenFisca compares; both margins must hold."""
    absolute, relative = (_margin(case, kind, variable) for kind in ("absolute", "relative"))
    if absolute is None and relative is None:
        absolute = 0.0
    margins = [absolute] if absolute is not None else []
    margins += [abs(relative * value)] if relative is not None else []
    exact = np.float32(value)
    margin = np.float32(min(margins))
    return float(exact - margin), float(exact + margin)


def _margin(case: Case, kind: str, variable: str) -> float | None:
    said = case.said.get(f"{kind}_error_margin")
    if isinstance(said, Mapping):
        said = said.get(variable, said.get("default"))
    return None if said is None else float(said)


def _expression(value: Any) -> Any:
    """A sum written as a text, such as ``600 * 2 - 5``, as its number; any other text as it is."""
    found = eval_expression(value) if isinstance(value, str) else value
    return found.item() if isinstance(found, np.ndarray | np.generic) else found


def _evaluated(law: System, situation: Situation) -> Situation:
    """Cases write numbers as sums, choices by their place and days as months; our facts are plain values."""

    def facts(said: Facts) -> Facts:
        return {name: _fact(law, name, value) for name, value in said.items()}

    groups = {
        kind: {name: replace(group, facts=facts(group.facts)) for name, group in named.items()}
        for kind, named in situation.groups.items()
    }
    return Situation({name: facts(said) for name, said in situation.people.items()}, groups)


def _fact(law: System, name: str, value: Any) -> Any:
    variable = law.rules.get_variable(name)
    if isinstance(value, dict):
        return {period: _fact(law, name, one) for period, one in value.items()}
    if variable is None:
        return value
    if variable.value_type in (int, float):
        value = _expression(value)
        return int(value) if isinstance(value, bool) else value
    if variable.value_type is date and isinstance(value, str) and _MONTH.fullmatch(value):
        return f"{value}-01"
    return _named(variable, value)


def _named(variable: Any, value: Any) -> Any:
    """Of a choice that is written by its place, the name."""
    if not is_choice(variable) or not isinstance(value, int):
        return value
    names = [item.name for item in variable.possible_values]
    return names[value] if 0 <= value < len(names) else value
