"""Services that look for those who are entitled, people who let themselves be found, and what was found."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from lacarte.demo.walk import work
from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import people_seen_by
from lacarte.loop.takeup.models import Reach
from lacarte.loop.takeup.reach import set_reach
from lacarte.loop.takeup.running import run
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.consenting import PURPOSES, give
from lacarte.registers.people.entering import enter
from lacarte.registers.people.models import Circumstance, Consent, Household, Person

_INVITE, _GRANT = Reach.How.INVITE, Reach.How.GRANT
#: Service, how it reaches out, purpose, legal basis.
_REACHES = (
    ("rent-help", _INVITE, "find-support", "Lanwan Housing Support Rules, section 7 · 澜湾住房保障办法第七条"),
    ("after-school-care", _INVITE, "find-support", ""),
    (
        "senior-card",
        _GRANT,
        "find-support",
        "Lanwan Senior Citizens' Rules, section 12 · 澜湾老年人优待办法第十二条",
    ),
    ("personal-assistance", _INVITE, "find-care", "Lanwan Disability Rules, section 9 · 澜湾残疾人保障办法第九条"),
)
#: Of all people one in so many lets itself be found, at most so many; of the old, who are granted something, only
#: so few that the desk is not full of it.
_ONE_IN, _MOST, _OLD = 5, 2400, 12
_WRITTEN_TO = 3
_WARD, _COURT = "沈光 Shen Guang", "Court of Lanwan, 3 C 17"
_FIRST_RUN = timedelta(days=9)


def settle_takeup() -> None:
    """Have a first run some days ago and one now, once. Call it when accounts are settled."""
    if Reach.objects.exists():
        return
    now, then = clock.now(), clock.now() - _FIRST_RUN
    with clock.stopped_at(then - timedelta(days=1)):
        for code, how, purpose, law in _REACHES:
            kind = ServiceType.objects.get(code=code)
            planner = User.objects.get(username="planner")
            set_reach(kind, how, purpose=purpose, legal_basis=law, actor=planner)
        _let_themselves_be_found()
        _let_a_ward_be_found()
    with clock.stopped_at(then):
        run()
        work()
    with clock.stopped_at(now):
        run()
    work()


def _let_themselves_be_found() -> None:
    me = Person.objects.get(user__username="resident")
    people = Person.objects.filter(user=None, birth_year__isnull=False).exclude(pk=me.pk)
    year = clock.now().year
    reached = ServiceType.objects.filter(code__in=[code for code, *_ in _REACHES])
    asked = Q(pk__in=Need.objects.filter(service_type__in=reached, person__isnull=False).values("person"))
    young = people.filter(birth_year__gt=year - 60)
    most = min(_MOST, people.count() // _ONE_IN)
    chosen = [me, *young.filter(asked).order_by("pk")[: most // 4]]
    chosen += people.filter(birth_year__lt=year - 66).order_by("pk")[:_OLD]
    known = {one.pk for one in chosen}
    chosen += [one for one in young.order_by("pk")[: 2 * most] if one.pk not in known][: most - len(chosen)]
    _consent(chosen)
    homes = [one.household_id for one in chosen if one.household_id]
    poor = Circumstance.objects.filter(kind="low-income").values("household")
    rented = Person.objects.filter(pk__in=[one.pk for one in chosen if one.pk != me.pk], household__in=poor)
    since = clock.now().date() - timedelta(days=300)
    Circumstance.objects.bulk_create(
        Circumstance(person=one, kind="rents-home", value=True, since=since, source="demo")
        for one in [me, *rented.filter(household__in=homes).order_by("pk")]
    )
    for number, one in enumerate(rented.order_by("pk")[:_WRITTEN_TO]):
        Person.objects.filter(pk=one.pk).update(email=f"neighbour-{number}@lanwan.example")


def _let_a_ward_be_found() -> None:
    """The resident is the guardian of a brother, and consents for him."""
    me = Person.objects.select_related("user", "household").get(user__username="resident")
    worker = User.objects.get(username="case-worker")
    ward = Person.objects.create(
        name=_WARD,
        birth_year=clock.now().year - 72,
        household=me.household and Household.objects.create(region=me.household.region),
        language=me.language,
    )
    since = clock.now().date() - timedelta(days=900)
    Circumstance.objects.create(person=ward, kind="disability", value=True, since=since, source="demo")
    enter(
        ward,
        me,
        kind="guardian",
        since=clock.now(),
        until=None,
        evidence=_COURT,
        actor=worker,
        within=people_seen_by(worker, Action.KEEP_MANDATES, Action.KEEP_MANDATES),
    )
    assert me.user is not None
    give(ward, PURPOSES, actor=me.user)


def _consent(people: list[Person]) -> None:
    """In the way that a city takes over what it was told on paper."""
    now = clock.now()
    Consent.objects.bulk_create(
        Consent(person=one, purpose=code, given_at=now, until=now + timedelta(days=purpose.days))
        for code, purpose in PURPOSES.items()
        for number, one in enumerate(people)
        if code == "find-support" or number % 2
    )
