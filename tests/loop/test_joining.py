"""Needs that tell of the same thing become one case, and come apart again exactly as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import classify, receive, withdraw
from lacarte.loop.needs.cases.following import FollowingRefusedError, follow, unfollow
from lacarte.loop.needs.cases.joining import (
    JoiningRefusedError,
    join,
    keep_in_step,
    part,
    part_own,
    say_different,
)
from lacarte.loop.needs.models import Channel, Different, Follower, Joining, Need
from lacarte.loop.needs.queries import broken_cases, late_cases, most_urgent, people_behind
from lacarte.registers.people.models import Person
from lacarte.site.health import findings
from tests.city import City, build, official

pytestmark = pytest.mark.django_db
S = Need.State


@pytest.fixture
def city() -> City:
    return build()


@pytest.fixture
def clerk(city: City) -> User:
    return official(Role.CASE_WORKER, city.west)


def told(city: City, number: int = 0, **fields: object) -> Need:
    """A need of a place, far enough from the others not to be like them."""
    values = {"service_type": city.lift, "longitude": 122.01 + number / 100, "latitude": 28.05}
    return receive(text=f"Lift {number}", channel=Channel.WEB, **{**values, **fields})  # type: ignore[arg-type]


def needs(city: City, count: int) -> list[Need]:
    return [told(city, number) for number in range(count)]


def state(need: Need) -> tuple[str, object]:
    need.refresh_from_db()
    return need.state, need.lead_id


def sentences(need: Need) -> list[str]:
    return [describe(event) for event in timeline(need.pk)]


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


def test_met_with_its_lead_and_waiting_again_with_it(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    join(need, lead, actor=clerk)
    Need.objects.filter(pk=lead.pk).update(state=S.MET, closed_at=clock.now())
    keep_in_step(lead.pk)
    keep_in_step(lead.pk)
    lead.refresh_from_db()
    assert state(need) == (S.MET, lead.pk)
    assert need.closed_at == lead.closed_at
    assert sentences(need).count(f"The provider says it is done, under {lead.reference}.") == 1
    Need.objects.filter(pk=lead.pk).update(state=S.OPEN, closed_at=None)
    keep_in_step(lead.pk)
    assert state(need) == (S.JOINED, lead.pk)
    assert need.closed_at is None
    assert sentences(need)[-1].startswith("It was not solved after all.")
    assert broken_cases() == []


def test_the_oldest_goes_on_when_the_lead_is_withdrawn(city: City, clerk: User) -> None:
    lead, young, old, through = needs(city, 4)
    Need.objects.filter(pk=old.pk).update(received_at=clock.now() - timedelta(days=1))
    for need, to in ((young, lead), (old, young), (through, lead)):
        join(need, to, actor=clerk)
    withdraw(lead, actor=None)
    keep_in_step(lead.pk)
    assert state(lead) == (S.WITHDRAWN, None)
    assert state(old) == (S.OPEN, None)
    assert {state(young), state(through)} == {(S.JOINED, old.pk)}
    assert sentences(old)[-1] == "The report that this counted with was withdrawn. Yours goes on."
    assert broken_cases() == []
    part(young, actor=clerk)
    assert (state(young), state(through)) == ((S.OPEN, None), (S.JOINED, old.pk))


def test_what_waits_to_be_read_does_not_go_on_for_those_that_wait_for_an_offer(city: City, clerk: User) -> None:
    lead, held, waits = needs(city, 3)
    Need.objects.filter(pk=held.pk).update(state=S.HELD)
    join(held, lead, actor=clerk)
    join(waits, held, actor=clerk)
    withdraw(lead, actor=None)
    keep_in_step(lead.pk)
    assert state(waits) == (S.OPEN, None)
    assert state(held) == (S.JOINED, waits.pk)
    assert broken_cases() == []


def test_where_all_wait_to_be_read_each_is_again_what_it_was(city: City, clerk: User) -> None:
    lead, one, other = needs(city, 3)
    Need.objects.filter(pk__in=[one.pk, other.pk]).update(state=S.HELD)
    join(one, lead, actor=clerk)
    join(other, one, actor=clerk)
    withdraw(lead, actor=None)
    keep_in_step(lead.pk)
    assert state(one) == state(other) == (S.HELD, None)
    assert not Joining.objects.exists()
    assert broken_cases() == []


@pytest.mark.parametrize("was", [S.OPEN, S.HELD])
def test_what_turns_out_to_be_of_a_person_leaves_its_case(city: City, clerk: User, was: Need.State) -> None:
    lead, need, came = needs(city, 3)
    Need.objects.filter(pk=need.pk).update(state=was)
    join(need, lead, actor=clerk)
    join(came, need, actor=clerk)
    classify(need, service_type=city.care, actor=clerk)
    assert state(need) == (was, None)
    assert need.subject == "person"
    assert state(came) == (S.JOINED, lead.pk)
    assert sentences(lead)[-1] == "A report that counted here was of another thing."
    assert broken_cases() == []


def test_a_lead_that_turns_out_to_be_of_a_person_leaves_the_others_a_case(city: City, clerk: User) -> None:
    lead, heir, other = needs(city, 3)
    for need in (heir, other):
        join(need, lead, actor=clerk)
    classify(lead, service_type=city.care, actor=clerk)
    assert state(lead) == (S.OPEN, None)
    assert state(heir) == (S.OPEN, None)
    assert state(other) == (S.JOINED, heir.pk)
    assert sentences(heir)[-1].startswith(f"This is another thing than {lead.reference}.")
    assert broken_cases() == []


def test_a_lead_that_others_were_met_with_stays_of_a_place(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    join(need, lead, actor=clerk)
    Need.objects.filter(pk=lead.pk).update(state=S.MET, closed_at=clock.now())
    keep_in_step(lead.pk)
    with pytest.raises(JoiningRefusedError, match="take them out first"):
        classify(lead, service_type=city.care, actor=clerk)
    assert state(lead) == (S.MET, None)
    assert lead.subject == "place"


def test_another_service_of_the_place_leaves_the_case_as_it_is(city: City, clerk: User) -> None:
    need, lead = needs(city, 2)
    join(need, lead, actor=clerk)
    classify(need, service_type=city.lift, actor=clerk)
    assert state(need) == (S.JOINED, lead.pk)


def test_a_joined_need_can_be_withdrawn_and_what_came_by_it_stays(city: City, clerk: User) -> None:
    lead, middle, last = needs(city, 3)
    join(middle, lead, actor=clerk)
    join(last, middle, actor=clerk)
    withdraw(middle, actor=None)
    assert state(middle) == (S.WITHDRAWN, None)
    assert state(last) == (S.JOINED, lead.pk)
    assert Joining.objects.get().to == lead
    part(last, actor=clerk)
    assert state(last) == (S.OPEN, None)
    assert broken_cases() == []


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


def test_people_behind_a_case_are_counted_once_each(city: City, clerk: User) -> None:
    ann, bob, cid = (Person.objects.create(name=name) for name in ("Ann", "Bob", "Cid"))
    lead, twice, anonymous, alone = (
        told(city, 0, person=ann),
        told(city, 1, person=ann),
        told(city, 2),
        told(city, 3),
    )
    for need in (twice, anonymous):
        join(need, lead, actor=clerk)
    follow(lead, bob)
    follow(anonymous, bob)
    follow(anonymous, cid)
    counted = people_behind(Need.objects.all())
    assert counted == {lead.pk: 4, twice.pk: 4, anonymous.pk: 4, alone.pk: 1}


def test_a_lead_is_as_urgent_as_the_most_urgent_that_is_joined(city: City, clerk: User) -> None:
    lead, child, other = needs(city, 3)
    Need.objects.filter(pk=child.pk).update(urgency=0)
    Need.objects.filter(pk=lead.pk).update(urgency=2)
    join(child, lead, actor=clerk)
    assert most_urgent(Need.objects.filter(pk__in=[lead.pk, other.pk])) == {lead.pk: 0, other.pk: None}


def test_following_is_done_once_and_undone(city: City) -> None:
    bob = Person.objects.create(name="Bob")
    need = told(city, person=Person.objects.create(name="Ann"))
    assert follow(need, bob) == follow(need, bob)
    assert Follower.objects.count() == 1
    unfollow(need, bob)
    unfollow(need, bob)
    assert sentences(need)[1:] == [
        "Somebody else follows how this goes.",
        "Somebody does not follow this any more.",
    ]


def test_only_what_everybody_may_see_is_followed(city: City) -> None:
    bob = Person.objects.create(name="Bob")
    with pytest.raises(FollowingRefusedError, match="needs of places"):
        follow(told(city, service_type=city.care), bob)
    held = told(city, 1)
    Need.objects.filter(pk=held.pk).update(state=S.HELD)
    held.refresh_from_db()
    with pytest.raises(FollowingRefusedError, match="everybody may see"):
        follow(held, bob)
    with pytest.raises(FollowingRefusedError, match="yourself"):
        follow(told(city, 2, person=bob), bob)


def test_cases_that_do_not_hold_together_are_found(city: City, clerk: User) -> None:
    a, b, c = needs(city, 3)
    join(a, b, actor=clerk)
    assert broken_cases() == []
    Need.objects.filter(pk=b.pk).update(lead=c, state=S.JOINED)  # a lead that is joined, without a decision
    assert set(broken_cases()) == {a.reference, b.reference}
    Need.objects.filter(pk=b.pk).update(lead=None, state=S.OPEN)
    Need.objects.filter(pk=c.pk).update(state=S.JOINED)
    assert broken_cases() == [c.reference]
    Need.objects.filter(pk=c.pk).update(state=S.OPEN)
    for own, here in ((a, b), (b, a)):
        Need.objects.filter(pk=own.pk).update(subject="person")
        Need.objects.filter(pk=here.pk).update(subject="place")
        assert broken_cases() == [a.reference]
    Need.objects.filter(pk=b.pk).update(subject="place")
    Need.objects.filter(pk=b.pk).update(state=S.WITHDRAWN, closed_at=clock.now() - timedelta(hours=2))
    assert late_cases(clock.now() - timedelta(hours=1)) == [a.reference]


def test_lacarte_check_looks_at_the_cases(city: City, clerk: User) -> None:
    def said() -> tuple[bool, str]:
        return next((one.well, one.words) for one in findings() if one.what == "joined needs")

    a, b = needs(city, 2)
    join(a, b, actor=clerk)
    assert said() == (True, "each has its lead")
    Need.objects.filter(pk=b.pk).update(state=S.WITHDRAWN, closed_at=clock.now() - timedelta(hours=2))
    assert said() == (False, f"their lead is closed: {a.reference}: is `lacarte worker` running?")
    Joining.objects.all().delete()
    assert said() == (False, f"do not hold together: {a.reference}")
