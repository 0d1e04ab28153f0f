"""Whoever orders several services hears of all of them in one message, and again when one stands otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from lacarte.kernel.models import Role, User
from lacarte.loop.needs.held.holding import release as pass_on
from lacarte.loop.needs.messages.carriers import Letter, Memory
from lacarte.loop.needs.models import Danger, Message, Need
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.bundles.changing import leave_out
from lacarte.loop.orders.bundles.placing import BundleRefusedError, Said, place_bundle
from lacarte.loop.orders.models import BundleOrder
from lacarte.loop.orders.queries import newest_order
from lacarte.loop.orders.states import Who
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace
from lacarte.registers.people.models import Mandate, Person
from tests.background import work
from tests.city import City, official, only_gas_is_dangerous
from tests.loop.bundled import Menu, at_home, chain, complete, menu_of, need_of, part_of, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


@pytest.fixture
def menu(city: City) -> Menu:
    return menu_of(city)


@pytest.fixture
def clerk(city: City) -> User:
    return official(Role.CASE_WORKER)


def lin(**more: Any) -> Person:
    return Person(name="Lin", language="en", **({"email": "lin@example.org"} | more))


def order(menu: Menu, *services: str, person: Person | None = None, **more: Any) -> BundleOrder:
    """Services that wait for nothing, each with its offer."""
    parts = [menu.part(code) for code in services]
    person = person or lin()
    return place_bundle(parts, at_home(menu.city, person=person), Said(**more), sent_with="draft")


def sent() -> list[Letter]:
    """What has gone out since it was asked for last."""
    work()
    letters = list(Memory.sent.values())
    Memory.sent.clear()
    return letters


def test_all_parts_are_in_one_message(menu: Menu) -> None:
    bundle = order(menu, "birth", "insurance", "benefit")
    (letter,) = sent()
    assert letter.to == "lin@example.org"
    assert letter.text.startswith("Thank you. We have received your order of 3 services.")
    for n, words in enumerate(("Birth registration", "Health insurance", "Child benefit"), start=1):
        assert f"{n}. {words}" in letter.text
    assert letter.text.count("We have found an offer") == 3
    assert letter.text.count("Good Hands will answer by") == 3, "what is next, and by when"
    assert f"/order/{bundle.secret}/" in letter.text
    assert need_of(bundle, "birth").reference in letter.subject, "an answer finds back"


def test_each_part_says_where_it_stands_and_by_when(menu: Menu) -> None:
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=0)
    parts = [menu.part("birth"), menu.part("insurance", "birth"), menu.part("benefit", offered=False)]
    place_bundle(parts, at_home(menu.city, person=lin()), Said(), sent_with="draft")
    (letter,) = sent()
    first, second, third = (letter.text.split(f"{n}. ")[1] for n in (1, 2, 3))
    assert "The offer that you chose has nothing free now." in first.split("2. ")[0]
    assert "it should be done by" in first.split("2. ")[0]
    assert "We send it as soon as this is done: Birth registration." in second.split("3. ")[0]
    assert "Waiting for an offer" in third
    assert "it should be done by" in third


def test_it_is_in_their_language_and_brief_on_a_phone(menu: Menu) -> None:
    whose = at_home(menu.city, person=lin(email="", phone="13800138000"), language="zh-hans")
    bundle = place_bundle([menu.part("birth"), menu.part("insurance", "birth")], whose, Said(), sent_with="x")
    (letter,) = sent()
    assert letter.to == "13800138000"
    assert "中Birth registration" in letter.text
    assert "中Health insurance" in letter.text
    assert letter.language == "zh-hans"
    assert len(letter.text) < 400
    assert f"/order/{bundle.secret}/" in letter.text


def test_what_is_told_is_told_once(menu: Menu) -> None:
    bundle = order(menu, "birth", "insurance")
    assert len(sent()) == 1
    order(menu, "birth", "insurance")
    assert sent() == []
    assert Message.objects.filter(need__bundle_part__bundle=bundle).count() == 1


def test_a_part_whose_turn_comes_is_news_once(menu: Menu, clerk: User) -> None:
    bundle = chain(menu, person=lin())
    assert len(sent()) == 1
    complete(need_of(bundle, "birth"), clerk)
    letters = sent()
    (news,) = [one for one in letters if "There is news of your order." in one.text]
    assert "2. Health insurance" in news.text
    assert "We send it as soon as this is done: Health insurance." in news.text
    assert all("We have found an offer for what you told us of" not in one.text for one in letters)


def test_offers_that_are_found_together_are_news_once(menu: Menu) -> None:
    bundle = place_bundle(
        [menu.part(code, offered=False) for code in ("birth", "insurance", "benefit")],
        at_home(menu.city, person=lin()),
        Said(),
        sent_with="x",
    )
    assert len(sent()) == 1
    for code in ("birth", "insurance"):
        place_order(need_of(bundle, code), offer_at_place=menu.offers[code])
    (news,) = sent()
    assert news.text.count("Good Hands will answer by") == 2
    assert "3. Child benefit\nWaiting for an offer" in news.text


def test_what_failed_and_what_to_do_is_news(menu: Menu, clerk: User) -> None:
    chain(menu, person=lin())
    sent()
    order = newest_order(Need.objects.get())
    assert order is not None
    change(order, to="cancelled", actor=clerk, who=Who.WORKER, reason="It is not needed any more.")
    (told,) = [one.text for one in sent() if "There is news of your order." in one.text]
    assert "2. Health insurance\nWhat this was to come after was cancelled or left out." in told
    assert "If you have that already, send this all the same." in told


def test_who_leaves_a_part_out_knows_it(menu: Menu) -> None:
    bundle = place_bundle(
        [menu.part("birth"), menu.part("insurance", "birth")],
        at_home(menu.city, person=lin()),
        Said(),
        sent_with="x",
    )
    sent()
    leave_out(part_of(bundle, "insurance"), actor=None)
    assert sent() == []


def test_what_a_person_read_first_is_news_once_it_goes_on(menu: Menu, clerk: User) -> None:
    bundle = order(menu, "birth", "insurance", held="trap")
    (first,) = sent()
    assert first.text.count("To be read by a person first") == 2
    for code in ("birth", "insurance"):
        pass_on(need_of(bundle, code), actor=clerk)
    (news,) = sent()
    assert news.text.count("We have found an offer") == 2


def test_no_machine_is_answered(menu: Menu, clerk: User) -> None:
    bundle = order(menu, "birth", "insurance", held="machine")
    assert sent() == []
    pass_on(need_of(bundle, "birth"), actor=clerk)
    (first,) = sent()
    assert first.text.startswith("Thank you.")
    assert first.text.count("To be read by a person first") == 1


def test_nobodys_mailbox_is_filled_by_naming_it(menu: Menu) -> None:
    for n in range(9):
        parts = [menu.part("benefit", offered=False)]
        place_bundle(parts, at_home(menu.city, person=lin()), Said(), sent_with=f"draft {n}")
        work()
    assert len(sent()) == 6


def test_for_a_child_whoever_acts_for_it_hears(menu: Menu, django_user_model: type[User]) -> None:
    user = django_user_model.objects.create_user("lin", email="lin@example.org")
    parent = Person.objects.create(user=user, name="Lin", language="en")
    child = Person.objects.create(name="Bao")
    mandate = Mandate.objects.create(holder=parent, principal=child, kind="parent")
    whose = at_home(menu.city, person=child, actor=user, mandate=mandate)
    place_bundle([menu.part("birth")], whose, Said(), sent_with="x")
    (letter,) = sent()
    assert letter.to == "lin@example.org"
    assert "Told by Lin for Bao, under a mandate (Parent)." in letter.text


# Notes


def noted(menu: Menu, **notes: str) -> BundleOrder:
    parts = [
        menu.part("birth", note=notes.get("birth", "")),
        menu.part("insurance", "birth", note=notes.get("insurance", "")),
    ]
    return place_bundle(parts, at_home(menu.city, person=lin()), Said(), sent_with="draft")


def test_a_note_is_what_its_need_says_and_no_other(menu: Menu) -> None:
    bundle = noted(menu, birth=" Ring twice, the bell is broken. ")
    assert all("Ring twice" not in letter.text for letter in sent()), "what they wrote they know"
    assert need_of(bundle, "birth").text == "Ring twice, the bell is broken."
    complete(need_of(bundle, "birth"), official(Role.CASE_WORKER))
    work()
    assert need_of(bundle, "insurance").text == ""
    assert need_of(bundle, "birth").service_type == menu.services["birth"], "what was chosen stays"


def test_a_note_that_tells_of_danger_waits_for_nothing(menu: Menu) -> None:
    only_gas_is_dangerous()
    bundle = noted(menu, insurance="There is a smell of gas here.")
    (letter,) = sent()
    assert letter.text.startswith("Go outside and call")
    assert states(bundle)["insurance"] == "sent"
    assert Danger.objects.get().need == need_of(bundle, "insurance")


@pytest.mark.parametrize("note", ["x" * 1001, "a\0b"])
def test_what_is_no_note_is_refused_and_nothing_is_ordered(menu: Menu, note: str) -> None:
    with pytest.raises(BundleRefusedError, match="1000"):
        noted(menu, birth=note)
    assert not BundleOrder.objects.exists()


# What goes in the meantime


def test_a_part_whose_unit_goes_in_the_meantime_takes_nothing_down(menu: Menu) -> None:
    rest = Offer.objects.get(code="birth")
    assert OfferAtPlace.objects.filter(offer=rest).count() == 1
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=0)
    bundle = order(menu, "birth", "insurance", "benefit")
    (letter,) = sent()
    assert letter.text.count("Good Hands will answer by") == 2
    assert states(bundle) == {"birth": "sent offer-full", "insurance": "sent", "benefit": "sent"}
    assert need_of(bundle, "birth").state == Need.State.OPEN
