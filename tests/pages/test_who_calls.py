"""Who calls is found by two facts that are true, inside the mandate, and each look is written down."""

from __future__ import annotations

import pytest
from django.test import Client

from lacarte.kernel.models import Event, Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.needs.queries import people_seen_by
from lacarte.registers.people.finding import Facts, TooFewFactsError, find
from lacarte.registers.people.models import PersonalRead
from tests.city import City, official, signed_in
from tests.pages.calling import PAGE, ada, call, shown

pytestmark = pytest.mark.django_db


def test_a_person_is_found_by_any_two_facts(city: City, desk: Client) -> None:
    person = ada(city)
    need = receive(text="help with washing", channel=Channel.WEB, service_type=city.care, person=person)
    facts = {
        "name": "lund",
        "phone": "20 7946 0101",
        "birth_year": "1944",
        "address": "mill",
        "reference": need.reference.lower().replace("-", " "),
    }
    for one in facts:
        for other in facts:
            if one < other:
                page = shown(desk, act="find", **{one: facts[one], other: facts[other]})
                assert str(person.pk) in page, (one, other)
                assert "1944, West" in page
                assert "7946" not in page, "the number is no fact that is shown"


def test_one_fact_is_not_enough(city: City, desk: Client) -> None:
    person = ada(city)
    for fact in ({"name": "Ada"}, {"address": "Mill", "region": "w"}, {"phone": "0101"}, {}):
        page = shown(desk, act="find", **fact)
        assert "Two facts are needed" in page
        assert str(person.pk) not in page
    assert not PersonalRead.objects.exists()


def test_facts_must_all_be_true(city: City, desk: Client) -> None:
    ada(city)
    assert "Nobody fits." in shown(desk, act="find", name="Ada", birth_year="1945")
    assert "2222-2223” is wrong" in shown(desk, act="find", name="Ada", reference="2222-2223")
    assert "four digits" in shown(desk, act="find", name="Ada", birth_year="44")


def test_nobody_is_found_outside_the_mandate(city: City) -> None:
    person = ada(city)
    client = signed_in(official(Role.CALL_TAKER, city.east))
    assert "Nobody fits." in shown(client, act="find", name="Ada", birth_year="1944")
    receive(text="stuck", channel=Channel.WEB, service_type=city.care, person=person, region=city.east)
    assert str(person.pk) in shown(client, act="find", name="Ada", birth_year="1944"), "a need of theirs is there"


def test_the_search_is_logged_and_those_who_are_shown_see_it(city: City) -> None:
    person, taker = ada(city), official(Role.CALL_TAKER)
    client = signed_in(taker)
    for _ in range(2):
        shown(client, act="find", name="Ada", birth_year="1944")
    read = PersonalRead.objects.get()
    assert (read.person, read.reader, read.fields, read.purpose) == (
        *(person, taker, "name, birth_year", "find who calls"),
    )
    searches = Event.objects.filter(name="people.searched", actor=taker).values_list("payload", flat=True)
    assert list(searches) == [{"facts": "name, birth_year", "found": 1}] * 2
    shown(client, act="find", name="Bo", birth_year="1944")
    assert searches.all().count() == 3, "also a search that finds nobody"
    shown(client, person=str(person.pk))
    assert PersonalRead.objects.filter(purpose="answer a call", fields="name, birth_year, need").exists() is False


def test_whoever_was_chosen_is_shown_with_their_past_needs(city: City, desk: Client) -> None:
    person = ada(city)
    past = receive(text="help with washing", channel=Channel.WEB, service_type=city.care, person=person)
    token = call(desk)
    shown(desk, act="find", name="Ada", birth_year="1944", call=token)
    page = shown(desk, name="Ada", birth_year="1944", person=str(person.pk), text="my back hurts", call=token)
    assert past.reference in page
    assert PersonalRead.objects.filter(purpose="answer a call", person=person).exists()
    desk.post(PAGE, {"text": "my back hurts", "person": str(person.pk), "call": token, "service": "home-care"})
    need = Need.objects.get(text="my back hurts")
    assert (need.person, need.region, need.longitude) == (person, city.west, 122.05), "at home"


def test_only_who_was_found_in_this_call_can_be_chosen(city: City, desk: Client) -> None:
    person = ada(city)
    receive(text="help with washing", channel=Channel.WEB, service_type=city.care, person=person)
    page = shown(desk, person=str(person.pk), text="hello")
    assert "Ada" not in page
    desk.post(PAGE, {"text": "hello", "person": str(person.pk), "region": "w", "call": call(desk)})
    assert Need.objects.get(text="hello").person is None
    assert desk.post(PAGE, {"text": "x", "person": "no key", "call": call(desk)}).status_code == 422


def test_of_many_who_fit_some_are_shown_and_another_fact_asked_for(city: City, desk: Client) -> None:
    for _ in range(7):
        ada(city)
    page = shown(desk, act="find", name="Ada", birth_year="1944")
    assert page.count('class="accept"') == 5
    assert "More people fit" in page


def test_too_few_facts_are_refused_by_the_register_itself(city: City) -> None:
    taker = official(Role.CALL_TAKER)
    with pytest.raises(TooFewFactsError):
        find(Facts(name="Ada"), within=people_seen_by(taker), reader=taker)
