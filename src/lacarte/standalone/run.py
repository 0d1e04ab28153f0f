"""A match of two files from beginning to end: candidates, the optimum and its proof, reasons, comparison."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching import Certificate, Result, certify, solve
from lacarte.engines.matching.baselines import in_turn
from lacarte.engines.matching.candidates.build import Candidates, candidates, widen
from lacarte.engines.matching.capacity.growth import Growth, where_next
from lacarte.engines.matching.certify import evaluate, lower_bound, served_by_class
from lacarte.engines.matching.explanation.cards import Cards, cards
from lacarte.engines.matching.explanation.counterfactuals import Possible
from lacarte.engines.matching.explanation.explain import Explanations, explain
from lacarte.engines.matching.fairness.balance import Balance, balanced
from lacarte.engines.matching.problem import Problem
from lacarte.standalone.faults import FaultError
from lacarte.standalone.inputs import Inputs
from lacarte.standalone.stopping import Stopping
from lacarte.standalone.words import TIME

__all__ = ["Matched", "Solved", "Usual", "completed", "match", "over_all_pairs", "problem_of_rounds"]

Say = Callable[[str], None]
Small = npt.NDArray[np.int32]
#: Units of capacity whose best places are told.
UNITS = 10
#: What an offer without a free place costs in the usual ways: more than any way there is.
_NEVER = 2**40
#: Candidates beyond somebody's own limits that are looked at.
_BEYOND = 16


@dataclass(frozen=True)
class Usual:
    """How many the usual way serves of each class, and what it costs."""

    served_by_class: dict[int, int]
    cost: int


@dataclass(frozen=True, eq=False)
class Matched:
    """A match and all that is told about it.

    ``rounds`` is how often it was solved. The certificate is over the candidates that were kept; ``gap_of_all``
    is how far the match may be from the best of all pairs that no rule forbids, ``None`` where that is not
    known. ``stopped``: it was ended before it was shown to be as good as ``tolerance`` asks. ``told`` and
    ``growth`` are missing where the match is not the best in its classes. ``balance`` says what balancing changed
    where that was asked for; after it there were ``balanced_rounds`` more. ``seconds`` are wall-clock times of the
    steps.
    """

    inputs: Inputs
    found: Candidates
    result: Result
    certificate: Certificate
    cards: Cards
    rounds: int
    gap_of_all: int | None
    stopped: bool
    tolerance: float
    first_come: Usual
    by_class: Usual
    told: Explanations | None = None
    growth: Growth | None = None
    balance: Balance | None = None
    balanced_rounds: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def problem(self) -> Problem:
        """The problem that was solved."""
        return self.found.problem

    @property
    def unbalanced(self) -> bool:
        """Was it to be balanced, and ended before?"""
        return bool(self.inputs.balance) and self.balance is None

    def in_a_line(self) -> str:
        """Who is served, how good that is proved to be, and what went wrong."""
        served, needs = int((self.result.assignment >= 0).sum()), len(self.result.assignment)
        gap = self.gap_of_all
        proved = "proved optimal" if gap == 0 else f"at most {gap} s from the optimum"
        if gap is None:
            proved = f"at most {self.result.gap} s from the best of the candidates kept"
        if self.balance is not None:
            proved = f"balanced by {self.inputs.balance}, {proved} for those whom that puts first"
        rejected = len({(one.file, one.line) for one in self.inputs.rejects})
        rest = f"; {rejected} row{'s' if rejected > 1 else ''} left out, see rejects.csv" if rejected else ""
        ends = (self.stopped, ", stopped early"), (self.unbalanced, ", stopped before it was balanced")
        how = "".join(words for so, words in ends if so)
        return f"{served} of {needs} needs matched, {proved}{how}{rest}."


def match(inputs: Inputs, tolerance: float = 1e-6, threads: int = 2, say: Say = lambda _: None) -> Matched:
    """Match ``inputs``, prove it, explain it, and compare it with what is usual.

    The first Ctrl-C while it solves ends with the best certified match so far, the second at once. Raises
    :class:`FaultError` where costs or levels are too large to be exact.
    """
    clock = _Clock()
    with _as_faults():
        found = candidates(inputs.needs, inputs.offers, inputs.rules, threads, say)
        clock.stop("candidates")
        with Stopping(say) as stopping:
            best = _solved(found, tolerance, threads, stopping)
            if inputs.balance and not stopping.asked:
                best = _balanced(inputs, best, tolerance, threads, stopping)
        clock.stop("solving")
    return completed(inputs, best, tolerance, say, clock)


def problem_of_rounds(
    inputs: Inputs, tolerance: float, threads: int, rounds: tuple[int, int], say: Say
) -> tuple[Candidates, Balance | None]:
    """The candidates that a match solved last, found again, and what balancing changed.

    There were so many ``rounds`` in all, and so many after balancing.
    """

    def certified(problem: Problem) -> Result:
        result = solve(problem, tolerance=tolerance, threads=threads)
        if certify(problem, result).gap > tolerance * result.cost:
            raise ValueError("what it was balanced from is not the best there is")
        return result

    with _as_faults():
        found = candidates(inputs.needs, inputs.offers, inputs.rules, threads, say)
        found, balance = _widened(found, tolerance, threads, rounds[0]), None
        if inputs.balance:
            say("balancing again")
            found, balance = balanced(found, inputs.group, certified)
            found = _widened(found, tolerance, threads, rounds[1])
        return found, balance


def _widened(found: Candidates, tolerance: float, threads: int, rounds: int) -> Candidates:
    for done in range(1, rounds):
        wider = widen(found, solve(found.problem, tolerance=tolerance, threads=threads).price)
        if wider is found:
            raise FaultError(f"after round {done} nothing was left to add, so that there was no round {rounds}")
        found = wider
    return found


@dataclass(frozen=True, eq=False)
class Solved:
    """A match, and how it came about."""

    found: Candidates
    result: Result
    rounds: int
    gap_of_all: int | None
    balance: Balance | None = None
    balanced_rounds: int = 0


def completed(inputs: Inputs, best: Solved, tolerance: float, say: Say, clock: _Clock | None = None) -> Matched:
    """Check a match with code that does not trust the solver, and add all that is told about it.

    Whether it was stopped follows from what is proved, so that nobody has to be believed. Raises
    ``ValueError`` where the certificate does not hold.
    """
    clock = clock or _Clock()
    found, result = best.found, best.result
    certificate = certify(found.problem, result)
    say(f"certified: at most {certificate.gap} from the best there is")
    say("explaining")
    told = _told(inputs, found, result)
    clock.stop("explaining")
    say("comparing with first come, first served")
    arrival = inputs.arrival
    level = replace(found.problem, order=inputs.needs.order).level[arrival]  # whatever was balanced
    first_come = _usual(found, arrival)
    by_class = _usual(found, arrival[np.argsort(level, kind="stable")])
    clock.stop("comparing")
    growth = None
    if told is not None:
        say("looking where the next unit helps most")
        growth = where_next(found.problem, result, UNITS)
    clock.stop("growth")
    stopped = told is None or not _near(best.gap_of_all, result, tolerance)
    return Matched(
        inputs, found, result, certificate, told.cards if told else cards(found.problem, result),
        best.rounds, best.gap_of_all, stopped, float(tolerance), first_come, by_class, told, growth, best.balance,
        best.balanced_rounds, clock.seconds,
    )  # fmt: skip


def _near(gap_of_all: int | None, result: Result, tolerance: float) -> bool:
    """Is the match proved to be as near to the best of all pairs as was asked for?"""
    return gap_of_all is not None and gap_of_all <= tolerance * result.cost


def over_all_pairs(found: Candidates, result: Result) -> tuple[Candidates, int | None]:
    """The candidates with those added that would help, and how far ``result`` is from the best of all pairs.

    Each need gets, of the pairs that were left out, the best at these prices, so that the bound with them holds
    for all pairs. Nothing is known where they make a step of urgency larger.
    """
    wider = widen(found, result.price)
    if wider is found:
        return found, result.gap
    if wider.problem.step != found.problem.step:
        return wider, None
    return wider, result.objective - lower_bound(wider.problem, result.price)


def _solved(found: Candidates, tolerance: float, threads: int, stopping: Stopping) -> Solved:
    """Solve until what was left out could not help more than ``tolerance`` allows, or until somebody stops it.

    It ends by itself: each round adds pairs, and there are only so many. Two to four rounds are usual.
    """
    last: Solved | None = None
    for rounds in count(1):
        result = solve(found.problem, tolerance=tolerance, threads=threads, progress=stopping.progress)
        if stopping.at_once:
            raise KeyboardInterrupt
        if stopping.interrupted:
            return last or _stopped(found, result)
        wider, gap = over_all_pairs(found, result)
        last = Solved(found, result, rounds, gap)
        if stopping.asked or _near(gap, result, tolerance) or (gap is not None and gap <= result.gap):
            break
        found = wider
        stopping.say(f"round {rounds + 1}: {len(found.problem.candidate_offer)} candidates")
    assert last is not None
    return last


def _balanced(inputs: Inputs, best: Solved, tolerance: float, threads: int, stopping: Stopping) -> Solved:
    """The match ``best`` balanced; itself where somebody stops that."""

    def exact(problem: Problem) -> Result:
        if problem is best.found.problem:
            return best.result
        result: Result = solve(problem, tolerance=tolerance, threads=threads, progress=stopping.progress)
        if stopping.asked:  # it may not be the best there is
            raise KeyboardInterrupt
        return result

    stopping.say(f"balancing by {inputs.balance}")
    try:
        found, balance = balanced(best.found, inputs.group, exact)
        again = _solved(found, tolerance, threads, stopping)
    except KeyboardInterrupt:
        if stopping.at_once:
            raise
        return best
    if stopping.asked:
        return best
    return replace(again, rounds=best.rounds, balance=balance, balanced_rounds=again.rounds)


def _stopped(found: Candidates, result: Result) -> Solved:
    """The better of what the solver had and what a queue gives, under the prices that the solver had."""
    problem = found.problem
    turn = np.argsort(problem.level, kind="stable")
    assignment = in_turn(problem, turn)
    cost, objective = evaluate(problem, assignment)
    if objective < result.objective:
        result = replace(
            result, assignment=assignment, cost=cost, objective=objective, gap=objective - result.bound,
            served_by_class=served_by_class(problem, assignment),
        )  # fmt: skip
    return Solved(found, result, 1, over_all_pairs(found, result)[1])


def _told(inputs: Inputs, found: Candidates, result: Result) -> Explanations | None:
    """Everybody's explanation; none where the match was stopped before it was the best in its classes."""
    parts = found.parts(slice(None))
    time = parts.travel + parts.wait
    named = {TIME: time, "language": parts.language, "mode": parts.mode, "offer": parts.offer}
    try:
        return explain(found.problem, result, _beyond(inputs, found, result), parts=named)
    except ValueError:
        if result.gap == 0:
            raise
        return None


def _beyond(inputs: Inputs, found: Candidates, result: Result) -> Possible | None:
    """What the unserved could have if they went farther or spoke another language; nothing without such limits."""
    rows = np.flatnonzero(result.assignment < 0)
    needs, rules = inputs.needs, inputs.rules
    limited = np.isfinite(needs.reach[rows]).any() or rules.language_misfit is None
    if not (limited and len(rows)):
        return None
    some = {name: getattr(needs, name)[rows] for name in needs.__dataclass_fields__}
    some["reach"] = np.full(len(rows), np.inf)
    loose = replace(rules, language_misfit=rules.language_misfit or 0, most=_BEYOND, needs_a_unit=0.0)
    wider = candidates(replace(needs, **some), inputs.offers, loose, found.threads).problem
    many = np.zeros(len(needs), dtype=np.int64)
    many[rows] = np.diff(wider.candidate_start)
    start = np.concatenate([[0], np.cumsum(many)])
    return Possible(start, wider.candidate_offer, wider.candidate_cost)


def _usual(found: Candidates, turn: npt.NDArray[np.int64]) -> Usual:
    """Who is served where everybody in turn takes the cheapest offer with a free place and keeps it.

    Nobody waits here only because few candidates are kept: where places stay free that an unserved need may use,
    those are added for it and all begin anew.
    """
    truncated = found.truncated
    while True:
        problem = found.problem
        assignment = in_turn(problem, turn)
        used = np.bincount(assignment[assignment >= 0], minlength=len(problem.capacity))
        asking = replace(found, truncated=truncated & (assignment < 0))
        found = widen(asking, np.where(used < problem.capacity, 0, _NEVER).astype(np.int64))
        if found is asking:
            return Usual(served_by_class(problem, assignment), evaluate(problem, assignment)[0])


class _Clock:
    """How long each step took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.monotonic()

    def stop(self, step: str) -> None:
        now = time.monotonic()
        self.seconds[step] = round(now - self._since, 3)
        self._since = now


@contextmanager
def _as_faults() -> Iterator[None]:
    """What the engine refuses is a fault of the files."""
    try:
        yield
    except ValueError as error:
        raise FaultError(f"this cannot be matched exactly: {error}") from error
