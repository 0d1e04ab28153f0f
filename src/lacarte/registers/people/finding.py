"""Finding who calls, by any two facts about them. The search is logged, for whoever is shown by it too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.tree import Interval
from lacarte.registers.people.events import PeopleSearched
from lacarte.registers.people.models import Person, PersonalRead
from lacarte.registers.people.queries import ONE_LOOK
from lacarte.registers.places.models import Region

#: So many are shown; of more, another fact has to tell them apart.
MOST = 5
FEWEST_FACTS = 2
_SHOWN = "name, birth_year"
_FIND, _ANSWER = "find who calls", "answer a call"
#: Digits at the end of a number that are compared: numbers are told with and without the code of their country.
_TAIL = 8
_FEWEST_DIGITS = 5
_WORDS = 6


class TooFewFactsError(ValueError):
    """One fact is not enough: too many people share it."""


@dataclass(frozen=True)
class Facts:
    """What somebody says of themselves; empty where nothing was said."""

    name: str = ""
    phone: str = ""
    birth_year: int | None = None
    address: str = ""
    region: Interval | None = None  # where they live
    reference: str = ""  # of an earlier need, as it is written

    def given(self) -> tuple[str, ...]:
        """The kinds of facts that were said. Address and region are one: where they live."""
        said = {
            "name": self.name.strip(),
            "phone": len(_digits(self.phone)) >= _FEWEST_DIGITS,
            "birth_year": self.birth_year,
            "home": self.address.strip() or self.region,
            "reference": self.reference,
        }
        return tuple(kind for kind, value in said.items() if value)


@dataclass(frozen=True)
class Found:
    """As much of a person as tells them from another."""

    key: UUID
    name: str
    birth_year: int | None
    region: Region | None
    language: str


@dataclass(frozen=True)
class Search:
    """Who fits, at most :data:`MOST`, and whether there are ``more``."""

    found: list[Found]
    more: bool


def find(facts: Facts, *, within: Q, reader: User, purpose: str = _FIND) -> Search:
    """The persons of whom all of ``facts`` are true, among those ``within`` what ``reader`` may see.

    ``purpose`` is what is written down for them. Raises :class:`TooFewFactsError` for less than two facts.
    """
    kinds = facts.given()
    if len(kinds) < FEWEST_FACTS:
        raise TooFewFactsError(", ".join(kinds))
    people = _matching(facts, within).order_by("name", "pk")[: MOST + 1]
    keys = list(dict.fromkeys(people.values_list("pk", flat=True)))
    with transaction.atomic():
        shown = show(keys[:MOST], within=within, reader=reader, purpose=purpose)
        publish(PeopleSearched(facts=", ".join(kinds), found=len(shown)), stream=reader.pk, actor=reader)
    return Search(shown, len(keys) > MOST)


def show(
    keys: Iterable[UUID], *, within: Q, reader: User, chosen: bool = False, purpose: str = _FIND
) -> list[Found]:
    """These persons as far as ``reader`` may see them; it is logged for each, once an hour.

    ``chosen``: it is they who call, so that what they needed before is seen too.
    """
    wanted = list(keys)
    if not wanted:
        return []
    people = Person.objects.filter(within, pk__in=wanted).select_related("household__region").distinct()
    by_key = {person.pk: person for person in people}
    _note(by_key.values(), reader, f"{_SHOWN}, need" if chosen else _SHOWN, _ANSWER if chosen else purpose)
    return [_found(by_key[key]) for key in wanted if key in by_key]


def _matching(facts: Facts, within: Q) -> QuerySet[Person]:
    people = Person.objects.filter(within)
    for word in facts.name.split()[:_WORDS]:
        people = people.filter(name__icontains=word)
    if "phone" in facts.given():
        bare = F("phone")
        for sign in " -()./+":
            bare = Replace(bare, Value(sign), Value(""))  # type: ignore[assignment]
        people = people.annotate(bare=bare).filter(bare__endswith=_digits(facts.phone)[-_TAIL:])
    if facts.birth_year:
        people = people.filter(birth_year=facts.birth_year)
    if facts.address.strip():
        for word in facts.address.replace(",", " ").split()[:_WORDS]:
            people = people.filter(household__address__icontains=word)
    elif facts.region is not None:
        people = people.filter(household__region__number__range=(facts.region.first, facts.region.last))
    if facts.reference:
        theirs = Q(needs__reference=facts.reference) | Q(household__needs__reference=facts.reference)
        people = people.filter(theirs)
    return people.distinct()


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _found(person: Person) -> Found:
    region = person.household.region if person.household else None
    return Found(person.pk, person.name, person.birth_year, region, person.language)


def _note(people: Iterable[Person], reader: User, fields: str, purpose: str) -> None:
    """Log for each of ``people`` that they were seen: once an hour for the same purpose, never for oneself."""
    others = [person for person in people if person.user_id != reader.pk]
    since = clock.now() - ONE_LOOK
    lately = PersonalRead.objects.filter(person__in=others, reader=reader, purpose=purpose, at__gt=since)
    noted = set(lately.values_list("person_id", flat=True))
    new = [person for person in others if person.pk not in noted]
    if new:  # nobody waits to write for nothing
        PersonalRead.objects.bulk_create(
            PersonalRead(person=person, reader=reader, fields=fields, purpose=purpose) for person in new
        )
