"""What the city found and did can be taken back: by itself, one case or a whole run, and by whom it is about."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.states import Who
from lacarte.loop.takeup.models import Finding, Measure, Notice, NotSo, TakeUpRun
from lacarte.loop.takeup.own import denied, look_again, not_so, order, own_findings, withdraw_consent
from lacarte.loop.takeup.running import RunTakenError, run
from lacarte.loop.takeup.undoing import Undone, UndoRefusedError, by_reference, undo_case, undo_run
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.people.consenting import give
from lacarte.registers.people.consenting import withdraw as take_back
from lacarte.registers.people.models import Circumstance, Household, Person
from tests.background import work
from tests.city import City, official
from tests.loop.takeup.reaching import SUPPORT, found, reaches, rent_help, service, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


def offered(city: City, need: Need) -> Order:
    offer = Offer.objects.create(
        code="rent", service_type=need.service_type, provider=city.offer.offer.provider, name={"en": "R"}
    )
    return place_order(need, offer_at_place=OfferAtPlace.objects.create(offer=offer, region=city.west))


@pytest.fixture
def planner(city: City) -> User:
    return official(Role.PLANNER)


@pytest.fixture
def invited(city: City) -> Finding:
    rent_help(city)
    somebody(city)
    run()
    work()
    return Finding.objects.get()


@pytest.fixture
def granted(city: City) -> Finding:
    rent_help(city, "grant")
    somebody(city)
    run()
    work()
    return Finding.objects.get()


def test_who_was_told_hears_that_it_was_a_mistake(invited: Finding, planner: User) -> None:
    assert undo_case(by_reference(invited.reference.lower()), actor=planner) == Undone.GONE
    work()
    first, second = Memory.sent.values()
    assert (first.to, second.subject) == (second.to, "Our mistake: Rent help")
    assert not found() and [one.name for one in timeline(invited.pk)] == ["take-up.found", "take-up.removed"]


def test_what_was_not_sent_yet_is_not_sent(city: City, planner: User) -> None:
    rent_help(city)
    somebody(city)
    done = run()
    undo_run(done, actor=planner)
    work()
    assert not Memory.sent and not found()
    assert TakeUpRun.objects.get().state == "undone"


def test_what_was_taken_back_is_not_found_again_unless_the_rules_or_facts_are_others(
    invited: Finding, planner: User
) -> None:
    undo_case(invited, actor=planner)
    run()
    assert not found()
    Requirement.objects.filter(service_type=invited.service_type).update(comparison="is-not", value=False)
    run()
    assert found()


@pytest.mark.parametrize("who", ["official", "themselves", "called off"])
def test_what_a_household_was_not_to_get_is_not_found_for_who_lives_with_them(
    city: City, planner: User, who: str
) -> None:
    kind = service(city, "rent-help", ("low-income", "is", True), subject="household")
    reaches(kind, "grant" if who == "called off" else "invite")
    home = Household.objects.create(region=city.west)
    for name in ("mo", "lin"):
        somebody(city, name, household=home)
    run()
    work()
    one = Finding.objects.get()
    if who == "official":
        undo_case(one, actor=planner)
    elif who == "themselves":
        not_so(one, actor=one.person.user)
    else:
        withdraw(Need.objects.get(), actor=None)
    for slice_of in (10, 1):
        run(slice_of=slice_of)
        work()
        assert found() == set()
    Circumstance.objects.filter(person=one.person).update(value=False)
    run()
    work()
    (other,) = found()
    assert other[0] != one.person.user.username, "by other facts of the one the other is found"


def test_a_grant_that_waits_is_called_off(granted: Finding, planner: User) -> None:
    assert undo_case(granted, actor=planner) == Undone.GONE
    work()
    assert Need.objects.get().state == "withdrawn" and not found()
    assert any("was called off" in letter.text for letter in Memory.sent.values())


def test_a_grant_that_is_ordered_is_cancelled_but_not_when_the_work_has_begun(
    city: City, granted: Finding, planner: User
) -> None:
    placed = offered(city, granted.need)
    assert undo_case(granted, actor=planner) == Undone.GONE
    placed.refresh_from_db()
    assert (placed.state, placed.reason) == ("cancelled", "It was granted by mistake.")
    NotSo.objects.all().delete()
    run()
    work()
    begun = Finding.objects.get()
    again = place_order(begun.need, offer_at_place=placed.offer_at_place)
    for state in ("accepted", "in-progress"):
        change(again, to=state, actor=None, who=Who.WORKER)
    assert undo_case(begun, actor=planner) == Undone.BEGUN
    assert found() == {("mo", "rent-help", "granted")}


def test_who_calls_a_grant_off_does_not_get_it_again(granted: Finding) -> None:
    withdraw(granted.need, actor=granted.person.user)
    for _ in range(2):
        run()
        work()
    assert not found() and Need.objects.count() == 1
    assert [one.service_type for one in denied(granted.person)] == [granted.service_type]


def test_a_whole_run_is_taken_back_case_by_case_and_only_once(city: City, planner: User) -> None:
    rent_help(city, "grant")
    reaches(service(city, "school-bag", ("low-income", "is", True)))
    for name in ("mo", "lin"):
        somebody(city, name)
    done = run()
    work()
    undo_run(done, actor=planner)
    work()
    assert not found() and {need.state for need in Need.objects.all()} == {"withdrawn"}
    assert Notice.objects.filter(kind="correction", state="sent").count() == 2
    assert Measure.objects.count() == 2, "what was counted stays"
    assert [one.name for one in timeline(done.pk)] == ["take-up.run-ended", "take-up.run-undone"]
    with pytest.raises(UndoRefusedError):
        undo_run(done, actor=planner)


def test_undone_while_it_looks_a_run_stops(city: City, planner: User) -> None:
    for name in ("mo", "lin"):
        somebody(city, name)
    work()
    rent_help(city)
    with pytest.raises(RunTakenError):
        run(lambda line: undo_run(TakeUpRun.objects.get(), actor=planner), slice_of=1)
    work()
    assert not found() and run().looks == 2


def test_only_who_may_reach_out_there_takes_it_back(city: City, invited: Finding) -> None:
    for user in (official(Role.CASE_WORKER), official(Role.AUDITOR), official(Role.PLANNER, city.east)):
        with pytest.raises(PermissionDenied):
            undo_case(invited, actor=user)
        with pytest.raises(PermissionDenied):
            undo_run(invited.run, actor=user)
    with pytest.raises(UndoRefusedError):
        by_reference("2222-2222")


def test_who_says_that_it_is_not_so_is_believed_until_they_or_the_facts_say_otherwise(invited: Finding) -> None:
    mo = invited.person
    not_so(invited, actor=mo.user)
    for _ in range(2):
        run()
    assert not found()
    Circumstance.objects.create(person=mo, kind="age", value=40, since=Circumstance.objects.get().since)
    run()
    assert not found(), "the rules do not ask for it"
    look_again(mo, invited.service_type_id, actor=mo.user)
    assert found() == {("mo", "rent-help", "found")}


def test_by_other_facts_it_is_found_although_they_once_said_no(city: City) -> None:
    reaches(service(city, "rent-help", ("income", "at-most", 1000)))
    mo = somebody(city, facts={"income": 900})
    run()
    not_so(mo.findings.get(), actor=mo.user)
    Circumstance.objects.update(value=500)
    run()
    assert found() == {("mo", "rent-help", "found")}


def test_consent_withdrawn_deletes_what_was_found_at_once(invited: Finding) -> None:
    mo = invited.person
    withdraw_consent(mo, SUPPORT, actor=mo.user)
    assert not found() and Notice.objects.get().services == []
    run()
    assert not found()
    give(mo, [SUPPORT], actor=mo.user)
    work()
    assert found() == {("mo", "rent-help", "invited")}, "given anew, it is looked for anew"


def test_whichever_way_it_is_withdrawn_what_was_found_goes(invited: Finding) -> None:
    take_back(invited.person, SUPPORT, actor=invited.person.user)
    work()
    assert not found()


def test_what_was_found_is_ordered_in_one_step_with_what_is_known(invited: Finding) -> None:
    mo = invited.person
    (own,) = own_findings(mo)
    assert [rule.code for rule in own.judgement.holding] == ["r0"] and own.facts == {"low-income": True}
    bundle = order(invited, actor=mo.user)
    assert order(invited, actor=mo.user) == bundle
    work()
    need = Need.objects.get()
    assert (need.person, need.service_type, need.channel) == (mo, invited.service_type, "web")
    assert bundle.facts == {"low-income": True} and Measure.objects.get().taken_up == 1
    run()
    assert Finding.objects.get().taken_at is not None


def test_what_is_asked_for_by_another_way_counts_as_taken_up_too(invited: Finding) -> None:
    receive(text="", channel="phone", service_type=invited.service_type, person=invited.person)
    run()
    measures = Measure.objects.order_by("pk").values_list("receiving", "taken_up")
    assert list(measures) == [(0, 1), (1, 0)], "before and after"


def test_nobody_touches_what_was_found_about_another(invited: Finding, planner: User) -> None:
    for verb in (not_so, order):
        with pytest.raises(PermissionDenied):
            verb(invited, actor=planner)
    with pytest.raises(PermissionDenied):
        look_again(Person.objects.get(), invited.service_type_id, actor=planner)
    assert found()
