"""What a table says of one person, as far as is known; and the question that would settle most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lacarte.engines.rules.cells import State
from lacarte.engines.rules.compiling import Compiled, Said
from lacarte.engines.rules.facts import NOT_KNOWN, Known, Refused
from lacarte.engines.rules.settling import judge, rows_of

__all__ = ["Decision", "Missing", "Question", "decide", "questions", "states_of"]


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is not known and on which it depends what is said.

    ``settles`` is the share of its answers, as far as the table tells them apart, after each of which no other
    fact matters.
    """

    fact: str
    settles: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table says of somebody.

    ``said`` is ``None`` until it is ``settled``: until every way to fill in what is not known says the same.
    ``contradicts``: rows hold that the hit policy does not let hold together; then nothing is said. ``holds`` and
    ``may_hold`` number rows from 1. ``exact`` is false where there were too many ways to try all: then only facts
    are ``missing`` that an example shows to matter.
    """

    table: str
    settled: bool
    said: Said | None
    contradicts: bool
    holds: tuple[int, ...]
    may_hold: tuple[int, ...]
    missing: tuple[Missing, ...]
    refused: tuple[Refused, ...]
    exact: bool


@dataclass(frozen=True)
class Question:
    """A fact to ask for: how many tables it could matter to, and how many of them it would settle in the mean."""

    fact: str
    tables: int
    settles: float


def decide(table: Compiled, facts: Mapping[str, Known]) -> Decision:
    """What a table says of somebody; a fact that is not in ``facts`` is not known, ``None`` is null.

    A value that cannot be right (of another kind, not allowed) is refused by name and taken for not known.
    """
    states, refused = states_of(table, facts)
    holds, may, found = judge(table, states)
    return Decision(
        table=table.table.code,
        settled=found.outcome.settled,
        said=found.outcome.said,
        contradicts=found.outcome.contradicts,
        holds=tuple(row + 1 for row in rows_of(holds)),
        may_hold=tuple(row + 1 for row in rows_of(may & ~holds)),
        missing=tuple(Missing(table.cells[at].fact, share) for at, share in found.matter),
        refused=refused,
        exact=found.exact,
    )


def states_of(table: Compiled, facts: Mapping[str, Known]) -> tuple[list[State], tuple[Refused, ...]]:
    """For each input the cell, or the cells, that its fact may be in; and what was refused."""
    states: list[State] = []
    refused: list[Refused] = []
    for cells in table.cells:
        try:
            states.append(cells.state(facts.get(cells.fact, NOT_KNOWN)))
        except ValueError as wrong:
            refused.append(Refused(cells.fact, str(wrong)))
            states.append(cells.unknown)
    return states, tuple(refused)


def questions(decisions: Iterable[Decision]) -> list[Question]:
    """What to ask next, best first: what settles most tables in the mean, then what matters to most."""
    tables: dict[str, int] = {}
    settles: dict[str, float] = {}
    for decision in decisions:
        for one in decision.missing:
            tables[one.fact] = tables.get(one.fact, 0) + 1
            settles[one.fact] = settles.get(one.fact, 0.0) + one.settles
    found = [Question(fact, count, settles[fact]) for fact, count in tables.items()]
    return sorted(found, key=lambda one: (-one.settles, -one.tables, one.fact))
