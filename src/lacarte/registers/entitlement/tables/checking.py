"""Whether the tables of rules that are kept answer what services ask of them today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lacarte.engines.rules import literal_text
from lacarte.kernel import clock
from lacarte.registers.entitlement.models import DecisionTable
from lacarte.registers.entitlement.tables.facts import PREFIX, asked_anywhere
from lacarte.registers.entitlement.tables.queries import Asking, asking, findings_of, listed_tables
from lacarte.registers.entitlement.tables.records import Written, written_of

__all__ = ["Books", "books"]


@dataclass(frozen=True)
class Books:
    """How many tables there are, how many requirements ask them, and what is wrong, each in a line."""

    tables: int
    requirements: int
    wrong: tuple[str, ...]


def books() -> Books:
    """Look at every table in force and at every requirement that asks one; four queries.

    A gap is wrong only where a result has no default: then what is said there is nothing.
    """
    today = clock.now().date()
    listed = listed_tables(today)
    in_force = {one.code: written_of(one.current) for one in listed if one.current is not None}
    planned = {one.code: one.later[0] for one in listed if one.current is None}
    asks, asked = asking(), asked_anywhere()
    wrong = [line for code, some in asks.items() for one in some for line in _asked(code, one, in_force, planned)]
    wrong += [line for code, written in in_force.items() for line in _table(code, written, asked)]
    return Books(len(in_force), sum(map(len, asks.values())), tuple(wrong))


def _asked(
    code: str, one: Asking, in_force: dict[str, Written], planned: dict[str, DecisionTable]
) -> Iterator[str]:
    who = f"{one.service_type.code} asks {PREFIX}{code}.{one.output}"
    if code in planned:
        yield f"{who}, which counts only from {planned[code].since} on"
    elif code not in in_force:
        yield f"{who}, and there is no such table"
    elif one.output not in [said.name for said in in_force[code].table.outputs]:
        said = ", ".join(said.name for said in in_force[code].table.outputs)
        yield f"{who}, and the table says {said} only"


def _table(code: str, written: Written, asked: set[str]) -> Iterator[str]:
    found = findings_of(written, asked)
    for one in found.problems:
        yield f"table {code}, {one}"
    for fact in found.not_asked:
        yield f"table {code} asks {fact}, which nobody is asked for"
    if found.leaves_open:
        example = ", ".join(f"{at.fact}={literal_text(at.example)}" for at in found.gaps[0].where)
        yield f"table {code} says nothing of {', '.join(found.bare)} for {example}: write a rule or a default"
