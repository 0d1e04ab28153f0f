"""Small bundle problems to proven optimality: CP-SAT, class by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from lacarte.engines.matching.bundles.problem import REQUIRED, BundleProblem
from lacarte.engines.matching.bundles.value import served_in

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Exact:
    """The best answer found, and whether the search was complete."""

    choice: Ints  # [parts], candidate or -1
    proven: bool


def solve_exact(
    problem: BundleProblem, start: Ints, effort: float, seed: int, at_most: dict[int, int] | None = None
) -> Exact:
    """Serve as many as possible of the most urgent class, then of the next, …; then the least objective.

    ``start`` (``int64[parts]``) is an answer to begin with; ``effort`` bounds each of these searches, in
    CP-SAT's deterministic seconds, so that the same input gives the same output on every machine.
    ``at_most`` (see ``BundleResult.served_at_most``) spares the search where ``start`` is as good already.
    """
    model = _Model(problem)
    choice = start
    for rank in np.unique(problem.priority_class).tolist():
        mine = np.flatnonzero(problem.priority_class == rank)
        goal = sum(model.served[b] for b in mine)
        if at_most is None or _served_up_to(problem, choice, rank) < at_most[rank]:
            found = model.solve(choice, effort, seed, most=goal)
            if not found.proven:
                return found
            choice = found.choice
        model.add(goal == int(served_in(problem, choice)[mine].sum()))
    return model.solve(choice, effort, seed, least=model.objective)


def _served_up_to(problem: BundleProblem, choice: Ints, rank: int) -> int:
    return int(served_in(problem, choice)[problem.priority_class <= rank].sum())


class _Model:
    """Bundles, parts and candidates as Boolean variables."""

    def __init__(self, problem: BundleProblem) -> None:
        self.problem, self.model = problem, cp_model.CpModel()
        self.add = self.model.add
        self.served = [self.model.new_bool_var("") for _ in problem.priority_class]
        self.taken = [self.model.new_bool_var("") for _ in problem.candidate_lot]
        self.skipped = [self.model.new_bool_var("") if c >= 0 else None for c in problem.skip_cost]
        self.saved: list[tuple[int, Any, int, list[int]]] = []  # saving, variable, candidate, what goes with it
        self._parts()
        self._lots()
        for b in range(len(self.served)):
            for r in range(problem.rule_start[b], problem.rule_start[b + 1]):
                self._rule(b, r)
        self.objective = (
            sum(int(c) * x for c, x in zip(problem.candidate_cost, self.taken, strict=True))
            + sum(int(c) * x for c, x in zip(problem.skip_cost, self.skipped, strict=True) if x is not None)
            + sum(int(u) * (1 - y) for u, y in zip(problem.penalty, self.served, strict=True))
            - sum(saving * z for saving, z, _, _ in self.saved)
        )

    def _candidates(self, part: int) -> range:
        return range(self.problem.candidate_start[part], self.problem.candidate_start[part + 1])

    def _left_out(self, part: int) -> Any:
        """1 where a part that may be left out is."""
        return 0 if self.skipped[part] is None else self.skipped[part]

    def _parts(self) -> None:
        """A served bundle takes one candidate for each part, or leaves it out; never all of them."""
        problem = self.problem
        for b, y in enumerate(self.served):
            parts = range(problem.part_start[b], problem.part_start[b + 1])
            for p in parts:
                ways = [self.taken[c] for c in self._candidates(p)]
                self.add(sum(ways) + self._left_out(p) == y)
            if all(self.skipped[p] is not None for p in parts):
                self.add(sum(self.taken[c] for p in parts for c in self._candidates(p)) >= y)

    def _lots(self) -> None:
        order = np.argsort(self.problem.candidate_lot, kind="stable")
        first = np.searchsorted(self.problem.candidate_lot[order], np.arange(len(self.problem.capacity) + 1))
        for j, capacity in enumerate(self.problem.capacity.tolist()):
            asked = order[first[j] : first[j + 1]].tolist()
            if len(asked) > capacity:
                self.add(sum(self.taken[c] for c in asked) <= capacity)

    def _rule(self, b: int, r: int) -> None:
        """A required rule: whoever takes x takes what goes with x. Another: what saves at each x."""
        problem = self.problem
        one, two = problem.part_start[b] + problem.rule_first[r], problem.part_start[b] + problem.rule_second[r]
        others = np.array(self._candidates(two), dtype=np.int64)
        saving, kind = int(problem.rule_saving[r]), int(problem.rule_kind[r])
        for c in self._candidates(one):
            fits = others[problem.holds(kind, problem.candidate_lot[c], problem.candidate_lot[others])].tolist()
            if saving == REQUIRED:
                self.add(sum(self.taken[d] for d in fits) + self._left_out(two) >= self.taken[c])
            elif saving > 0 and fits:
                z = self.model.new_bool_var("")
                self.add(z <= self.taken[c])
                self.add(z <= sum(self.taken[d] for d in fits))
                self.saved.append((saving, z, c, fits))

    def solve(self, start: Ints, effort: float, seed: int, most: Any = None, least: Any = None) -> Exact:
        """Search from ``start``; the answer is at least as good as that, as ``start`` is feasible."""
        if most is not None:
            self.model.maximize(most)
        else:
            self.model.minimize(least)
        self._hint(start)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1  # several are faster by the clock, but not the same on every run
        solver.parameters.random_seed = seed % 2**31
        solver.parameters.max_deterministic_time = effort
        solver.parameters.catch_sigint_signal = False  # it would never give Ctrl-C back
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Exact(start, proven=False)
        choice = np.full(self.problem.parts, -1, dtype=np.int64)
        taken = np.flatnonzero([solver.boolean_value(x) for x in self.taken])
        choice[self.problem.candidate_part[taken]] = taken
        return Exact(choice, proven=status == cp_model.OPTIMAL)

    def _hint(self, start: Ints) -> None:
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        chosen, served = set(start.tolist()), served_in(self.problem, start)
        for c, x in enumerate(self.taken):
            self.model.add_hint(x, c in chosen)
        for b, y in enumerate(self.served):
            self.model.add_hint(y, bool(served[b]))
        for p, skipped in enumerate(self.skipped):
            if skipped is not None:
                self.model.add_hint(skipped, bool(start[p] < 0 and served[self.problem.part_bundle[p]]))
        for _, z, c, fits in self.saved:
            self.model.add_hint(z, c in chosen and not chosen.isdisjoint(fits))
