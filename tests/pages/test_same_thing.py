"""Needs that tell of the same thing, on the pages of the desk and of residents."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.cases.joining import join
from lacarte.loop.needs.models import Channel, Different, Follower, Need
from lacarte.registers.people.models import Person
from tests.city import City, official

pytestmark = pytest.mark.django_db
METRE = 1 / 111_195


@pytest.fixture
def desk(city: City, client: Client) -> Client:
    client.force_login(official(Role.CASE_WORKER, city.west))
    return client


def told(city: City, text: str = "The lift in building 5 is broken", north: float = 0, **fields: Any) -> Need:
    values = {"service_type": city.lift, "longitude": 122.05, "latitude": 28.05 + north * METRE}
    return receive(text=text, channel=Channel.WEB, **{**values, **fields})


def page(client: Client, need: Need, at: str = "/desk") -> str:
    return client.get(f"{at}/needs/{need.reference}/").content.decode()


def state(need: Need) -> tuple[str, object]:
    need.refresh_from_db()
    return need.state, need.lead_id


def test_the_desk_sees_what_may_be_the_same_and_joins_it(city: City, desk: Client) -> None:
    first, second = told(city), told(city, "Lift in building 5 does not work", north=15)
    shown = page(desk, second)
    assert "May be the same" in shown
    assert first.reference in shown
    assert "near, within a day, same service" in shown
    answer = desk.post(f"/desk/needs/{second.reference}/same/", {"join": first.reference}, follow=True)
    assert f"Joined with {first.reference}" in answer.content.decode()
    assert state(second) == (Need.State.JOINED, first.pk)
    assert "and dealt with there" in page(desk, second)
    assert "2 people have told of it or follow it." in page(desk, first)


def test_what_happens_again_and_again_is_one_line(city: City, desk: Client) -> None:
    first = told(city)
    for n in range(3):
        join(told(city, f"Number {n} is broken"), first, actor=None)
    shown = page(desk, first)
    assert shown.count("Somebody else has told us of the same thing.") == 1
    assert "(3 times, last on " in shown


def test_the_later_is_joined_to_the_earlier_on_whichever_page(city: City, desk: Client) -> None:
    first, second = told(city), told(city, north=15)
    desk.post(f"/desk/needs/{first.reference}/same/", {"join": second.reference.lower().replace("-", " ")})
    assert state(second) == (Need.State.JOINED, first.pk)


def test_the_desk_takes_one_out_on_its_own_page_or_on_its_leads(city: City, desk: Client) -> None:
    first, second = told(city), told(city, north=15)
    for where in (first, second):
        join(second, first, actor=None)
        desk.post(f"/desk/needs/{where.reference}/same/", {"part": second.reference})
        assert state(second) == (Need.State.OPEN, None)


def test_what_the_desk_says_differs_is_not_suggested_again(city: City, desk: Client) -> None:
    first, second = told(city), told(city, north=15)
    desk.post(f"/desk/needs/{second.reference}/same/", {"different": first.reference})
    assert Different.objects.count() == 1
    assert "May be the same" not in page(desk, second)


@pytest.mark.parametrize(
    ("posted", "says"),
    [
        ({"join": ""}, "There is no such need"),
        ({"join": "7KQ2-M4XA"}, "There is no such need"),
        ({"join": "nonsense \0"}, "There is no such need"),
        ({"part": "own"}, "not joined"),
        ({"join": "own"}, "one case already"),
        ({"join": "east"}, "your mandate does not cover it"),
    ],
)
def test_a_slip_is_said_and_changes_nothing(city: City, desk: Client, posted: dict[str, str], says: str) -> None:
    need, east = told(city), told(city, longitude=122.15)
    references = {"own": need.reference, "east": east.reference}
    answer = desk.post(
        f"/desk/needs/{need.reference}/same/",
        {verb: references.get(value, value) for verb, value in posted.items()},
        follow=True,
    )
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert state(need) == (Need.State.OPEN, None)


def test_who_may_only_read_cannot_join(city: City, client: Client) -> None:
    first, second = told(city), told(city, north=15)
    client.force_login(official(Role.CALL_TAKER, city.west))
    assert "May be the same" not in page(client, second)
    assert client.post(f"/desk/needs/{second.reference}/same/", {"join": first.reference}).status_code == 403
    assert state(second) == (Need.State.OPEN, None)


def test_what_the_mandate_does_not_cover_is_not_suggested(city: City, client: Client) -> None:
    first, second = told(city, longitude=122.0999), told(city, longitude=122.1001)
    assert first.region != second.region
    client.force_login(official(Role.CASE_WORKER, city.west))
    assert second.reference not in page(client, first)


def test_a_reporter_sees_what_theirs_is_dealt_with_and_takes_it_out(city: City, client: Client) -> None:
    ann = Person.objects.create(name="Ann Hidden")
    first = told(city, "The lift in building 5 is broken. My phone is 13800138000", person=ann)
    second = told(city, north=15)
    join(second, first, actor=None, probability=0.99)
    client.get(f"/n/{second.secret}/")
    shown = page(client, second, "")
    assert "Dealt with together" in shown
    assert first.reference in shown
    assert "Others have told us of the same thing" in shown
    assert "13800138000" not in shown
    assert "Ann Hidden" not in shown
    assert first.secret not in shown
    answer = client.post(f"/needs/{second.reference}/another/", follow=True).content.decode()
    assert "We deal with yours on its own." in answer
    assert state(second) == (Need.State.OPEN, None)
    again = client.post(f"/needs/{second.reference}/another/", follow=True).content.decode()
    assert "not joined to another" in again


def test_only_who_has_the_need_takes_it_out(city: City, client: Client) -> None:
    first, second = told(city), told(city, north=15)
    join(second, first, actor=None)
    assert client.post(f"/needs/{second.reference}/another/").status_code == 404
    assert state(second) == (Need.State.JOINED, first.pk)


def test_a_joined_need_is_withdrawn_by_its_reporter(city: City, client: Client) -> None:
    first, second = told(city), told(city, north=15)
    join(second, first, actor=None)
    client.get(f"/n/{second.secret}/")
    assert "Withdraw it" in page(client, second, "")
    client.post(f"/needs/{second.reference}/stop/")
    assert state(second) == (Need.State.WITHDRAWN, None)


def test_a_need_is_followed_in_this_browser_without_an_account(city: City, client: Client) -> None:
    need = told(city)
    assert "Follow it" in page(client, need, "")
    shown = client.post(f"/needs/{need.reference}/follow/", follow=True).content.decode()
    assert "You follow this." in shown
    assert need.reference in client.get("/").content.decode()
    shown = client.post(f"/needs/{need.reference}/follow/", {"stop": "yes"}, follow=True).content.decode()
    assert "You do not follow it any more." in shown
    assert need.reference not in client.get("/").content.decode()


def test_a_need_is_followed_with_an_account_and_listed_on_my_page(city: City, client: Client) -> None:
    need, user = told(city), User.objects.create_user("bob")
    client.force_login(user)
    client.post(f"/needs/{need.reference}/follow/")
    assert Follower.objects.get().person.user == user
    assert "What I follow" in client.get("/my/").content.decode()
    client.post(f"/needs/{need.reference}/follow/", {"stop": "yes"})
    assert not Follower.objects.exists()
    assert "What I follow" not in client.get("/my/").content.decode()


def test_what_is_nobody_elses_is_not_followed(city: City, client: Client) -> None:
    need = told(city, service_type=city.care)
    assert "Follow it" not in page(client, need, "")
    shown = client.post(f"/needs/{need.reference}/follow/", follow=True).content.decode()
    assert "can be followed" in shown
    assert "followed" not in client.session
