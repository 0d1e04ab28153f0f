"""What to ask next, for many services at once: the question from which most is to be expected.

Let S be the services that are open, each a set of conditions all of which must hold, and M(s) the facts on which
it depends whether s is granted. For a fact f with answers a, each of a share p(a) of all,

    settles(f) = sum over a of p(a) * |{s in S: s is settled once f is a}|
    spares(f)  = |union of M(s)| - sum over a of p(a) * |union of M(s) once f is a|

The first counts services that are yes or no after the answer; the second, facts that nobody has to ask for any
more, f itself among them. A service is settled as no by one condition that fails, so a question most people of
whom it is asked fail on comes early, and what only the last of many conditions asks for comes late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lacarte.engines.rules.conditions import Condition
from lacarte.engines.rules.likely import Answers

__all__ = ["Worth", "askable", "best", "worth_of"]


@dataclass(frozen=True)
class Worth:
    """What a question may bring: to how many open services it matters, and what is expected of its answer.

    ``settles`` services, ``spares`` questions, its own among them.
    """

    fact: str
    services: int
    settles: float
    spares: float


def askable(conditions: Sequence[Condition], never: Collection[str] = ()) -> tuple[str, ...]:
    """The facts, each once, whose answers can still matter to a service with these open conditions.

    ``never`` are facts that nobody will tell: what could only matter together with one of them does not.
    """
    if not any(not one.missing or never for one in conditions):
        return tuple(dict.fromkeys(fact for one in conditions for fact in one.missing))
    reached = [one.reach(never) for one in conditions]
    stuck = not all(one.can_hold for one in reached)
    facts = (fact for one in reached for fact in (one.matter_for_no if stuck else one.matter))
    return tuple(dict.fromkeys(facts))


def worth_of(
    services: Iterable[Sequence[Condition]], answers: Mapping[str, Answers], never: Collection[str] = ()
) -> list[Worth]:
    """What each question may bring, in the order in which they are first met; none that cannot matter.

    ``services`` are the open ones, each by its open conditions. A fact without ``answers`` settles nothing.
    """
    open_ = [_Service(tuple(one), askable(one, never)) for one in services]
    needed = Counter(fact for one in open_ for fact in one.missing)
    found = []
    for fact in needed:
        touched = [one for one in open_ if fact in one.missing]
        settles, spares = _expected(fact, touched, answers.get(fact), needed, never)
        found.append(Worth(fact, needed[fact], settles, spares))
    return found


def best(found: Iterable[Worth]) -> Worth | None:
    """The question to ask next: that settles most, then spares most, then matters to most, then was met first."""
    return max(found, key=lambda one: (round(one.settles, 9), round(one.spares, 9), one.services), default=None)


@dataclass(frozen=True)
class _Service:
    """An open service: its open conditions, and what may be asked for it."""

    conditions: tuple[Condition, ...]
    missing: tuple[str, ...]

    def given(self, fact: str, value: Any, never: Collection[str]) -> tuple[bool, tuple[str, ...]]:
        """Whether it is settled once a fact is known, and what may be asked for it then."""
        left: list[Condition] = []
        for one in self.conditions:
            found = one.given(fact, value) if fact in one.missing else one
            if found is False:
                return True, ()
            if not isinstance(found, bool):
                left.append(found)
        return not left, askable(left, never)


def _expected(
    fact: str,
    touched: Sequence[_Service],
    answers: Answers | None,
    needed: Mapping[str, int],
    never: Collection[str],
) -> tuple[float, float]:
    """``settles`` and ``spares`` of a fact, of the services that it matters to."""
    if answers is None or not answers.values:
        return 0.0, 1.0
    weights: dict[Any, float] = {}
    for value, weight in zip(answers.values, answers.weights, strict=True):
        told = tuple(one.given(fact, value, never) for one in touched)
        weights[told] = weights.get(told, 0.0) + weight if answers.counted else 1.0
    whole = sum(weights.values()) or 1.0
    settles = spares = 0.0
    for told, weight in weights.items():
        settles += weight / whole * sum(settled for settled, _left in told)
        spares += weight / whole * _spared(touched, told, needed)
    return settles, spares


def _spared(
    touched: Sequence[_Service], told: Sequence[tuple[bool, tuple[str, ...]]], needed: Mapping[str, int]
) -> int:
    dropped: Counter[str] = Counter()
    for one, (_settled, left) in zip(touched, told, strict=True):
        dropped.update(set(one.missing) - set(left))
    return sum(count == needed[fact] for fact, count in dropped.items())
