"""A resident tells a need, sees how it stands, rates it, and nobody else sees more than its state."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from lacarte.kernel.ids import new_reference
from lacarte.kernel.models import Role, User
from lacarte.loop.matching.actions import match
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.voice.models import Rating
from lacarte.registers.people.models import Circumstance, Household, Person
from tests.background import work
from tests.city import City, build, official

pytestmark = pytest.mark.django_db
SAID = "My mother needs help with washing at home, <b>please</b>"


def answer(client: Client, step: str, **said: object) -> str:
    """Answer a question; returns where it leads."""
    reply = client.post(reverse("need-question", args=[step]), said)
    assert reply.status_code == 302, reply.content.decode()
    return str(reply["Location"])


def tell(client: Client) -> Need:
    """Tell a need from the first question to the last, without an account."""
    assert answer(client, "what", text=SAID).endswith("/need/kind/")
    assert answer(client, "kind", service="home-care").endswith("/need/where/")
    assert answer(client, "where", region="w", address="Mill Lane 3").endswith("/need/contact/")
    assert answer(client, "contact", name="Ada", phone="+86 555 0100").endswith("/need/check/")
    assert "Mill Lane 3" in client.get(reverse("need-check")).content.decode()
    client.post(reverse("need-check"))
    return Need.objects.get()


def done(need: Need) -> Order:
    """Match the need and take its order to the end."""
    work()
    match()
    work()
    order = Order.objects.get(need=need)
    worker = official(Role.CASE_WORKER)
    for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        order = change(order, to=state, actor=worker)
    return order


def test_a_need_is_told_in_five_pages(city: City, client: Client) -> None:
    need = tell(client)
    assert (need.text, need.channel, need.service_type, need.region) == (SAID, Channel.WEB, city.care, city.west)
    assert need.person is not None
    assert (need.person.name, need.person.phone, need.address) == ("Ada", "+86 555 0100", "Mill Lane 3")
    page = client.get(reverse("need", args=[need.reference])).content.decode()
    assert need.reference in page
    assert "&lt;b&gt;please" in page, "people's words are text, never markup"
    assert need.secret in page


def test_the_thanks_are_said_once(city: City, client: Client) -> None:
    need = tell(client)
    address = reverse("need", args=[need.reference])
    assert "We have it" in client.get(address).content.decode()
    assert "We have it" not in client.get(address).content.decode()


def test_sending_twice_is_one_need(city: City, client: Client) -> None:
    tell(client)
    assert client.post(reverse("need-check"))["Location"].endswith("/need/what/")
    assert Need.objects.count() == 1


def test_a_question_cannot_be_skipped(client: Client) -> None:
    for step in ("kind", "where", "contact"):
        assert client.get(reverse("need-question", args=[step]))["Location"].endswith("/need/what/")
    assert client.post(reverse("need-check"))["Location"].endswith("/need/what/")


@pytest.mark.parametrize(
    ("step", "said", "says"),
    [
        ("what", {"text": "  "}, "Please say in a few words what you need."),
        ("kind", {}, "Please choose one, or let us choose."),
        ("kind", {"service": "lift-of-the-moon"}, "Select a valid choice"),
        ("where", {}, "Please say where: an address, your own words, a neighbourhood or a point."),
        ("where", {"longitude": "nan", "latitude": "1"}, "Please say where:"),
        ("contact", {"phone": "call me"}, "A phone number has digits"),
        ("contact", {"email": "ada"}, "An e-mail address looks like"),
    ],
)
def test_a_wrong_answer_is_explained_and_nothing_is_lost(
    city: City, client: Client, step: str, said: dict[str, str], says: str
) -> None:
    before = {"what": {"text": SAID}, "kind": {"service": "home-care"}, "where": {"region": "w"}}
    for earlier, given in before.items():
        if earlier == step:
            break
        answer(client, earlier, **given)
    page = client.post(reverse("need-question", args=[step]), said).content.decode()
    assert says in page
    assert "There is a problem" in page
    assert "<title>Error:" in page


def test_what_is_chosen_from_the_menu_is_not_asked_again(city: City, client: Client) -> None:
    page = client.get(reverse("area", args=["health"])).content.decode()
    assert "Home care" in page
    assert "free" in page
    assert client.post(reverse("need-choose"), {"service": "home-care"})["Location"].endswith("/need/what/")
    assert answer(client, "what", text="mornings").endswith("/need/where/")


def test_a_service_that_left_the_menu_is_said_so(city: City, client: Client) -> None:
    reply = client.post(reverse("need-choose"), {"service": "gone"}, follow=True)
    assert "not on the menu any more" in reply.content.decode()


def test_a_point_on_the_map_wins_over_the_list(city: City, client: Client) -> None:
    answer(client, "what", text=SAID)
    answer(client, "kind", service="home-care")
    answer(client, "where", region="w", longitude="122.15", latitude="28.05")
    answer(client, "contact")
    client.post(reverse("need-check"))
    need = Need.objects.get()
    assert need.region == city.east
    assert need.person is None, "who leaves nothing stays anonymous"


def test_somebody_who_signed_in_tells_no_fact_twice(city: City, client: Client) -> None:
    user = User.objects.create_user("ada", first_name="Ada")
    home = Household.objects.create(region=city.east, longitude=122.15, latitude=28.05)
    person = Person.objects.create(user=user, household=home, name="Ada")
    client.force_login(user)
    answer(client, "what", text=SAID)
    answer(client, "kind", service="-")
    assert answer(client, "where", home="yes").endswith("/need/check/")
    client.post(reverse("need-check"))
    need = Need.objects.get()
    assert (need.person, need.region, need.longitude) == (person, city.east, 122.15)
    assert need.type_certainty < 1, "who lets us choose is read by us"


def test_a_stranger_sees_the_state_alone(city: City, client: Client) -> None:
    need = tell(client)
    stranger = Client()
    page = stranger.get(reverse("need", args=[need.reference])).content.decode()
    assert "Waiting for an offer" in page
    for private in ("washing", "Mill Lane", "Ada", need.secret):
        assert private not in page
    for name in ("rate-order", "stop-need"):
        assert stranger.post(reverse(name, args=[need.reference])).status_code == 404
    assert Need.objects.get().state == Need.State.OPEN


def test_the_private_link_opens_the_need(city: City, client: Client) -> None:
    need = tell(client)
    friend = Client()
    assert friend.get(f"/n/{need.secret}/", follow=True).status_code == 200
    assert "Mill Lane" not in friend.get(reverse("need", args=[need.reference])).content.decode()
    assert "washing" in friend.get(reverse("need", args=[need.reference])).content.decode()
    assert Client().get("/n/wrong/").status_code == 404


def test_a_reference_is_found_however_it_is_typed(city: City, client: Client) -> None:
    need = tell(client)
    typed = need.reference.lower().replace("-", " ")
    assert Client().post(reverse("find-need"), {"reference": typed})["Location"].endswith(f"/{need.reference}/")
    wrong = Client().post(reverse("find-need"), {"reference": "ABCD"}).content.decode()
    assert "A reference has 8 letters and digits" in wrong


def test_a_resident_rates_once_and_it_counts(city: City, client: Client) -> None:
    need = tell(client)
    order = done(need)
    address = reverse("rate-order", args=[need.reference])
    assert "How did it go?" in client.get(reverse("need", args=[need.reference])).content.decode()
    empty = client.post(address, {})
    assert empty.status_code == 422
    assert "Please say whether it is solved." in empty.content.decode()
    said = {"solved": "yes", "contacted_in_time": "no", "satisfaction": "4", "comment": "kind"}
    client.post(address, said)
    rating = Rating.objects.get(order=order)
    assert (rating.solved, rating.contacted_in_time, rating.satisfaction) == (True, False, 4)
    again = client.post(address, said, follow=True).content.decode()
    assert "already told us" in again


def test_not_solved_makes_the_need_wait_again(city: City, client: Client) -> None:
    need = tell(client)
    done(need)
    said = {"solved": "no", "contacted_in_time": "yes", "satisfaction": "1"}
    client.post(reverse("rate-order", args=[need.reference]), said)
    need.refresh_from_db()
    assert need.state == Need.State.OPEN


def test_a_resident_withdraws_and_cancels(city: City, client: Client) -> None:
    need = tell(client)
    client.post(reverse("stop-need", args=[need.reference]))
    need.refresh_from_db()
    assert need.state == Need.State.WITHDRAWN
    assert "You have withdrawn this" in client.get(reverse("need", args=[need.reference])).content.decode()


def test_an_order_under_way_is_cancelled_without_an_account(city: City, client: Client) -> None:
    need = tell(client)
    work()
    match()
    work()
    client.post(reverse("stop-need", args=[need.reference]))
    assert Order.objects.get().state == OrderState.CANCELLED
    assert Order.objects.get().hold.state == "released"  # type: ignore[union-attr]


def test_my_page_shows_what_is_known_and_who_read_it(city: City, client: Client) -> None:
    user = User.objects.create_user("ada")
    person = Person.objects.create(user=user, name="Ada Lovelace")
    Circumstance.objects.create(person=person, kind="low-income", value=True, since="2026-01-01")
    client.force_login(user)
    person.reads.create(fields="name, phone", purpose="arrange the service")
    page = client.get(reverse("my-page")).content.decode()
    for words in ("Ada Lovelace", "Low income", "name, phone", "Arrange the service"):
        assert words in page
    assert Client().get(reverse("my-page")).status_code == 302


def test_another_residents_need_is_not_on_my_page(city: City, client: Client) -> None:
    tell(client)
    other = Client()
    other.force_login(User.objects.create_user("eve"))
    assert "Home care" not in other.get(reverse("my-page")).content.decode()


def test_pages_speak_chinese(city: City, client: Client) -> None:
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/"})
    page = client.get("/").content.decode()
    assert '<html lang="zh-Hans" dir="ltr">' in page
    assert "居家照护" in page


def test_no_page_has_inline_style_or_script(city: City, client: Client) -> None:
    need = tell(client)
    for address in (
        "/",
        "/menu/health/",
        "/design/",
        reverse("need", args=[need.reference]),
        "/rates/",
        "/nowhere",
    ):
        page = client.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page), address


@pytest.mark.parametrize(
    "address",
    [
        "/needs/%s/",
        "/needs/%s/rating/",
        "/needs/%s/objection/",
        "/needs/%s/messages/",
        "/needs/%s/another/",
        "/needs/%s/follow/",
        "/needs/%s/stop/",
        "/need/follow/%s/",
    ],
)
def test_a_reference_that_is_none_is_counted_before_that_is_said(
    client: Client, settings: LazySettings, address: str
) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit": "3/minute"}
    method = client.get if address == "/needs/%s/" else client.post
    assert [method(address % new_reference()).status_code for _ in range(5)] == [404] * 3 + [429] * 2


def test_references_cannot_be_tried_out_at_will(client: Client) -> None:
    """Who may open a need may look as often as they like; the others not."""
    build()
    need = tell(Client())
    address = reverse("need", args=[need.reference])
    assert [client.get(address).status_code for _ in range(31)] == [200] * 30 + [429]
    client.get(f"/n/{need.secret}/")
    assert client.get(address).status_code == 200
