"""What was seen becomes findings: new ones, those that go on, those that no longer hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from lacarte.kernel import clock
from lacarte.kernel.bulk import insert_all
from lacarte.kernel.events import Published, publish, publish_many
from lacarte.loop.needs.models import Need
from lacarte.loop.takeup.events import EntitledFound, FindingRemoved
from lacarte.loop.takeup.looking import Looked, judging_of, look, mark_of, versions_of
from lacarte.loop.takeup.models import Finding, NotSo, TakeUpRun
from lacarte.loop.takeup.reach import Group, groups
from lacarte.registers.menu.models import Subject
from lacarte.registers.people.models import Person

#: Why a finding is gone.
NOT_SO, UNDONE, CONSENT, CHANGED, ENDED = "not-so", "undone", "consent", "changed", "ended"
_BATCH = 500


def write_down(looked: Looked, within: QuerySet[Person], run: TakeUpRun | None) -> list[Finding]:
    """Keep what is new, bring up to date what goes on, remove what no longer holds; returns the new ones.

    Within the caller's transaction. ``within`` are the people who were looked at, as a query.
    """
    numbers = list(looked.group.services)
    kept = Finding.objects.filter(person__in=within.order_by().values("pk"), service_type__in=numbers)
    before = {(one.person_id, one.service_type_id): one for one in kept}
    denied = NotSo.objects.filter(person__in=within.order_by().values("pk"), service_type__in=numbers)
    not_so = {(one.person_id, one.service_type_id): one for one in denied}
    new: list[Finding] = []
    for service in numbers:
        made = _of_service(looked, service, before, not_so, run)
        new += _one_a_household(looked, service, made)
    insert_all(new)
    _remove_wrong(looked, before)
    publish_many(_told(looked.group, sorted(new, key=lambda one: one.person_id)))
    return new


def _of_service(
    looked: Looked,
    service: int,
    before: dict[tuple[UUID, int], Finding],
    not_so: dict[tuple[UUID, int], NotSo],
    run: TakeUpRun | None,
) -> list[Finding]:
    versions = versions_of(looked.group.rules[service])
    made = []
    for place in looked.found(service):
        person = looked.people.keys[place]
        facts = looked.facts_behind(service, place)
        mark, known = mark_of(facts), before.get((person, service))
        if known is not None:
            _bring_up_to_date(known, looked.group, facts, versions)
        elif not _denied(not_so.get((person, service)), mark, versions):
            made.append(
                Finding(
                    person_id=person,
                    service_type_id=service,
                    region_id=int(looked.people.regions[place]),
                    run=run,
                    purpose=looked.group.purpose,
                    by_law=looked.group.by_law,
                    facts=list(facts),
                    rules=versions,
                    mark=mark,
                    found_at=clock.now(),
                )
            )
    return made


def _bring_up_to_date(known: Finding, group: Group, facts: dict[str, str], versions: dict[str, str]) -> None:
    """By other facts or rules, or another right to look, it is the same finding still."""
    now = {"mark": mark_of(facts), "rules": versions, "purpose": group.purpose, "by_law": group.by_law}
    if any(getattr(known, name) != value for name, value in now.items()):
        Finding.objects.filter(pk=known.pk).update(**now, facts=list(facts))


def _denied(not_so: NotSo | None, mark: str, versions: dict[str, str]) -> bool:
    return not_so is not None and not_so.mark == mark and not_so.rules in ("", digest_of(versions))


def digest_of(versions: dict[str, str]) -> str:
    """All versions of requirements as one."""
    return hashlib.sha256(json.dumps(sorted(versions.items())).encode()).hexdigest()


def _one_a_household(looked: Looked, service: int, made: list[Finding]) -> list[Finding]:
    """What a household gets is found once for all who live there, and not for others of it where one said no."""
    if looked.group.services[service].service_type.subject != Subject.HOUSEHOLD or not made:
        return made
    homes = dict(zip(looked.people.keys, looked.people.households, strict=True))
    wanted = {home for one in made if (home := homes[one.person_id]) is not None}
    taken: set[UUID] = set()
    for some in _batches(sorted(wanted)):
        told = Finding.objects.filter(service_type=service, person__household__in=some)
        taken.update(told.values_list("person__household", flat=True))
    denied = _denied_at_home(looked, service, sorted(wanted - taken))
    first = []
    for one in made:
        home = homes[one.person_id]
        if home is None or (home not in taken and denied.get(home, one.person_id) == one.person_id):
            first.append(one)
            taken.update([home] if home is not None else [])
    return first


def _denied_at_home(looked: Looked, service: int, homes: Sequence[UUID]) -> dict[UUID, UUID]:
    """Households of which somebody said that it is not so, or of whom it was taken back, and who that is.

    Of who is not among those looked at nobody knows other facts than those by which it was denied.
    """
    versions = versions_of(looked.group.rules[service])
    places = {key: place for place, key in enumerate(looked.people.keys)}
    found: dict[UUID, UUID] = {}
    for some in _batches(homes):
        said = NotSo.objects.filter(service_type=service, person__household__in=some).select_related("person")
        for one in said:
            place = places.get(one.person_id)
            mark = one.mark if place is None else mark_of(looked.facts_behind(service, place))
            if one.person.household_id is not None and _denied(one, mark, versions):
                found[one.person.household_id] = one.person_id
    return found


def _batches(keys: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (keys[at : at + _BATCH] for at in range(0, len(keys), _BATCH))


def _remove_wrong(looked: Looked, before: dict[tuple[UUID, int], Finding]) -> None:
    """What was found and does not follow any more from what is known; what was granted or taken up stays."""
    places = {key: place for place, key in enumerate(looked.people.keys)}
    for (person, service), one in before.items():
        place = places.get(person)
        if place is None or looked.left_out[place] or one.need_id is not None or one.taken_at is not None:
            continue
        if not looked.entitled[service][place]:
            remove(one, CHANGED)


def _told(group: Group, found: Iterable[Finding]) -> Iterable[Published]:
    for one in found:
        how = group.services[one.service_type_id].how
        yield EntitledFound(finding=one.pk, service=one.service_type_id, how=how), one.pk, None


def remove(finding: Finding, why: str) -> None:
    """Delete a finding, within the caller's transaction. What is left in the log names nobody."""
    publish(FindingRemoved(finding=finding.pk, service=finding.service_type_id, why=why), stream=finding.pk)
    Finding.objects.filter(pk=finding.pk).delete()


def remove_all(which: QuerySet[Finding], why: str) -> int:
    """As :func:`remove`, of many, some at a time with a transaction for each; returns how many there were."""
    gone = 0
    while found := list(which.order_by("pk")[:_BATCH]):
        with transaction.atomic():
            publish_many(
                (FindingRemoved(finding=one.pk, service=one.service_type_id, why=why), one.pk, None)
                for one in found
            )
            Finding.objects.filter(pk__in=[one.pk for one in found]).delete()
        gone += len(found)
    return gone


def take_no_for_an_answer() -> int:
    """Whoever called a grant off does not get it again by the same facts; returns how many there were."""
    off = Finding.objects.filter(state=Finding.State.GRANTED, need__state=Need.State.WITHDRAWN).order_by("pk")
    answered = 0
    while found := list(off[:_BATCH]):
        with transaction.atomic():
            for one in found:
                said = {"mark": one.mark, "rules": "", "at": clock.now()}
                NotSo.objects.update_or_create(
                    person_id=one.person_id, service_type_id=one.service_type_id, defaults=said
                )
                remove(one, NOT_SO)
        answered += len(found)
    return answered


@transaction.atomic
def reconsider(persons: Collection[UUID], services: Iterable[int]) -> list[Finding]:
    """Look at some people again, for some services alone."""
    found: list[Finding] = []
    within, wanted = Person.objects.filter(pk__in=persons), frozenset(services)
    for group in groups()[0]:
        some = group.only(wanted)
        if some.services:
            looked = look(some, judging_of(some), within)
            found += write_down(looked, within.filter(some.allowed()), None)
    return found


def still_due(finding: Finding) -> bool:
    """Whether a finding would be made today, by somebody who may look."""
    for group in groups()[0]:
        some = group.only([finding.service_type_id])
        if some.services:
            looked = look(some, judging_of(some), Person.objects.filter(pk=finding.person_id))
            return bool(looked.found(finding.service_type_id))
    return False


def not_allowed(group: Group) -> Q:
    """A condition on findings of a group's services: nobody may look at whom they are about (any more)."""
    return Q(service_type__in=list(group.services)) & ~group.allowed("person")
