"""What another version of a table would say of the people who are known: how many, never who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from lacarte.engines.disclosure import HIDDEN, hide_row
from lacarte.engines.rules import NOT_KNOWN, Batch, Compiled, HitPolicy, Said, column
from lacarte.kernel.text import listed
from lacarte.registers.entitlement import tables
from lacarte.registers.entitlement.knowing import AGE, Known, facts_of_many, people_in
from lacarte.registers.entitlement.tables.wording import paired, value_words
from lacarte.registers.people.models import Person

__all__ = ["LOOKED_AT", "Effect", "Turn", "effect"]

#: So many people are looked at, those who have been known longest: a page does not wait for more.
LOOKED_AT = 20_000
_MOST_TURNS = 12


@dataclass(frozen=True)
class Turn:
    """Of so many people the table says one thing and would say another; ``people`` is ``None`` where hidden.

    Of the last of very many, ``before`` and ``now`` are empty: it stands for all others.
    """

    before: str
    now: str
    people: int | None


@dataclass(frozen=True)
class Effect:
    """``turns`` are what changes, ``same`` of how many nothing does; a hidden number is ``None``.

    ``looked_at`` people were, ``known`` of them with a fact that one of the tables asks for.
    """

    looked_at: int
    known: int | None
    turns: tuple[Turn, ...]
    same: int | None


def effect(before: Compiled | None, now: Compiled, most: int = LOOKED_AT) -> Effect:
    """What would change for people by what is known of them today, were ``now`` to take the place of ``before``.

    Groups under ten are hidden, and others so that these cannot be reckoned (``engines.disclosure``). Without
    ``before`` it is what the table says of them. Five queries.
    """
    both = [one for one in (before, now) if one is not None]
    kinds = {cells.fact for table in both for cells in table.cells}
    rows = Person.objects.order_by("pk")
    people = people_in(rows[:most], ages=AGE in kinds)
    count = len(people.keys)
    if not count:
        return Effect(0, 0, (), 0)
    facts = facts_of_many(people, rows.filter(pk__lte=people.keys[-1]), kinds)
    known = np.zeros(count, dtype=np.bool_)
    for one in facts.values():
        known |= one.at >= 0
    said = [_said(table, facts, count) for table in both]
    befores = said[0] if before is not None else [""] * count
    pairs = Counter(
        (old, new) for old, new, is_known in zip(befores, said[-1], known.tolist(), strict=True) if is_known
    )
    return _hidden(pairs, count)


def _said(table: Compiled, facts: Mapping[str, Known], count: int) -> list[str]:
    """What a table says of each, in words."""
    columns = {}
    for cells in table.cells:
        if cells.fact in facts:
            known = facts[cells.fact]
            values = [*(tables.known(cells.kind, value) for value in known.values), NOT_KNOWN]
            each = [values[at] for at in known.at.tolist()]
            columns[cells.fact], _refused = column(cells.fact, cells.kind, each)
    (decided,) = Batch([table]).decide(columns, count)
    words = {
        int(at): _("cannot say yet") if at < 0 else said_in_one_line(table, decided.sayings[int(at)])
        for at in np.unique(decided.said)
    }
    return [words[at] for at in decided.said.tolist()]


def said_in_one_line(table: Compiled, said: Said) -> str:
    """What a table says of somebody: all results one after the other, with names where there are several."""
    names = [one.name for one in table.table.outputs]
    rows: list[Any] = list(said) if table.table.hit_policy is HitPolicy.COLLECT else [said]
    lines = []
    for row in rows:
        values = [value_words(value) for value in row]
        named = [paired(name, value) for name, value in zip(names, values, strict=False)]
        lines.append(listed(named if len(named) > 1 else values))
    return "; ".join(lines) or _("nothing")


def _hidden(pairs: Counter[tuple[str, str]], looked_at: int) -> Effect:
    """The counts that may be shown: the commonest turns, all others together, and those without any."""
    turns = sorted((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: (-pairs[pair], pair))
    shown, rest = turns[:_MOST_TURNS], turns[_MOST_TURNS:]
    counts = [*(pairs[pair] for pair in shown), sum(pairs[pair] for pair in rest)]
    counts.append(sum(pairs.values()) - sum(counts))
    told = [None if n == HIDDEN else int(n) for n in hide_row(np.array(counts)).shown[0]]
    found = [Turn(*pair, n) for pair, n in zip(shown, told, strict=False)]
    if rest:
        found.append(Turn("", "", told[len(shown)]))
    return Effect(looked_at, told[-1], tuple(found), told[-2])
