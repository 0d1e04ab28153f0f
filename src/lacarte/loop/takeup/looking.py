"""Who of some people is entitled to what and does not have it: read and decided by columns, written elsewhere."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, When

from lacarte.engines.rules import Kind
from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import BundlePart
from lacarte.loop.takeup.reach import Group, kinds_of
from lacarte.registers.entitlement import tables
from lacarte.registers.entitlement.judging import Rule
from lacarte.registers.entitlement.judging_many import YES, Judging
from lacarte.registers.entitlement.knowing import AGE, Known, People, facts_of_many, people_in
from lacarte.registers.menu.models import Subject
from lacarte.registers.people.circumstances import FACTS, Datatype
from lacarte.registers.people.models import Person

Bools = npt.NDArray[np.bool_]
#: Why somebody is left out.
TWICE, WRONG_FACT = "twice", "wrong-fact"


@dataclass(frozen=True)
class Fault:
    """Somebody is left out: of a fact it is said which, never what it says."""

    person: UUID
    why: str
    fact: str = ""


@dataclass(frozen=True, eq=False)
class Looked:
    """``n`` people of a group, and of each service who is entitled and who has it (``bool[n]``).

    Who is left out (``faults``) is neither.
    """

    group: Group
    people: People
    facts: Mapping[str, Known]
    entitled: Mapping[int, Bools]
    receiving: Mapping[int, Bools]
    faults: tuple[Fault, ...]
    left_out: Bools

    def found(self, service: int) -> list[int]:
        """The places of those who are entitled to a service and do not have it."""
        return [int(i) for i in np.flatnonzero(self.entitled[service] & ~self.receiving[service])]

    def facts_behind(self, service: int, person: int) -> dict[str, str]:
        """What is known of somebody that the rules of a service ask for, as it is kept, by kind."""
        kinds = kinds_of(self.group.rules[service]) or frozenset()
        known = {kind: self.facts[kind].text_of(person) for kind in sorted(kinds) if kind in self.facts}
        return {kind: text for kind, text in known.items() if text}


def look(group: Group, judging: Judging, within: QuerySet[Person], most: int | None = None) -> Looked:
    """Look at those ``within`` who may be looked at, the first ``most`` by their keys; a few queries."""
    allowed = within.filter(group.allowed())
    rows = allowed.annotate(twice=_twice()).order_by("pk")
    people = people_in(rows if most is None else rows[:most], ages=AGE in group.kinds)
    if most is not None and people.keys:
        allowed = allowed.filter(pk__lte=people.keys[-1])
    facts = facts_of_many(people, allowed, group.kinds)
    faults = (*_twice_there(people), *_wrong_facts(group, people, facts))
    out = {fault.person for fault in faults}
    left_out = np.array([key in out for key in people.keys], dtype=np.bool_)
    verdicts = judging.verdicts(facts, len(people.keys))
    entitled = {number: (verdicts[number] == YES) & ~left_out for number in group.services}
    return Looked(group, people, facts, entitled, _receiving(group, people, allowed), faults, left_out)


def judging_of(group: Group) -> Judging:
    """The rules of a group's services, ready for one slice after the other."""
    return Judging(group.rules)


def mark_of(facts: Mapping[str, str]) -> str:
    """A digest of what is known: another as soon as any of it is."""
    return hashlib.sha256(json.dumps(sorted(facts.items())).encode()).hexdigest()


def versions_of(rules: Iterable[Rule]) -> dict[str, str]:
    """Which version of each requirement counts: of a table the day since when, and what it says."""
    return {rule.code: _version(rule) for rule in rules}


def _version(rule: Rule) -> str:
    said: list[Any] = [rule.fact, rule.comparison, rule.value]
    since = ""
    if rule.fact.startswith(tables.PREFIX):
        kept = tables.in_force(rule.fact.removeprefix(tables.PREFIX).rpartition(".")[0], clock.now().date())
        if kept is not None:
            since = f"{kept.since.isoformat()}:"
            said.append(repr(kept.table))
    return since + hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def _twice() -> Case:
    """The register has them in another household as well: the same name, year of birth and phone or e-mail.

    Of whom there is no phone or e-mail nothing is looked up: all of those would be compared with each other.
    """
    named = Q(~Q(name=""), birth_year__isnull=False, household__isnull=False)
    same = Q(~Q(household=OuterRef("household")), name=OuterRef("name"), birth_year=OuterRef("birth_year"))
    other = Person.objects.filter(same, household__isnull=False)
    return Case(
        When(named & ~Q(phone="") & Exists(other.filter(phone=OuterRef("phone"))), then=True),
        When(named & ~Q(email="") & Exists(other.filter(email=OuterRef("email"))), then=True),
        default=False,
        output_field=BooleanField(),
    )


def _twice_there(people: People) -> Iterator[Fault]:
    for place in np.flatnonzero(people.twice).tolist():
        yield Fault(people.keys[place], TWICE)


def _wrong_facts(group: Group, people: People, facts: Mapping[str, Known]) -> Iterator[Fault]:
    expected = _expected(group)
    for kind, known in facts.items():
        fits = expected.get(kind)
        if not fits:
            continue
        wrong = np.array([not any(one(value) for one in fits) for value in known.values] + [False], dtype=np.bool_)
        for place in np.flatnonzero(wrong.take(known.at)).tolist():
            yield Fault(people.keys[place], WRONG_FACT, kind)


def _expected(group: Group) -> dict[str, list[Callable[[Any], bool]]]:
    """What values of a fact may be: as it is asked for, else as the rules compare it."""
    found: dict[str, list[Callable[[Any], bool]]] = {}
    for rule in {repr(rule): rule for some in group.rules.values() for rule in some}.values():
        if rule.fact.startswith(tables.PREFIX):
            kept = tables.in_force(rule.fact.removeprefix(tables.PREFIX).rpartition(".")[0], clock.now().date())
            for one in kept.table.inputs if kept else ():
                found.setdefault(one.fact, []).append(_OF_KIND[one.kind])
        else:
            wanted = rule.value if isinstance(rule.value, list) else [rule.value]
            found.setdefault(rule.fact, []).extend(_like(value) for value in wanted)
    asked = {kind: [_OF_DATATYPE[FACTS[kind].datatype]] for kind in group.kinds if kind in FACTS}
    return found | asked | {AGE: [lambda value: _is_number(value) or not isinstance(value, str | bool)]}


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_OF_KIND: dict[Kind, Callable[[Any], bool]] = {
    Kind.BOOLEAN: _is_bool,
    Kind.NUMBER: _is_number,
    Kind.STRING: _is_text,
    Kind.DATE: _is_day,
}
_OF_DATATYPE: dict[Datatype, Callable[[Any], bool]] = {
    Datatype.BOOL: _is_bool,
    Datatype.NUMBER: _is_number,
    Datatype.CHOICE: _is_text,
    Datatype.DATE: _is_day,
}


def _like(wanted: Any) -> Callable[[Any], bool]:
    """What can be compared with a requirement's value."""
    if _is_bool(wanted):
        return _is_bool
    if _is_number(wanted):
        return _is_number
    return _is_day if _is_day(wanted) else _is_text


def _receiving(group: Group, people: People, within: QuerySet[Person]) -> dict[int, Bools]:
    """Who has a service, or had it within its period, or asked for it and waits; of a household, all have it."""
    has = {number: np.zeros(len(people.keys), dtype=np.bool_) for number in group.services}
    persons = {key: place for place, key in enumerate(people.keys)}
    members: dict[UUID, list[int]] = {}
    for place, household in enumerate(people.households):
        if household is not None:
            members.setdefault(household, []).append(place)
    for service, person, household in _had(group, within):
        if person in persons:
            has[service][persons[person]] = True
        shared = group.services[service].service_type.subject == Subject.HOUSEHOLD
        for place in members.get(household, ()) if shared and household is not None else ():
            has[service][place] = True
    return has


def _had(group: Group, within: QuerySet[Person]) -> Iterator[tuple[int, UUID | None, UUID | None]]:
    """Service, person and household of what counts as having it."""
    keys, homes = within.order_by().values("pk"), within.order_by().filter(household__isnull=False)
    lasts = Q()
    for number, reach in group.services.items():
        since = clock.now() - timedelta(days=reach.period_days)
        lasts |= Q(Q(closed_at=None) | Q(closed_at__gte=since), service_type=number)
    needs = Need.objects.filter(lasts).exclude(state=Need.State.WITHDRAWN).order_by()
    columns = ("service_type_id", "person_id", "household_id")
    yield from needs.filter(person__in=keys).values_list(*columns)
    shared = [n for n, reach in group.services.items() if reach.service_type.subject == Subject.HOUSEHOLD]
    if shared:
        yield from needs.filter(service_type__in=shared, household__in=homes.values("household")).values_list(
            *columns
        )
    waiting = BundlePart.objects.filter(
        bundle__person__in=keys, service_type__in=list(group.services), state=BundlePart.State.WAITING
    )
    yield from waiting.order_by().values_list("service_type_id", "bundle__person_id", F("bundle__household_id"))
