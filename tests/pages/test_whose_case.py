"""For what an official reads a name is asked once for a case, and no page shows one without writing it down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.capacity.holding import confirm, hold
from lacarte.registers.people.models import Person, PersonalRead, SaidPurpose
from lacarte.registers.people.purposes import forget, say_purpose, told
from tests.city import City, official, signed_in
from tests.pages.test_nothing_personal_in_public import addresses, filled

pytestmark = pytest.mark.django_db

NAME, PHONE, MAIL = "Zebulon Quartermain", "13800138000", "zeb@quarter.example"
CALL, ARRANGE = "call back about this need", "arrange the service"


@pytest.fixture
def need(city: City) -> Need:
    person = Person.objects.create(
        name=NAME, phone=PHONE, email=MAIL, birth_year=1947, user=User.objects.create_user("zeb")
    )
    return receive(text="help", channel="web", service_type=city.care, person=person, region=city.west)


@pytest.fixture
def order(city: City, need: Need) -> Order:
    return place_order(need, offer_at_place=city.offer, hold=confirm(hold(city.lot)))


@pytest.fixture
def worker(city: City) -> User:
    return official(Role.CASE_WORKER, city.west, "li", until=clock.now() + timedelta(days=9))


def page_of(need: Need) -> str:
    return reverse("desk-need", args=[need.reference])


def say(client: Client, need: Need, purpose: str = CALL, **said: str) -> None:
    client.post(reverse("desk-reveal", args=[need.reference]), {"purpose": purpose, **said})


def reads() -> list[tuple[str, str, str]]:
    """Who read which identifying fields, and for what."""
    rows = PersonalRead.objects.exclude(fields="need").order_by("at", "pk").select_related("reader")
    return [(str(one.reader), one.fields, one.purpose) for one in rows]


def test_a_purpose_is_said_once_and_each_look_is_logged_with_it(need: Need, worker: User) -> None:
    li = signed_in(worker)
    assert NAME not in li.get(page_of(need)).content.decode()
    say(li, need)
    assert reads() == [], "nothing is shown by saying it"
    for n in (1, 2):
        shown = li.get(page_of(need))
        assert NAME in shown.content.decode()
        assert "For: Call back about this need." in shown.content.decode()
        assert "no-store" in shown["Cache-Control"], "nor shown again by a browser that kept it"
        assert reads() == n * [("li", "name, phone", CALL)]


def test_another_official_and_another_case_are_asked_anew(city: City, need: Need, worker: User) -> None:
    li = signed_in(worker)
    say(li, need)
    assert NAME not in signed_in(official(Role.CASE_WORKER)).get(page_of(need)).content.decode()
    other = receive(text="help", channel="web", service_type=city.care, person=need.person, region=city.west)
    assert NAME not in li.get(page_of(other)).content.decode()


def test_it_holds_until_the_day_is_over(monkeypatch: pytest.MonkeyPatch, need: Need, worker: User) -> None:
    say(signed_in(worker), need)
    until = SaidPurpose.objects.get().until
    assert need.person is not None
    for at, holds in ((until - timedelta(seconds=1), True), (until, False)):
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        assert (told(need.person, reader=worker, case=need.pk) is not None) == holds
    monkeypatch.setattr(clock, "now", lambda: until + timedelta(seconds=1))
    forget()
    assert not SaidPurpose.objects.exists()


def test_it_holds_until_the_case_ends(need: Need, worker: User) -> None:
    li = signed_in(worker)
    say(li, need)
    withdraw(need, actor=None)
    assert NAME not in li.get(page_of(need)).content.decode()
    say(li, need, ARRANGE)
    assert NAME in li.get(page_of(need)).content.decode()


def test_it_can_be_changed_and_taken_back(need: Need, worker: User) -> None:
    li = signed_in(worker)
    say(li, need)
    say(li, need, ARRANGE)
    assert "For: Arrange the service." in li.get(page_of(need)).content.decode()
    assert reads() == [("li", "name, phone", ARRANGE)]
    say(li, need, hide="1")
    assert NAME not in li.get(page_of(need)).content.decode()
    say(li, need, "just so")
    assert NAME not in li.get(page_of(need)).content.decode()


def test_the_pages_of_messages_and_of_the_provider_follow_the_same_rule(
    city: City, need: Need, worker: User, order: Order
) -> None:
    li, member = signed_in(worker), User.objects.create_user("member")
    city.offer.offer.provider.members.add(member)
    reply = reverse("desk-reply", args=[need.reference])
    assert NAME not in li.post(reply, {"text": ""}).content.decode()
    say(li, need)
    assert NAME in li.post(reply, {"text": ""}).content.decode()
    theirs, page = signed_in(member), reverse("provider-order", args=[order.pk])
    assert NAME not in theirs.get(page).content.decode(), "what an official said holds for no other"
    theirs.post(reverse("provider-reveal", args=[order.pk]), {"purpose": ARRANGE})
    for _ in range(2):
        assert NAME in theirs.get(page).content.decode()
    assert reads() == [("li", "name, phone", CALL), *2 * [("member", "name, phone", ARRANGE)]]


def test_a_letter_is_its_own_purpose_and_says_nothing_for_other_pages(need: Need, worker: User) -> None:
    li = signed_in(worker)
    assert NAME in li.get(reverse("letter-write", args=[need.reference])).content.decode()
    assert reads() == [("li", "name", "write a letter")]
    assert NAME not in li.get(page_of(need)).content.decode()


def test_whoever_it_is_about_sees_how_often(need: Need, worker: User) -> None:
    li = signed_in(worker)
    say(li, need)
    for _ in range(3):
        li.get(page_of(need))
    assert need.person is not None
    assert need.person.user is not None
    mine = signed_in(need.person.user).get(reverse("my-page")).content.decode()
    assert "3 times that day" in mine
    assert "Call back about this need" in mine


def test_only_known_purposes_are_kept(need: Need, worker: User) -> None:
    assert need.person is not None
    with pytest.raises(ValueError, match="just so"):
        say_purpose(need.person, "just so", reader=worker, case=need.pk)


@pytest.mark.parametrize("saying", [False, True])
@pytest.mark.parametrize("who", ["official", "member", "administrator"])
def test_no_page_shows_who_it_is_without_writing_it_down(
    city: City, need: Need, order: Order, worker: User, who: str, saying: bool
) -> None:
    """Every address there is, opened by somebody who may open much: what it shows is logged by then."""
    user = {"official": worker, "member": User.objects.create_user("member")}.get(who)
    user = user or official(Role.ADMINISTRATOR)
    city.offer.offer.provider.members.add(*[user] if who == "member" else [])
    client, person = signed_in(user), need.person
    assert person is not None
    if saying:
        say_purpose(person, CALL, reader=user, case=need.pk)
    values = {
        **dict.fromkeys(("reference", "identifier", "token"), need.reference),
        **{
            "whose": "nobody",
            "by": "region",
            "kind": "region",
            "code": "p",
            "format": "json",
            "step": "where",
            "name": "any",
        },
        **{"secret": "none", "folder": "services", "ending": "ttl", "version": "3.1", "path": "services"},
        **dict.fromkeys(("run", "job", "place", "holder", "mandate", "part"), str(uuid7())),
        **dict.fromkeys(("key", "order"), str(order.pk)),
    }
    shown = 0
    for pattern, name in addresses(get_resolver()):
        if name in ("", "rule", "need-open", "open-need"):
            continue
        try:
            path = filled(pattern, values)
        except KeyError:
            continue
        PersonalRead.objects.all().delete()
        said = b"".join(client.get(path, {"names": "on", "list": "all"})).decode(errors="replace")
        logged = {one for row in PersonalRead.objects.filter(reader=user) for one in row.fields.split(", ")}
        for field, value in (("name", NAME), ("phone", PHONE), ("email", MAIL)):
            assert value not in said or field in logged, f"{path} shows the {field} and writes nothing down"
            shown += value in said
    assert shown or who == "administrator" or (who == "member" and not saying)
