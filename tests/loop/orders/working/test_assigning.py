"""A case is worked on by one official at most; who takes, gives and gives back; a withdrawn account has none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.cases.joining import join
from lacarte.loop.needs.messages.conversation import timeline_beside
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Assignment
from lacarte.loop.orders.working.assigning import (
    AssignmentRefusedError,
    give,
    give_back,
    leave_withdrawn,
    take,
)
from lacarte.loop.orders.working.seeing import left_by, nobodys, worker_of, workers_of, works_on
from tests.city import City, official

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(city: City) -> Need:
    return receive(text="help", channel="web", service_type=city.care, region=city.west)


@pytest.fixture
def li(city: City) -> User:
    return official(Role.CASE_WORKER, city.west, "li")


@pytest.fixture
def wang(city: City) -> User:
    return official(Role.CASE_WORKER, city.west, "wang")


def told(need: Need) -> list[str]:
    return [describe(event) for event in timeline(need.pk)]


def works(need: Need) -> User | None:
    found = worker_of(need)
    return found.official if found else None


def test_a_case_is_taken_once_and_the_second_sees_who_has_it(need: Need, li: User, wang: User) -> None:
    assert take(need, actor=li) == take(need, actor=li), "taken twice it is once"
    with pytest.raises(AssignmentRefusedError, match=r"^li works on this, since "):
        take(need, actor=wang)
    assert works(need) == li
    assert told(need)[-1] == "li works on it."
    assert Assignment.objects.count() == 1


def test_it_is_given_back_and_taken_by_another(need: Need, li: User, wang: User) -> None:
    take(need, actor=li)
    with pytest.raises(AssignmentRefusedError, match="li works on this"):
        give_back(need, actor=wang)
    give_back(need, actor=li)
    give_back(need, actor=li)
    assert works(need) is None
    take(need, actor=wang)
    assert [(one.official, one.ended) for one in Assignment.objects.all()] == [(li, "given-back"), (wang, "")]


def test_it_is_given_to_another_who_may_work_there(city: City, need: Need, li: User, wang: User) -> None:
    given = give(need, wang, actor=li, seen=None)
    assert (given.official, given.given_by) == (wang, li)
    assert told(need)[-1] == "It was given to wang, who works on it."
    east = official(Role.CASE_WORKER, city.east, "east")
    with pytest.raises(AssignmentRefusedError, match="east has no mandate to work on this"):
        give(need, east, actor=li, seen=wang.pk)
    with pytest.raises(AssignmentRefusedError, match="has no mandate"):
        give(need, official(Role.CALL_TAKER, city.west), actor=li, seen=wang.pk)
    with pytest.raises(PermissionDenied):
        give(need, east, actor=east, seen=wang.pk)


def test_who_gives_names_whom_they_saw(need: Need, li: User, wang: User) -> None:
    take(need, actor=wang)
    with pytest.raises(AssignmentRefusedError, match="wang works on this"):
        give(need, li, actor=li, seen=None)
    give_back(need, actor=wang)
    with pytest.raises(AssignmentRefusedError, match="Nobody works on this any more"):
        give(need, li, actor=li, seen=wang.pk)


def test_only_who_may_work_there_takes_it(city: City, need: Need) -> None:
    for user in (official(Role.CASE_WORKER, city.east), official(Role.CALL_TAKER, city.west)):
        with pytest.raises(PermissionDenied):
            take(need, actor=user)


def test_what_has_ended_is_not_taken_but_stays_known(need: Need, li: User, wang: User) -> None:
    take(need, actor=li)
    withdraw(need, actor=None)
    assert works(need) == li, "whose it was is seen"
    with pytest.raises(AssignmentRefusedError, match="This has ended"):
        take(need, actor=wang)
    give_back(need, actor=li)


def test_what_is_joined_is_worked_on_with_its_lead(city: City, wang: User) -> None:
    lead, also = (receive(text="stuck", channel="web", service_type=city.lift, region=city.west) for _ in range(2))
    join(also, lead, actor=wang)
    with pytest.raises(AssignmentRefusedError, match=f"together with {lead.reference}"):
        take(also, actor=wang)


@pytest.mark.parametrize("how", ["account", "mandate", "elsewhere"])
def test_a_withdrawn_account_leaves_its_cases_to_nobody_visibly(
    city: City, need: Need, li: User, wang: User, how: str
) -> None:
    take(need, actor=li)
    assert leave_withdrawn() == 0
    if how == "account":
        User.objects.filter(pk=li.pk).update(is_active=False)
        assert works(need) is None, "at once"
    elif how == "mandate":
        OfficialMandate.objects.filter(holder=li).update(until=clock.now() - timedelta(seconds=1))
    else:
        OfficialMandate.objects.filter(holder=li).update(
            region_first=city.east.number, region_last=city.east.number
        )
    assert leave_withdrawn() == 1
    assert leave_withdrawn() == 0
    assert works(need) is None
    left = left_by(need)
    assert left is not None
    assert left.official == li
    assert told(need)[-1] == "Nobody works on it any more: the account of li may not work on it now."
    take(need, actor=wang)
    assert left_by(need) is None


def test_a_case_of_a_withdrawn_account_is_taken_before_the_clock_notices(need: Need, li: User, wang: User) -> None:
    take(need, actor=li)
    User.objects.filter(pk=li.pk).update(is_active=False)
    take(need, actor=wang)
    assert works(need) == wang
    assert told(need)[-2].startswith("Nobody works on it any more")


def test_lists_ask_for_mine_and_nobodys(city: City, need: Need, li: User, wang: User) -> None:
    other = receive(text="help", channel="web", service_type=city.care, region=city.west)
    take(need, actor=li)
    assert list(Need.objects.filter(works_on(li))) == [need]
    assert not Need.objects.filter(works_on(wang)).exists()
    assert list(Need.objects.filter(nobodys())) == [other]
    assert workers_of([need.reference, other.reference]) == {need.reference: li}


def test_residents_do_not_read_who_works_on_it(need: Need, li: User) -> None:
    take(need, actor=li)
    assert "li works on it." not in [describe(event) for event in timeline_beside(need)]
    assert "li works on it." in [describe(event) for event in timeline_beside(need, inside=True)]
