"""What another version of a table would say of the people who are known: how many, never who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.engines.disclosure import HIDDEN, SMALLEST, hide_row
from lacarte.engines.rules import (
    NOT_KNOWN,
    Batch,
    Between,
    Column,
    Compiled,
    Decided,
    HitPolicy,
    Kind,
    Known,
    Said,
    column,
)
from lacarte.kernel import clock
from lacarte.kernel.text import listed
from lacarte.registers.entitlement.wording import value_words
from lacarte.registers.people.models import Circumstance, Person

__all__ = ["LOOKED_AT", "Effect", "Turn", "effect"]

#: So many people are looked at, those who have been known longest: a page does not wait for more.
LOOKED_AT = 20_000
_MOST_TURNS = 12


@dataclass(frozen=True)
class Turn:
    """Of so many people the table says one thing and would say another; ``people`` is ``None`` where hidden."""

    before: str
    now: str
    people: int | None


@dataclass(frozen=True)
class Effect:
    """``turns`` are what changes, ``same`` of how many nothing does; hidden numbers (``None``) are under ten.

    ``looked_at`` people were, ``known`` of them with a fact that one of the tables asks for (``None``: hidden).
    """

    looked_at: int
    known: int | None
    turns: tuple[Turn, ...]
    same: int | None


def effect(before: Compiled | None, now: Compiled, most: int = LOOKED_AT) -> Effect:
    """What would change for people by what is known of them today, were ``now`` to take the place of ``before``.

    Groups under ten are hidden, and others so that these cannot be reckoned. Without ``before`` it is what the
    table says of them.
    """
    tables = [one for one in (before, now) if one is not None]
    kinds = {cells.fact: cells.kind for table in tables for cells in table.cells}
    people = list(Person.objects.order_by("pk").values_list("pk", "household_id", "birth_year")[:most])
    facts = _facts(people, set(kinds))
    rows = [facts[pk] for pk, _home, _born in people if facts.get(pk)]
    said = [_said(table, rows) for table in tables]
    pairs = Counter(zip(said[0] if before else [""] * len(rows), said[-1], strict=True))
    return _hidden(pairs, len(people))


def _facts(people: Sequence[tuple[UUID, UUID | None, int | None]], kinds: set[str]) -> dict[UUID, dict[str, Any]]:
    """By person what is known today of these kinds, their own or their household's, the newest last."""
    today = clock.now().date()
    found: dict[UUID, dict[str, Any]] = {pk: {} for pk, _home, _born in people}
    homes: dict[UUID, list[UUID]] = {}
    for pk, home, born in people:
        if home is not None:
            homes.setdefault(home, []).append(pk)
        if born and "age" in kinds:
            found[pk]["age"] = Between(float(max(today.year - born - 1, 0)), float(today.year - born))
    if not people:
        return found
    ends = people[0][0], people[-1][0]
    for whose, kind, value in (
        _in_force(kinds, today).filter(person__range=ends).values_list("person_id", "kind", "value")
    ):
        if whose in found:
            found[whose][kind] = value
    theirs = _in_force(kinds, today).filter(household__members__in=Person.objects.filter(pk__range=ends))
    for home, kind, value in theirs.values_list("household_id", "kind", "value").distinct():
        for pk in homes.get(home, ()):
            found[pk].setdefault(kind, value)
    return found


def _in_force(kinds: set[str], today: date) -> QuerySet[Circumstance]:
    holds = Q(until=None) | Q(until__gte=today)
    return Circumstance.objects.filter(holds, since__lte=today, kind__in=kinds).order_by("since", "pk")


def _said(table: Compiled, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a table says of each, in words."""
    columns: dict[str, Column] = {}
    for cells in table.cells:
        values = [_known(cells.kind, row.get(cells.fact)) for row in rows]
        columns[cells.fact], _refused = column(cells.fact, cells.kind, values)
    (decided,) = Batch([table]).decide(columns, len(rows))
    words = {int(at): _words(table, decided, int(at)) for at in np.unique(decided.said)}
    return [words[at] for at in decided.said.tolist()]


def _known(kind: Kind, value: Any) -> Known:
    if value is None:
        return NOT_KNOWN
    if kind is Kind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return NOT_KNOWN
    if not isinstance(value, bool | int | float | str | date | Between):
        return NOT_KNOWN
    return value


def _words(table: Compiled, decided: Decided, at: int) -> str:
    if at < 0:
        return _("cannot say yet")
    return said_words(table, decided.sayings[at])


def said_words(table: Compiled, said: Said) -> str:
    """What a table says of somebody, all results one after the other."""
    names = [one.name for one in table.table.outputs]
    rows: list[Any] = list(said) if table.table.hit_policy is HitPolicy.COLLECT else [said]
    each = [zip(names, row, strict=False) for row in rows]
    words = [listed(f"{name}: {value_words(value)}" for name, value in row) for row in each]
    return "; ".join(words) or _("nothing")


def _hidden(pairs: Counter[tuple[str, str]], looked_at: int) -> Effect:
    """The counts that may be shown: the commonest turns, the others together, and those without any."""
    turns = sorted((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: (-pairs[pair], pair))
    shown, rest = turns[:_MOST_TURNS], turns[_MOST_TURNS:]
    counts = [*(pairs[pair] for pair in shown), sum(pairs[pair] for pair in rest)]
    counts.append(sum(pairs.values()) - sum(counts))
    told = [None if n == HIDDEN else int(n) for n in hide_row(np.array(counts), SMALLEST).shown[0]]
    found = [Turn(*pair, n) for pair, n in zip(shown, told, strict=False)]
    if rest:
        found.append(Turn("", "", told[len(shown)]))
    return Effect(looked_at, told[-1], tuple(found), told[-2])
