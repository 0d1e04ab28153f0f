"""Needs that tell of the same thing become one case, and come apart again exactly as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.cases.joining import (
    JoiningRefusedError,
    join,
    keep_in_step,
    part,
    part_own,
    say_different,
)
from lacarte.loop.needs.models import Different, Joining, Need
from lacarte.loop.needs.queries import broken_cases
from tests.city import City, official
from tests.loop.joined import S, needs, sentences, state, told

pytestmark = pytest.mark.django_db


def test_a_joined_need_is_told_and_so_is_its_lead(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    assert join(need, lead, actor=clerk) == lead
    assert state(need) == (S.JOINED, lead.pk)
    assert state(lead) == (S.OPEN, None)
    assert sentences(need)[-1] == (
        f"Somebody has told us of the same thing. Both are dealt with as one, under {lead.reference}."
    )
    assert sentences(lead)[-1] == "Somebody else has told us of the same thing. It counts here too."
    assert timeline(need.pk).last().actor == clerk


@pytest.mark.parametrize("was", [S.OPEN, S.HELD])
def test_parting_brings_it_back_exactly_as_it_was_any_number_of_times(
    city: City, clerk: User, was: Need.State
) -> None:
    need, lead = needs(city, 2)
    Need.objects.filter(pk=need.pk).update(state=was)
    for _ in range(3):
        join(need, lead, actor=clerk)
        part(need, actor=clerk)
        assert state(need) == (was, None)
        assert not Joining.objects.exists()
    assert sentences(need)[-1].startswith(f"This is another thing than {lead.reference}.")
    assert sentences(lead)[-1] == "A report that counted here was of another thing."
    with pytest.raises(JoiningRefusedError, match="not joined"):
        part(need, actor=clerk)


def test_who_is_named_stands_for_its_case_and_what_is_joined_moves_along(city: City, clerk: User) -> None:
    a, b, c, d = needs(city, 4)
    join(a, b, actor=clerk)
    join(c, a, actor=clerk)  # a is joined: its lead is meant
    assert state(c) == (S.JOINED, b.pk)
    assert join(b, d, actor=clerk) == d
    assert [state(need)[1] for need in (a, b, c)] == [d.pk] * 3
    assert sentences(a)[-1] == f"It is now dealt with under {d.reference}."
    assert broken_cases() == []


def test_a_decision_that_is_taken_back_takes_out_what_came_by_it(city: City, clerk: User) -> None:
    a, b, c, d = needs(city, 4)
    join(a, b, actor=clerk)
    join(c, a, actor=clerk)
    join(b, d, actor=clerk)
    part(a, actor=clerk)  # c was said to be the same as a
    assert state(a) == (S.OPEN, None)
    assert state(c) == (S.JOINED, a.pk)
    assert state(b) == (S.JOINED, d.pk)
    join(a, b, actor=clerk)
    part(b, actor=clerk)
    assert state(b) == (S.OPEN, None)
    assert {state(a)[1], state(c)[1]} == {b.pk}
    assert state(d) == (S.OPEN, None)
    assert broken_cases() == []


def test_joining_the_same_two_again_or_the_other_way_round_changes_nothing(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    join(need, lead, actor=clerk)
    before = timeline(need.pk).count()
    assert join(need, lead, actor=clerk) == lead
    assert timeline(need.pk).count() == before
    with pytest.raises(JoiningRefusedError, match="one case already"):
        join(lead, need, actor=clerk)
    with pytest.raises(JoiningRefusedError, match="one case already"):
        join(lead, lead, actor=clerk)


def test_what_is_joined_elsewhere_has_to_be_taken_out_first(city: City, clerk: User) -> None:
    a, b, c = needs(city, 3)
    join(a, b, actor=clerk)
    with pytest.raises(JoiningRefusedError, match=f"{a.reference} is joined to another need"):
        join(a, c, actor=clerk)


def test_the_one_that_is_worked_on_leads_whichever_was_named(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    Need.objects.filter(pk=need.pk).update(state=S.ORDERED)
    assert join(need, lead, actor=clerk) == need
    assert state(lead) == (S.JOINED, need.pk)
    part(lead, actor=clerk)
    Need.objects.filter(pk=lead.pk).update(state=S.ORDERED)
    with pytest.raises(JoiningRefusedError, match="Both have an order under way"):
        join(need, lead, actor=clerk)


def test_what_waits_to_be_read_never_leads_what_waits_for_an_offer(city: City, clerk: User) -> None:
    need, held = needs(city, 2)
    Need.objects.filter(pk=held.pk).update(state=S.HELD)
    assert join(need, held, actor=clerk) == need
    assert state(held) == (S.JOINED, need.pk)


@pytest.mark.parametrize("closed", [S.MET, S.WITHDRAWN])
def test_what_is_closed_is_not_joined_to_anything(city: City, clerk: User, closed: Need.State) -> None:
    need, lead = needs(city, 2)
    Need.objects.filter(pk=lead.pk).update(state=closed)
    for one, other in ((need, lead), (lead, need)):
        with pytest.raises(JoiningRefusedError, match=f"{lead.reference} is closed"):
            join(one, other, actor=clerk)
    assert state(need) == (S.OPEN, None)


def test_what_people_need_for_themselves_is_not_joined(city: City, clerk: User) -> None:
    need, own = told(city), told(city, 1, service_type=city.care)
    for one, other in ((need, own), (own, need)):
        with pytest.raises(JoiningRefusedError, match="needs of places"):
            join(one, other, actor=clerk)


def test_a_mandate_must_reach_both(city: City, clerk: User) -> None:
    west, east = told(city), told(city, longitude=122.15)
    for one, other in ((west, east), (east, west)):
        with pytest.raises(PermissionDenied):
            join(one, other, actor=clerk)
    everywhere = official(Role.CASE_WORKER, name="everywhere")
    join(west, east, actor=everywhere)
    with pytest.raises(PermissionDenied):
        part(west, actor=official(Role.CALL_TAKER, city.west, name="caller"))
    with pytest.raises(PermissionDenied):
        say_different(west, east, actor=clerk)


def test_taken_out_it_leads_nobody_while_it_waits_to_be_read(city: City, clerk: User) -> None:
    lead, held, through, old = needs(city, 4)
    Need.objects.filter(pk=held.pk).update(state=S.HELD)
    Need.objects.filter(pk=old.pk).update(received_at=clock.now() - timedelta(days=1))
    for need, to in ((held, lead), (through, held), (old, through)):
        join(need, to, actor=clerk)
    assert part(held, actor=clerk).lead == old
    assert state(lead) == (S.OPEN, None)
    assert state(old) == (S.OPEN, None), "it waits for an offer, whoever reads the other"
    assert {state(held), state(through)} == {(S.JOINED, old.pk)}
    assert sentences(old)[-1].startswith(f"This is another thing than {lead.reference}.")
    assert sentences(held)[-1] == f"It is now dealt with under {old.reference}."
    assert broken_cases() == []
    part(through, actor=clerk)
    assert state(held) == (S.JOINED, through.pk), "it was said that these two are the same"
    part(held, actor=clerk)
    assert (state(held), state(through)) == ((S.HELD, None), (S.OPEN, None))
    assert not Joining.objects.exists()


def test_a_reporter_says_that_theirs_is_another_thing(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    join(need, lead, actor=None, probability=0.98)
    assert Joining.objects.get().probability == 0.98
    part_own(need, actor=None)
    assert state(need) == (S.OPEN, None)
    assert {Different.objects.get().one, Different.objects.get().other} == {need, lead}
    assert sentences(need)[-1] == f"Somebody looked: this is another thing than {lead.reference}."
    with pytest.raises(JoiningRefusedError, match="not joined"):
        part_own(need, actor=None)


def test_met_together_a_reporter_may_still_say_that_theirs_is_another(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    join(need, lead, actor=clerk)
    Need.objects.filter(pk=lead.pk).update(state=S.MET, closed_at=clock.now())
    keep_in_step(lead.pk)
    part_own(need, actor=None)
    assert state(need) == (S.OPEN, None)
    assert need.closed_at is None


def test_different_is_said_once_and_takes_apart(city: City, clerk: User) -> None:
    a, b = needs(city, 2)
    join(a, b, actor=clerk)
    say_different(b, a, actor=clerk)
    say_different(a, b, actor=clerk)
    assert state(a) == (S.OPEN, None)
    assert Different.objects.get().said_by == clerk
    assert timeline(a.pk).filter(name="need.different").count() == 1
