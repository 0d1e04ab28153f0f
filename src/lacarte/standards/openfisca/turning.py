"""Whether what is missing could change an answer: the law is computed again with other values in its place.

Where everything that is missing has few values and is missing of one person, all of them are tried; an answer that
is always the same is settled, and no longer open. Numbers and days cannot all be tried: a change proves that the
answer can change, no change proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Any

import numpy as np

from lacarte.standards.openfisca.answering import Answers, run
from lacarte.standards.openfisca.populations import Bools, Key, Known, Population
from lacarte.standards.openfisca.requirements import LawRequirement
from lacarte.standards.openfisca.systems import System
from lacarte.standards.openfisca.values import Values, array_of, finite

#: So many ways to fill in what is missing are all tried; where there are more, no answer is settled.
MOST = 64
_NUMBERS = (0, 1, 100, 1_000, 10_000, 100_000)
_YEARS_AGO = (1, 5, 16, 20, 40, 64, 70, 90)


@dataclass(frozen=True, eq=False)
class Turned:
    """``answers`` with what is settled; ``turns`` (``bool[n]``): some try changed it; and how many tries."""

    answers: Answers
    turns: Bools
    tries: int


def turn(law: System, answers: Answers, population: Population, on: date) -> Turned:
    """Try other values for what is missing of ``answers``, for everybody at once.

    ``population`` and ``on`` are those that it was asked with. Raises ``LawError`` where a formula fails.
    """
    keys = list(answers.missing)
    stand_in = _with_room(law, population, keys)
    turns: Bools = np.zeros(len(answers.names), dtype=bool)
    choices = [finite(law.variable(name)) for name, _ in keys]
    few = all(one is not None for one in choices) and 0 < prod(len(one or ()) for one in choices) <= MOST
    held: Bools = np.ones(len(answers.names), dtype=bool)
    tries = list(_all_ways(law, keys)) if few else list(_some_ways(law, keys, on))
    for values in tries:
        again = _again(law, answers.asked, stand_in.filled(values), on)
        # Other values may lead the law to ask for more, which was not tried.
        held &= ~again.open
        turns |= again.holds != answers.holds
    lone: Bools = np.ones(len(answers.names), dtype=bool)
    for lacking in answers.missing.values():
        lone &= lacking.first == lacking.last
    settled = held & lone & ~turns if few else np.zeros_like(turns)
    return Turned(replace(answers, settled=settled), turns & answers.open, len(tries))


def _again(law: System, asked: LawRequirement, population: Population, on: date) -> Answers:
    return run(law, [(asked, on)], population, True).answers[0]


def _with_room(law: System, population: Population, keys: Sequence[Key]) -> Population:
    """With an entry for each fact that nobody said anything about."""
    facts = dict(population.facts)
    for name, period in keys:
        variable = law.variable(name)
        count = len(population.names(str(variable.entity.key)))
        if (name, period) not in facts:
            usual = np.asarray(variable.default_array(count))
            facts[name, period] = Known(usual, np.zeros(count, dtype=bool))
    return replace(population, facts=facts)


def _all_ways(law: System, keys: Sequence[Key]) -> Iterator[dict[Key, Values]]:
    for values in product(*(finite(law.variable(name)) or () for name, _ in keys)):
        yield {key: _array(law, key, value) for key, value in zip(keys, values, strict=True)}


def _some_ways(law: System, keys: Sequence[Key], on: date) -> Iterator[dict[Key, Values]]:
    """Each fact alone, and all together, at every value that is tried."""
    sought = {key: _candidates(law.variable(key[0]), on) for key in keys}
    for key, values in sought.items():
        for value in values:
            yield {key: _array(law, key, value)}
    if len(keys) > 1:
        for number in range(max(map(len, sought.values()), default=0)):
            yield {key: _array(law, key, values[number % len(values)]) for key, values in sought.items()}


def _array(law: System, key: Key, value: Any) -> Values:
    return array_of(law.variable(key[0]), np.asarray([value], dtype=object))


def _candidates(variable: Any, on: date) -> Sequence[Any]:
    if (few := finite(variable)) is not None:
        return few
    if variable.value_type is date:
        return [on - timedelta(days=round(365.25 * years)) for years in _YEARS_AGO]
    return _NUMBERS if variable.value_type in (int, float) else ("",)
