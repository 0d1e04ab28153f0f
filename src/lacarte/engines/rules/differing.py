"""Why a table says what it says, and what would have to be different for it to say something else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations, product

from lacarte.engines.rules.cells import State
from lacarte.engines.rules.compiling import Compiled, Said
from lacarte.engines.rules.deciding import states_of
from lacarte.engines.rules.facts import Known
from lacarte.engines.rules.settling import judge
from lacarte.engines.rules.tables import Value

__all__ = ["Change", "Difference", "Differences", "differences", "reasons"]

#: So many changes are tried.
MOST_TRIED = 20_000


@dataclass(frozen=True)
class Change:
    """A fact that would have to be one of ``into`` (unary tests), such as ``example``, the others staying so."""

    fact: str
    into: str
    example: Value


@dataclass(frozen=True)
class Difference:
    """Facts that would have to change together; none of them alone is enough."""

    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Differences:
    """All smallest sets of changes, each with those values that are nearest; ``finished``: none was left out.

    Without any and finished, so many changes as were asked for lead nowhere.
    """

    found: tuple[Difference, ...]
    finished: bool


def reasons(table: Compiled, facts: Mapping[str, Known]) -> tuple[str, ...]:
    """Facts that are enough for what the table says, whatever all others are, and all of which are needed for it.

    None where it says nothing yet. There may be other such sets; of this one no fact can be left out.
    """
    states, _ = states_of(table, facts)
    _, _, found = judge(table, states)
    if not found.outcome.settled:
        return ()
    for at in reversed(range(len(states))):
        kept = states[at]
        states[at] = table.cells[at].unknown
        if judge(table, states)[2].outcome != found.outcome:
            states[at] = kept
    return tuple(cells.fact for cells, state in zip(table.cells, states, strict=True) if state != cells.unknown)


def differences(
    table: Compiled,
    facts: Mapping[str, Known],
    wanted: Mapping[str, Value],
    *,
    changing: Collection[str] | None = None,
    most: int = 3,
    tries: int = MOST_TRIED,
) -> Differences:
    """The smallest sets of facts that would have to change for the table to say what is wanted, and into what.

    ``wanted`` are values of outputs; a table that collects says them if one of its rows does. Only facts in
    ``changing`` change (``None``: any), at most so many at once. A fact that is not known is changed by becoming
    known. Raises ``ValueError`` for an output that the table does not have.
    """
    names = [one.name for one in table.table.outputs]
    if strange := sorted(set(wanted) - set(names)):
        raise ValueError(f"table {table.table.code} has no output {', '.join(strange)}")
    by_place = {names.index(name): value for name, value in wanted.items()}
    search = _Search(table, states_of(table, facts)[0], by_place, tries)
    free = [at for at, one in enumerate(table.cells) if changing is None or one.fact in changing]
    for count in range(min(most, len(free)) + 1):
        sets = [one for one in combinations(free, count) if search.reaches(one)]
        if sets or search.tries < 0:
            return Differences(tuple(map(search.nearest, sets)), search.tries >= 0)
    return Differences((), True)


class _Search:
    """One person before one table."""

    def __init__(self, table: Compiled, states: list[State], wanted: dict[int, Value], tries: int) -> None:
        self.table, self.states, self.wanted, self.tries = table, states, wanted, tries
        self.answers = [one.groups(one.unknown) for one in table.cells]
        self.hits: dict[tuple[int, ...], list[tuple[list[int], ...]]] = {}

    def says(self, changed: dict[int, int]) -> bool:
        """Whether the table says what is wanted with some inputs in other cells."""
        self.tries -= 1
        states = [changed.get(at, state) for at, state in enumerate(self.states)]
        found = judge(self.table, states)[2].outcome
        return found.settled and found.said is not None and self._is_wanted(found.said)

    def _is_wanted(self, said: Said) -> bool:
        rows = [one if isinstance(one, tuple) else said for one in said] if said else []
        return any(all(row[at] == value for at, value in self.wanted.items()) for row in rows)

    def reaches(self, inputs: tuple[int, ...]) -> bool:
        """Whether changing these inputs can be enough; the ways in which it is are kept."""
        hits = []
        for groups in product(*(self._others(at) for at in inputs)):
            if self.tries < 0:
                break
            if self.says({at: group[0] for at, group in zip(inputs, groups, strict=True)}):
                hits.append(groups)
        self.hits[inputs] = hits
        return bool(hits)

    def _others(self, at: int) -> list[list[int]]:
        """The answers to an input that the table tells from the present one."""
        state = self.states[at]
        return [cells for cells in self.answers[at].values() if not isinstance(state, int) or state not in cells]

    def nearest(self, inputs: tuple[int, ...]) -> Difference:
        """Of the ways that these inputs allow the one with the least steps, and all that goes with its others."""
        best = min(self.hits[inputs], key=lambda groups: self._steps(inputs, groups))
        changes = []
        for i, at in enumerate(inputs):
            others = [j for j in range(len(inputs)) if j != i]
            same = [one for one in self.hits[inputs] if all(one[j] == best[j] for j in others)]
            into = sorted(cell for one in same for cell in one[i])
            _, closest = min((self._far(at, cell), cell) for cell in best[i])
            cells = self.table.cells[at]
            state = self.states[at]
            near = state if isinstance(state, int) and state < cells.size else -1
            changes.append(Change(cells.fact, cells.text(into), cells.example([closest], near)))
        return Difference(tuple(changes))

    def _steps(self, inputs: tuple[int, ...], groups: tuple[list[int], ...]) -> int:
        return sum(min(self._far(at, cell) for cell in group) for at, group in zip(inputs, groups, strict=True))

    def _far(self, at: int, cell: int) -> int:
        """How many cells away; null is farthest, and where nothing is known all values are as near."""
        size, state = self.table.cells[at].size, self.states[at]
        if cell == size:
            return 2 * size + 1
        return abs(cell - state) if isinstance(state, int) and state < size else 1
