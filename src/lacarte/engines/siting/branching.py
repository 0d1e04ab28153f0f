"""The best sites within a budget, with a bound: interchange, relaxation, and branching on single sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lacarte.engines.siting.interchange import Bools, Layout, add_greedily, layout, swap
from lacarte.engines.siting.locations import Ints, Locations, whole_number
from lacarte.engines.siting.relaxation import Relaxed, scale_of, settled, tighten

#: Rounds of the subgradient method for the whole problem, and for a branch, which starts from its parent's end.
ROUNDS, BRANCH_ROUNDS = 400, 60

#: Sites that a bound suggests are improved by swaps unless they are worse than the best by more than a quarter.
CLOSE = 4


@dataclass(frozen=True, eq=False)
class _Branch:
    """Sites that are open, sites that may be, and where the bound of the parent was found."""

    bound: int
    opened: Bools
    usable: Bools
    multiplier: Ints


class Search:
    """The best sites so far (``best``, ``value``) and a ``bound`` that holds whenever one looks."""

    def __init__(self, locations: Locations, budget: int) -> None:
        self.locations, self.budget, self.bound = locations, whole_number("budget", budget), 0
        self.best = locations.existing.copy()
        self.value = layout(locations, self.budget, self.best).value
        self.seen: set[bytes] = set()

    def run(self, branches: int) -> bool:
        """Start greedily, bound, then branch where the bound is lowest; false when Ctrl-C ended it."""
        branches = whole_number("branches", branches)
        try:
            self._run(branches)
        except KeyboardInterrupt:
            return False
        return True

    def _run(self, branches: int) -> None:
        existing = self.locations.existing
        start = layout(self.locations, self.budget, existing)
        add_greedily(start)
        self._polish(start)
        # Between the nearest and the second nearest is what being served is worth to a demand.
        middle = self.locations.weight * (start.near_distance + start.second_distance)
        left = [_Branch(0, existing, ~existing, middle * scale_of(self.locations) // 2)]
        for turn in range(branches + 1):
            left += self._explore(left.pop(0), ROUNDS if turn == 0 else BRANCH_ROUNDS)
            left = sorted((b for b in left if b.bound < self.value), key=lambda b: b.bound)
            self.bound = left[0].bound if left else self.value
            if not left:
                break

    def _explore(self, branch: _Branch, rounds: int) -> list[_Branch]:
        """Bound a branch; the two that are left of it, or none if it holds nothing better."""
        cost, existing = self.locations.cost, self.locations.existing
        opened, usable = branch.opened, branch.usable & ~branch.opened
        rest = self.budget - int(cost[opened & ~existing].sum())
        relaxed = tighten(
            self.locations, rest, usable & (cost <= rest), opened, branch.multiplier, rounds, self._improve
        )
        must, never = settled(relaxed, cost, self.value)
        opened = opened | (must & usable)
        rest = self.budget - int(cost[opened & ~existing].sum())
        usable = usable & ~opened & ~never & (cost <= rest)
        bound = max(relaxed.bound, branch.bound)
        if rest < 0 or bound >= self.value:
            return []
        if not usable.any():
            self._polish(layout(self.locations, self.budget, opened))
            return []
        likely = usable & relaxed.chosen
        pick = int(np.argmax(np.where(likely if likely.any() else usable, relaxed.worth, -1)))
        alone = np.arange(len(cost)) == pick
        return [
            _Branch(bound, opened | alone, usable & ~alone, relaxed.multiplier),
            _Branch(bound, opened, usable & ~alone, relaxed.multiplier),
        ]

    def _improve(self, relaxed: Relaxed) -> int:
        """Look at the sites that a bound would open; the best value so far."""
        key = np.packbits(relaxed.chosen).tobytes()
        if key not in self.seen:
            self.seen.add(key)
            found = layout(self.locations, self.budget, relaxed.chosen)
            if found.value * CLOSE <= self.value * (CLOSE + 1):
                self._polish(found)
        return self.value

    def _polish(self, found: Layout) -> None:
        """Swap as long as it helps, and keep what is better than the best so far."""
        while swap(found):
            pass
        if found.value < self.value:
            self.best, self.value = found.open.copy(), found.value
