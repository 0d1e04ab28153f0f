"""Ordering for somebody else: chosen at the start, marked on everything, seen by whom it is for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.models import BundleOrder
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.people.models import Circumstance, Household, Mandate, Person, PersonalRead
from tests.city import City, official, signed_in
from tests.loop.bundled import Menu, menu_of, need_of
from tests.pages.ordering import answer, begin, order_page, page, refused, send

pytestmark = pytest.mark.django_db
BIRTH = "service=birth"


@pytest.fixture
def menu(city: City) -> Menu:
    return menu_of(city)


@pytest.fixture
def mo(city: City) -> Person:
    user = User.objects.create_user("mo", email="mo@example.org")
    home = Household.objects.create(region=city.east, longitude=122.15, latitude=28.05)
    return Person.objects.create(user=user, name="Mo Old", household=home)


@pytest.fixture
def lin() -> Person:
    return Person.objects.create(user=User.objects.create_user("lin"), name="Lin Young", email="lin@example.org")


@pytest.fixture
def mandate(mo: Person, lin: Person) -> Mandate:
    return Mandate.objects.create(holder=lin, principal=mo, kind="helper")


def in_as(person: Person) -> Client:
    assert person.user is not None
    return signed_in(person.user)


def ordered(client: Client, mandate: Mandate) -> BundleOrder:
    """Under a mandate, for the principal's own home."""
    begin(client, "birth", query=BIRTH)
    answer(client, "who", whose=str(mandate.pk), home="yes")
    answer(client, "offers")
    return send(client)


def test_it_is_for_the_principal_and_marked_everywhere(
    menu: Menu, mandate: Mandate, mo: Person, lin: Person
) -> None:
    client = in_as(lin)
    begin(client, "birth", query=BIRTH)
    assert "For Mo Old (I act as: Helper)" in page(client, "who")
    answer(client, "who", whose=str(mandate.pk), home="yes")
    answer(client, "offers")
    assert "on their behalf" in page(client, "check")
    bundle = send(client)
    need = need_of(bundle, "birth")
    assert (bundle.person, bundle.mandate, bundle.household) == (mo, mandate, mo.household)
    assert (need.person, need.mandate, need.region) == (mo, mandate, menu.city.east)
    assert need.registered_by == lin.user
    assert "Told by Lin Young for Mo Old, under a mandate (Helper)." in order_page(client, bundle)
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    assert "Told by Lin Young for Mo Old, under a mandate (Helper)." in shown
    assert "It was told on behalf of somebody, under a mandate (Helper)." in shown, "on its timeline"


def test_both_find_it_among_their_things_and_the_principal_sees_who_did_it(
    menu: Menu, mandate: Mandate, mo: Person, lin: Person
) -> None:
    client = in_as(lin)
    bundle = ordered(client, mandate)
    order_page(client, bundle)
    for one in (lin, mo):
        shown = in_as(one).get(reverse("my-page")).content.decode()
        assert reverse("order", args=[bundle.secret]) in shown
        assert reverse("need", args=[need_of(bundle, "birth").reference]) in shown
    assert "Order for you, under a mandate" in shown
    assert "See what was ordered for you, under a mandate" in shown


def test_what_is_known_of_the_principal_is_not_asked_and_the_look_is_written_down(
    menu: Menu, mandate: Mandate, mo: Person, lin: Person
) -> None:
    Requirement.objects.create(
        service_type=menu.services["birth"], code="a", circumstance="infant", comparison="is", value=True
    )
    Circumstance.objects.create(person=mo, kind="infant", value=True, since=clock.now().date())
    client = in_as(lin)
    begin(client, "birth", query=BIRTH)
    answer(client, "who", whose=str(mandate.pk), home="yes")
    answer(client, "offers")
    assert "What we know already" in page(client, "questions")
    assert PersonalRead.objects.filter(person=mo, reader=lin.user, fields="facts").exists()
    answer(client, "questions", **{"f-infant": "no"})
    answer(client, "who", whose="me", region="w")
    assert "What we know already" not in page(client, "questions"), "it is for another person now"


def test_what_is_done_on_the_page_of_a_need_is_written_down_too(
    menu: Menu, mandate: Mandate, mo: Person, lin: Person
) -> None:
    client = in_as(lin)
    need = need_of(ordered(client, mandate), "birth")
    client.get(reverse("need", args=[need.reference]))
    client.post(reverse("write-message", args=[need.reference]), {"text": "Please ring twice."})
    client.post(reverse("stop-need", args=[need.reference]))
    done = PersonalRead.objects.filter(person=mo, reader=lin.user).values_list("purpose", flat=True)
    assert set(done) == {"order for you", "see what was ordered for you", "write for you", "cancel for you"}
    in_as(mo).get(reverse("need", args=[need.reference]))
    assert PersonalRead.objects.count() == len(done), "what is one's own is nobody's look"


def test_once_it_has_ended_nothing_opens_for_its_holder(
    menu: Menu, mandate: Mandate, mo: Person, lin: Person
) -> None:
    client = in_as(lin)
    bundle = ordered(client, mandate)
    in_as(mo).post(reverse("end-mandate", args=[mandate.pk]))
    assert client.get(reverse("order", args=[bundle.secret])).status_code == 404
    need = reverse("need", args=[need_of(bundle, "birth").reference])
    assert "Write to us about this" not in client.get(need).content.decode()
    assert reverse("order", args=[bundle.secret]) not in client.get(reverse("my-page")).content.decode()
    owner = in_as(mo)
    assert "Told by Lin Young" in order_page(owner, bundle)
    assert "Write to us about this" in owner.get(need).content.decode()


def test_who_has_no_mandate_or_no_longer_orders_for_nobody_else(
    menu: Menu, mandate: Mandate, mo: Person, lin: Person
) -> None:
    stranger = signed_in(User.objects.create_user("stranger"))
    begin(stranger, "birth", query=BIRTH)
    answer(stranger, "who", whose=str(mandate.pk), region="w")
    answer(stranger, "offers")
    assert send(stranger).person != mo, "there was nothing to choose"
    client = in_as(lin)
    begin(client, "birth", query=BIRTH)
    answer(client, "who", whose=str(mandate.pk), home="yes")
    answer(client, "offers")
    Mandate.objects.update(until=clock.now() - timedelta(seconds=1))
    reply = client.post(reverse("order-check"), {})
    assert reply.status_code == 422
    assert "You may not act for this person (any more)." in reply.content.decode()
    assert Need.objects.filter(person=mo).count() == 0


def test_an_official_writes_it_down_for_somebody(menu: Menu) -> None:
    client = signed_in(official(Role.CASE_WORKER, menu.city.west))
    begin(client, "birth", query=BIRTH)
    assert "For somebody else, as an official" in page(client, "who")
    answer(client, "who", whose="somebody", name="Old Wang", phone="13800138000", region="w")
    answer(client, "offers")
    bundle = send(client)
    need = need_of(bundle, "birth")
    assert need.person is not None
    assert (need.person.name, need.channel) == ("Old Wang", "phone")
    assert "Written down by an official." in order_page(client, bundle)


FIND = {"act": "find", "find-name": "Mo Old", "find-phone": "13900139000"}


@pytest.fixture
def clerk(menu: Menu, mo: Person) -> Client:
    Person.objects.filter(pk=mo.pk).update(phone="13900139000")
    return signed_in(official(Role.CASE_WORKER, menu.city.east, "clerk"))


def found(client: Client, **said: str) -> str:
    """The page after looking for somebody."""
    reply = client.post(reverse("order-step", args=["who"]), FIND | said)
    assert reply.status_code == 200, reply.content.decode()
    return reply.content.decode()


def test_an_official_finds_a_known_person_and_orders_for_them(menu: Menu, clerk: Client, mo: Person) -> None:
    Requirement.objects.create(
        service_type=menu.services["birth"], code="a", circumstance="infant", comparison="is", value=True
    )
    Circumstance.objects.create(person=mo, kind="infant", value=True, since=clock.now().date())
    begin(clerk, "birth", query=BIRTH)
    assert "For Mo Old" not in page(clerk, "who")
    shown = found(clerk)
    assert "For Mo Old, East, as an official" in shown
    assert f'value="person:{mo.pk}" id="id_whose_1" checked' in " ".join(shown.split()), "it is just one"
    answer(clerk, "who", whose=f"person:{mo.pk}", home="yes", name="left over")
    answer(clerk, "offers")
    assert "What we know already" in page(clerk, "questions")
    answer(clerk, "questions", **{"f-infant": "yes"})
    shown = page(clerk, "check")
    assert "For Mo Old, East, as an official" in shown
    assert "left over" not in shown
    assert "Remember these answers" not in shown
    bundle = send(clerk)
    need = need_of(bundle, "birth")
    assert (bundle.person, bundle.household, need.person) == (mo, mo.household, mo)
    assert (need.channel, need.registered_by) == ("phone", User.objects.get(username="clerk"))
    assert "Written down by an official." in order_page(clerk, bundle)
    reads = PersonalRead.objects.filter(person=mo, reader__username="clerk").values_list("fields", "purpose")
    assert set(reads) == {
        ("name, birth_year", "order for you at the desk"),
        ("facts", "order for you at the desk"),
        ("need", "order for you at the desk"),
        ("need", "see what was ordered for you at the desk"),
    }


def test_the_person_finds_it_among_their_things_marked(menu: Menu, clerk: Client, mo: Person) -> None:
    begin(clerk, "birth", query=BIRTH)
    found(clerk)
    answer(clerk, "who", whose=f"person:{mo.pk}", home="yes")
    answer(clerk, "offers")
    bundle = send(clerk)
    client = in_as(mo)
    for shown in (
        client.get(reverse("my-page")),
        client.get(reverse("need", args=[need_of(bundle, "birth").reference])),
        client.get(reverse("order", args=[bundle.secret])),
    ):
        assert "Written down by an official." in shown.content.decode()
    desk = clerk.get(reverse("desk-need", args=[need_of(bundle, "birth").reference])).content.decode()
    assert "Written down by an official." in desk
    assert "Order for you, at the desk" in client.get(reverse("my-page")).content.decode()


def test_whoever_works_on_it_reads_that_it_was_told_on_behalf_without_names(
    menu: Menu, mandate: Mandate, lin: Person
) -> None:
    need = need_of(ordered(in_as(lin), mandate), "birth")
    member = User.objects.create_user("member")
    menu.offers["birth"].offer.provider.members.add(member)
    order = place_order(need, offer_at_place=menu.offers["birth"])
    for shown in (
        signed_in(official(Role.CASE_WORKER)).get(reverse("desk-need", args=[need.reference])),
        signed_in(member).get(reverse("provider-order", args=[order.pk])),
    ):
        words = shown.content.decode()
        assert "It was told on behalf of somebody, under a mandate (Helper)." in words
        assert "Lin Young" not in words
        assert "Mo Old" not in words


def test_who_is_not_found_or_not_theirs_cannot_be_chosen(menu: Menu, clerk: Client, mo: Person) -> None:
    begin(clerk, "birth", query=BIRTH)
    assert "Select a valid choice" in refused(clerk, "who", whose=f"person:{mo.pk}", region="e")
    assert "Two facts are needed" in refused(clerk, "who", **FIND | {"find-phone": ""})
    assert "Nobody fits" in found(clerk, **{"find-name": "Nobody"})
    other = signed_in(official(Role.CASE_WORKER, menu.city.west))
    begin(other, "birth", query=BIRTH)
    assert "Nobody fits" in found(other)
    assert not PersonalRead.objects.filter(person=mo).exists()
    resident = signed_in(User.objects.create_user("resident"))
    begin(resident, "birth", query=BIRTH)
    assert resident.post(reverse("order-step", args=["who"]), FIND).status_code == 403


def test_an_official_whose_mandate_ends_meanwhile_orders_for_nobody(menu: Menu, clerk: Client, mo: Person) -> None:
    begin(clerk, "birth", query=BIRTH)
    found(clerk)
    answer(clerk, "who", whose=f"person:{mo.pk}", home="yes")
    answer(clerk, "offers")
    OfficialMandate.objects.update(until=clock.now() - timedelta(seconds=1))
    reply = clerk.post(reverse("order-check"), {})
    assert reply.status_code == 422
    assert not BundleOrder.objects.exists()


def test_an_official_of_elsewhere_is_refused_and_nothing_is_lost(menu: Menu) -> None:
    client = signed_in(official(Role.CASE_WORKER, menu.city.east))
    begin(client, "birth", query=BIRTH)
    answer(client, "who", whose="somebody", name="Old Wang", region="w")
    answer(client, "offers")
    reply = client.post(reverse("order-check"), {})
    assert reply.status_code == 422
    assert "no mandate" in reply.content.decode()
    assert "Old Wang" in reply.content.decode()


def test_a_home_that_nobody_knows_has_to_be_said(menu: Menu, mandate: Mandate, lin: Person) -> None:
    client = in_as(lin)
    begin(client, "birth", query=BIRTH)
    assert "We do not know their home yet" in refused(client, "who", whose="me", home="yes")


# Giving and taking back


def test_a_mandate_is_given_and_taken_back_on_ones_own_page(mo: Person, lin: Person) -> None:
    client = in_as(mo)
    said = {"give-name": "Lin Young", "give-contact": "lin@example.org", "give-kind": "family"}
    client.post(reverse("acting"), {"act": "give", **said, "give-until": "2999-12-31"})
    mandate = Mandate.objects.get()
    assert (mandate.principal, mandate.holder, mandate.kind) == (mo, lin, "family")
    assert "Lin Young" in client.get(reverse("acting")).content.decode()
    assert "Mo Old" in in_as(lin).get(reverse("acting")).content.decode()
    stranger = signed_in(User.objects.create_user("stranger"))
    assert stranger.post(reverse("end-mandate", args=[mandate.pk])).status_code == 404
    client.post(reverse("end-mandate", args=[mandate.pk]))
    assert "Lin Young" not in client.get(reverse("acting")).content.decode()


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"give-contact": "no@example.org"}, "We know nobody"),
        ({"give-name": ""}, "Please write their name."),
        ({"give-until": "2001-01-01"}, "This day has passed."),
        ({"give-until": "soon"}, "year-month-day"),
        ({"give-until": "9999-12-31"}, ""),
        ({"give-kind": "guardian"}, "Select a valid choice"),
        ({"give-name": "a\0"}, "Null characters"),
        ({"give-name": "Mo Old", "give-contact": "mo@example.org"}, "This is you yourself."),
    ],
)
def test_what_cannot_be_given_says_why(mo: Person, lin: Person, said: dict[str, str], says: str) -> None:
    right = {"give-name": "Lin Young", "give-contact": "lin@example.org", "give-kind": "family", "give-until": ""}
    reply = in_as(mo).post(reverse("acting"), {"act": "give", **right, **said})
    assert reply.status_code == (422 if says else 302)
    assert says in reply.content.decode()


def test_a_parent_adds_a_child_and_orders_for_it(menu: Menu, mo: Person) -> None:
    client = in_as(mo)
    year = clock.now().year
    client.post(reverse("acting"), {"act": "child", "child-name": "Bao", "child-birth_year": str(year)})
    assert ordered(client, Mandate.objects.get()).person == Person.objects.get(name="Bao")
    reply = client.post(reverse("acting"), {"act": "child", "child-name": "Bao", "child-birth_year": "1980"})
    assert reply.status_code == 422


def test_nobody_sees_it_without_an_account(client: Client) -> None:
    assert client.get(reverse("acting")).status_code == 302
