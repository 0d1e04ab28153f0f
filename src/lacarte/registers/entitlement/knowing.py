"""What is known of people, as requirements are compared with it: of one person, and of many as columns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from lacarte.kernel import clock
from lacarte.registers.entitlement.judging import Between, Facts, Grown
from lacarte.registers.people.models import Circumstance, Person
from lacarte.registers.people.queries import circumstances_of

AGE = "age"
#: Whole numbers up to here are the same as floats.
_EXACT = 2**53
_OLDEST = 150
_Ints = npt.NDArray[np.int32]


def facts_of(person: Person) -> dict[str, Any]:
    """What is known of a person and their household today, by kind; of several of a kind, the latest."""
    kept = {one.kind: one for one in circumstances_of(person).order_by("since", "pk")}
    facts = {kind: one.value for kind, one in kept.items()}
    said = kept.get(AGE)
    if said is not None and said.value is not None:
        facts[AGE] = age_today(said.value, said.since, person.birth_year)
    elif person.birth_year:
        facts[AGE] = age_of(person.birth_year)
    return facts


def age_of(birth_year: int) -> Between:
    """The age of somebody this year: the birthday may be still to come."""
    age = clock.now().year - birth_year
    return Between(max(age - 1, 0), age)


def age_today(said: Any, since: date, birth_year: int | None) -> Any:
    """The age today of who was so old on a day: they have grown older since. What is no age stays as it is.

    Where the year of birth is known as well, the age is what both leave; what is said last counts if nothing is.
    """
    today = clock.now().date()
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= _OLDEST or since >= today:
        return said
    years = today.year - since.year - ((today.month, today.day) < (since.month, since.day))
    low, high = said + years, said + years + 1
    if birth_year:
        born = age_of(birth_year)
        both = max(low, born.low), min(high, born.high)
        low, high = both if both[0] <= both[1] else (low, high)
    return low if low == high else Grown(low, high)


@dataclass(frozen=True, eq=False)
class Known:
    """One kind of fact of ``n`` persons: its different values, and which of them is known of each.

    ``at`` (``int32[n]``) is a place in ``values``, -1 where nothing is known. ``texts`` are the values as they are
    kept: what is the same text is the same fact.
    """

    values: tuple[Any, ...]
    texts: tuple[str, ...]
    at: _Ints

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """``float64[v]``: the values that are numbers and that a float holds exactly, else NaN."""
        return np.array([float(v) if _is_exact(v) else np.nan for v in self.values], dtype=np.float64)

    def of(self, person: int) -> Any:
        """What is known of one person; ``None`` for nothing."""
        at = int(self.at[person])
        return None if at < 0 else self.values[at]

    def text_of(self, person: int) -> str:
        """What is known of one person as it is kept; empty for nothing."""
        at = int(self.at[person])
        return "" if at < 0 else self.texts[at]


def _is_exact(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or -_EXACT <= value <= _EXACT


@dataclass(frozen=True, eq=False)
class People:
    """Some persons, in the order of all columns about them; region 0 is not known.

    ``twice`` marks those whom the register has in another household as well.
    """

    keys: Sequence[UUID]
    households: Sequence[UUID | None]
    regions: npt.NDArray[np.int64]
    birth_years: Sequence[int | None]
    twice: npt.NDArray[np.bool_]


def facts_of_one(facts: Mapping[str, Known], person: int) -> Facts:
    """One person of many, as :func:`facts_of` has them."""
    return {kind: value for kind, known in facts.items() if (value := known.of(person)) is not None}


def facts_of_many(people: People, within: QuerySet[Person], kinds: Collection[str] | None) -> dict[str, Known]:
    """What is known of ``people`` today, of these kinds alone (``None``: of all), as :func:`facts_of` for each.

    ``within`` are the same persons as a query: what must not be read of others is not. Two queries.
    """
    told = _Columns(len(people.keys))
    rows = _rows(within, kinds)
    persons = {key: i for i, key in enumerate(people.keys)}
    members: dict[UUID, list[int]] = {}
    for i, household in enumerate(people.households):
        if household is not None:
            members.setdefault(household, []).append(i)
    for since, _pk, kind, text, person, household in rows:
        theirs = members.get(household, ()) if person is None else (persons[person],) if person in persons else ()
        for i in theirs:
            told.say(kind, text, i, since if kind == AGE else None)
    found = told.known()
    if kinds is None or AGE in kinds:
        _add_ages(found, people, [since or date.max for _text, since in told.texts.get(AGE, ())])
    return found


def _rows(within: QuerySet[Person], kinds: Collection[str] | None) -> Iterable[tuple[Any, ...]]:
    """Since when, key, kind, value as text, person, household; the latest last."""
    today = clock.now().date()
    living = Circumstance.objects.filter(Q(until=None) | Q(until__gte=today), since__lte=today).order_by()
    if kinds is not None:
        living = living.filter(kind__in=kinds)
    columns = ("since", "pk", "kind", "text", "person_id", "household_id")
    texts = living.annotate(text=Cast("value", CharField()))
    own = texts.filter(person__in=within.order_by().values("pk")).values_list(*columns)
    homes = within.order_by().filter(household__isnull=False).values("household")
    shared = texts.filter(household__in=homes).values_list(*columns)
    return sorted([*own, *shared], key=lambda row: row[:2])


@dataclass(eq=False)
class _Columns:
    """Columns that are filled value by value; what is said later stands."""

    count: int
    at: dict[str, _Ints] = field(default_factory=dict)
    texts: dict[str, dict[tuple[str, date | None], int]] = field(default_factory=dict)

    def say(self, kind: str, text: str, person: int, since: date | None = None) -> None:
        """Of one person; with the day where it counts since when."""
        if kind not in self.at:
            self.at[kind] = np.full(self.count, -1, dtype=np.int32)
            self.texts[kind] = {}
        texts = self.texts[kind]
        self.at[kind][person] = texts.setdefault((text, since), len(texts))

    def known(self) -> dict[str, Known]:
        """All of it; null is nothing that is known."""
        found = {}
        for kind, at in self.at.items():
            texts = tuple(text for text, _since in self.texts[kind])
            values = tuple(json.loads(text) for text in texts)
            for place, value in enumerate(values):
                if value is None:
                    at[at == place] = -1
            found[kind] = Known(values, texts, at)
        return found


def _add_ages(found: dict[str, Known], people: People, days: Sequence[date]) -> None:
    """The ages of today, by what was said of them and by the year of birth, as :func:`facts_of` has them."""
    said = found.get(AGE, Known((), (), np.full(len(people.keys), -1, dtype=np.int32)))
    told: dict[tuple[int, int], int] = {}
    at = np.full(len(people.keys), -1, dtype=np.int32)
    for i, (place, year) in enumerate(zip(said.at.tolist(), people.birth_years, strict=True)):
        if place >= 0 or year:
            at[i] = told.setdefault((place, year or 0), len(told))
    if not told:
        return
    values = [
        age_today(said.values[place], days[place], year) if place >= 0 else age_of(year) for place, year in told
    ]
    texts = [said.texts[place] if place >= 0 else f"born {year}" for place, year in told]
    found[AGE] = Known(tuple(values), tuple(texts), at)


def people_in(rows: QuerySet[Person], *, ages: bool) -> People:
    """The persons of a query as columns, in its order; years of birth only with ``ages``. One query.

    The rows may be annotated with ``twice``.
    """
    columns = ["pk", "household_id", "household__region_id", "twice", *(["birth_year"] if ages else [])]
    if "twice" not in rows.query.annotations:
        rows = rows.annotate(twice=Q(pk=None))
    told = list(rows.values_list(*columns))
    return People(
        [row[0] for row in told],
        [row[1] for row in told],
        np.array([row[2] or 0 for row in told], dtype=np.int64),
        [row[4] for row in told] if ages else [None] * len(told),
        np.array([bool(row[3]) for row in told], dtype=np.bool_),
    )
