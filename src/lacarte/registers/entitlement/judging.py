"""Is somebody entitled to a service? Yes, no, or it cannot be said yet – with the reasons and what is missing.

All requirements of a service must hold. A fact that nobody knows leaves its requirement open, and so does one
that the requirement cannot be compared with: neither is ever counted as a no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.eligibility import Verdict

Comparison = Requirement.Comparison
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Between:
    """A number of which only the bounds are known, such as the age of somebody whose year of birth is known."""

    low: float
    high: float


@dataclass(frozen=True)
class Grown(Between):
    """The age of somebody who was so old on an earlier day, by what was told then."""


@dataclass(frozen=True)
class Proof:
    """A kind of evidence that proves a fact: its code and its name ``{language: text}``."""

    code: str
    name: Mapping[str, str] = field(compare=False)


@dataclass(frozen=True)
class Rule:
    """One requirement as plain data; ``proofs`` are alternatives.

    ``asks``: of one that is open and whose fact nobody is asked for, the facts that would settle it, if any would.
    """

    code: str
    fact: str
    comparison: str
    value: Any
    text: Mapping[str, str]
    legal_basis: str = ""
    proofs: tuple[Proof, ...] = ()
    asks: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Decided:
    """Whether a requirement holds (``None``: not known yet), and then the facts that would settle it."""

    holds: bool | None
    asks: tuple[str, ...] = ()


#: Who decides about facts that nobody says, because something computes them, by how these begin.
_DECIDE: dict[str, Callable[[Rule, Facts], Decided]] = {}


def decided_by(prefix: str, decides: Callable[[Rule, Facts], Decided]) -> None:
    """Requirements of facts that begin with ``prefix`` are decided by somebody who says so where it is loaded."""
    _DECIDE[prefix] = decides


def is_computed(rule: Rule) -> bool:
    """Whether a requirement is of a fact that something computes."""
    return any(rule.fact.startswith(prefix) for prefix in _DECIDE)


@dataclass(frozen=True)
class Judgement:
    """What is known about one service: the requirements that hold, those that do not, and those left open."""

    holding: tuple[Rule, ...] = ()
    failing: tuple[Rule, ...] = ()
    open: tuple[Rule, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """No as soon as one requirement fails; yes when all hold, also when there are none."""
        if self.failing:
            return Verdict.NO
        return Verdict.OPEN if self.open else Verdict.YES

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that would settle it, each once; none where it is settled."""
        asked = (fact for rule in self.open for fact in ((rule.fact,) if rule.asks is None else rule.asks))
        return () if self.failing else tuple(dict.fromkeys(asked))

    @property
    def proofs(self) -> tuple[tuple[Proof, ...], ...]:
        """What has to be proved, each set of alternatives once; nothing for what failed."""
        return tuple(dict.fromkeys(rule.proofs for rule in (*self.holding, *self.open) if rule.proofs))


def judge(rules: Iterable[Rule], facts: Facts) -> Judgement:
    """Compare each of ``rules`` with what is known, ``{kind of fact: value}``."""
    some = tuple(rules)
    return sorted_out(some, [decided(rule, facts) for rule in some])


def decided(rule: Rule, facts: Facts) -> Decided:
    """Whether one requirement holds by what is known."""
    decides = next((one for prefix, one in _DECIDE.items() if rule.fact.startswith(prefix)), None)
    return decides(rule, facts) if decides else Decided(compare(rule, facts.get(rule.fact)))


def sorted_out(rules: Sequence[Rule], found: Sequence[Decided]) -> Judgement:
    """What follows for a service from what was decided about each of its requirements, in their order."""
    holding, failing, unsettled = [], [], []
    for rule, one in zip(rules, found, strict=True):
        match one.holds:
            case True:
                holding.append(rule)
            case False:
                failing.append(rule)
            case None:
                unsettled.append(replace(rule, asks=one.asks) if is_computed(rule) else rule)
    return Judgement(tuple(holding), tuple(failing), tuple(unsettled))


def compare(rule: Rule, value: Any) -> bool | None:
    """Whether ``value`` meets one requirement; ``None`` where it is not known or of another kind."""
    if value is None:
        return None
    if isinstance(value, Between):
        ends = {compare(rule, value.low), compare(rule, value.high)}
        exact = value.low == value.high or rule.comparison in (Comparison.AT_LEAST, Comparison.AT_MOST)
        return ends.pop() if exact and len(ends) == 1 else None
    match rule.comparison:
        case Comparison.IS:
            return _same(value, rule.value)
        case Comparison.IS_NOT:
            same = _same(value, rule.value)
            return None if same is None else not same
        case Comparison.ONE_OF:
            return _one_of(value, rule.value)
        case Comparison.AT_LEAST:
            return _in_order(rule.value, value)
        case Comparison.AT_MOST:
            return _in_order(value, rule.value)
    return None


def _same(value: Any, wanted: Any) -> bool | None:
    return value == wanted if _kind(value) is _kind(wanted) else None


def _one_of(value: Any, wanted: Any) -> bool | None:
    if not isinstance(wanted, Sequence) or isinstance(wanted, str):
        return None
    same = [_same(value, one) for one in wanted]
    return None if same and all(one is None for one in same) else any(same)


def _in_order(low: Any, high: Any) -> bool | None:
    """Whether two numbers or two days (ISO 8601) are in this order or equal."""
    if _kind(low) is _kind(high) is float:
        return bool(low <= high)
    days = _day(low), _day(high)
    return None if days[0] is None or days[1] is None else days[0] <= days[1]


def _kind(value: Any) -> type:
    """Numbers are of one kind, and true or false of another."""
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
