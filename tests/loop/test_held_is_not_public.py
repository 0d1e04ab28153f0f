"""What was held is public only once a person has passed it on, whatever else becomes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.cases.following import FollowingRefusedError, follow
from lacarte.loop.needs.cases.joining import join, part
from lacarte.loop.needs.held.holding import release, turn_away, turned_away, why
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.needs.understanding.privacy import is_public, passed_on, public_text
from lacarte.registers.people.models import Person
from tests.city import City, official

pytestmark = pytest.mark.django_db
INSULT = "You are all a bunch of bastards"


def tell(city: City, text: str = INSULT) -> Need:
    return receive(text=text, channel=Channel.WEB, service_type=city.lift, longitude=122.15, latitude=28.05)


def turns_away(need: Need, city: City) -> None:
    turn_away(need, actor=official(Role.CASE_WORKER))


def withdraws(need: Need, city: City) -> None:
    withdraw(need, actor=None)


def joins(need: Need, city: City) -> None:
    join(need, tell(city, "The lift is stuck"), actor=official(Role.CASE_WORKER))


def joins_and_withdraws(need: Need, city: City) -> None:
    joins(need, city)
    withdraw(need, actor=None)


def joins_and_is_met(need: Need, city: City) -> None:
    joins(need, city)
    Need.objects.filter(pk=need.pk).update(state=Need.State.MET, closed_at=clock.now())


@pytest.mark.parametrize("ends", [turns_away, withdraws, joins, joins_and_withdraws, joins_and_is_met])
def test_nobody_reads_what_nobody_passed_on(
    city: City, client: Client, ends: Callable[[Need, City], None]
) -> None:
    need = tell(city)
    ends(need, city)
    need.refresh_from_db()
    assert need.state != Need.State.HELD
    assert not is_public(need)
    assert public_text(need) == ""
    assert need not in Need.objects.filter(passed_on())
    shown = client.get(f"/open311/v2/requests/{need.reference}.json?extensions=true").json()[0]
    assert (shown["description"], shown["lat"], shown["address"]) == (None, None, None)
    listed = client.get("/open311/v2/requests.json").json()
    assert need.reference not in [one["service_request_id"] for one in listed]
    with pytest.raises(FollowingRefusedError):
        follow(need, Person.objects.create(name="Ana"))


def test_what_a_person_passed_on_is_public(city: City) -> None:
    need = release(tell(city), actor=official(Role.CASE_WORKER))
    assert public_text(need) == INSULT
    assert need in Need.objects.filter(passed_on())
    withdraw(need, actor=None)
    need.refresh_from_db()
    assert is_public(need)
    assert not turned_away(need)


def test_only_what_a_person_closed_reads_as_turned_away(city: City) -> None:
    need, own, joined = tell(city), tell(city), tell(city)
    turns_away(need, city)
    withdraws(own, city)
    joins_and_withdraws(joined, city)
    for one in (need, own, joined):
        one.refresh_from_db()
    assert [turned_away(one) for one in (need, own, joined)] == [True, False, False]
    assert why(own) == "abuse"


def test_what_is_taken_out_of_a_case_waits_to_be_read_again(city: City) -> None:
    need = tell(city)
    joins(need, city)
    need = part(need, actor=official(Role.CASE_WORKER))
    assert (need.state, why(need)) == (Need.State.HELD, "abuse")
