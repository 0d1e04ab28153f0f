"""A case after it was joined: it is met together, its lead may go, and all who told of it count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.actions import classify, withdraw
from lacarte.loop.needs.cases.following import follow
from lacarte.loop.needs.cases.joining import JoiningRefusedError, join, keep_in_step, part
from lacarte.loop.needs.models import Joining, Need
from lacarte.loop.needs.queries import broken_cases, late_cases, most_urgent, people_behind
from lacarte.registers.people.models import Person
from lacarte.site.health import findings
from tests.city import City
from tests.loop.joined import S, needs, sentences, state, told

pytestmark = pytest.mark.django_db


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
