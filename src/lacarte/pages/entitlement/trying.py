"""Try a table out: facts of somebody who need not exist, what it says of them, what would have to be different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lacarte.engines import rules
from lacarte.engines.rules import Case, Compiled, Decision, Known
from lacarte.kernel.text import listed
from lacarte.pages.design.forms import Form
from lacarte.pages.entitlement.cells import fact_field
from lacarte.pages.entitlement.grid import Head, heads_of
from lacarte.registers.entitlement.tables import ONE_HIT
from lacarte.registers.entitlement.tables.effects import said_in_one_line
from lacarte.registers.entitlement.tables.faults import compiled
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.entitlement.tables.wording import asked_in_words, paired, value_words
from lacarte.registers.people.circumstances import question_of

_MOST_OTHERS, _TRIES = 6, 4000


class Try(Form):
    """A field for each fact that the table asks; none has to be filled in."""

    marks_optional = False

    def __init__(self, data: QueryDict | None, written: Written) -> None:
        super().__init__(data, auto_id="try_%s")
        self.written = written
        for at, (head, asked) in enumerate(zip(heads_of(written), written.table.inputs, strict=False)):
            field = fact_field(asked.fact, asked.kind, head.name)
            field.short, field.marks_optional, field.as_heading = True, False, False  # type: ignore[attr-defined]
            self.fields[f"f{at}"] = field

    def facts(self) -> dict[str, str]:
        """What was filled in, as literals by fact; call it when the form is valid."""
        said = {one.fact: self.cleaned_data[f"f{at}"] for at, one in enumerate(self.written.table.inputs)}
        return {fact: text for fact, text in said.items() if text}


@dataclass(frozen=True)
class Otherwise:
    """What the table would say, and what would have to be different for that, each way in words."""

    says: str
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """What a table says of somebody. ``missing`` are questions, each with the share of answers that settle it."""

    decision: Decision
    said: str
    missing: tuple[tuple[str, float], ...]
    refused: tuple[str, ...]
    others: tuple[Otherwise, ...]


def tried(written: Written, facts: Mapping[str, str]) -> Tried:
    """Try a table on facts, given as literals. Raises :class:`~lacarte.engines.rules.WrongTable`."""
    ready = compiled(written.table)
    known = rules.known_in(written.table, Case("", facts))
    decision = rules.decide(ready, known)
    names = {head.code: head for head in heads_of(written)}
    missing = sorted(decision.missing, key=lambda one: (-one.settles, one.fact))
    refused = [
        _("%(column)s: this is none of the values that the table allows.") % {"column": names[one.fact].name}
        for one in decision.refused
    ]
    return Tried(
        decision,
        "" if decision.said is None else said_in_one_line(_named(ready, names), decision.said),
        tuple((question_of(one.fact), one.settles) for one in missing),
        tuple(refused),
        tuple(_others(ready, known, decision, names)) if written.table.hit_policy in ONE_HIT else (),
    )


def _named(ready: Compiled, names: Mapping[str, Head]) -> Compiled:
    """The table with outputs called as people call them."""
    outputs = tuple(replace(one, name=names[one.name].name) for one in ready.table.outputs)
    return replace(ready, table=replace(ready.table, outputs=outputs))


def _others(
    ready: Compiled, known: Mapping[str, Known], decision: Decision, names: Mapping[str, Head]
) -> list[Otherwise]:
    """What else the table could say, and how somebody would have to be for it."""
    found: list[Otherwise] = []
    for at, output in enumerate(ready.table.outputs):
        now: Any = decision.said[at] if decision.said is not None else None
        for value in dict.fromkeys(said[at] for said in ready.sayings):
            if value == now or len(found) >= _MOST_OTHERS:
                continue
            ways = rules.differences(ready, known, {output.name: value}, tries=_TRIES)
            words = [_way(ready, one, names) for one in ways.found if one.changes]
            if words:
                found.append(Otherwise(paired(names[output.name].name, value_words(value)), tuple(words[:3])))
    return found


def _way(ready: Compiled, way: rules.Difference, names: Mapping[str, Head]) -> str:
    kinds = {cells.fact: cells.kind for cells in ready.cells}
    return listed(
        paired(names[one.fact].name, asked_in_words(one.fact, kinds[one.fact], one.into)) for one in way.changes
    )
