"""A call is written down on one page while somebody speaks; nothing that was typed is lost."""

from __future__ import annotations

import gc
import json
import time
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Follower, KeptDraft, Need
from lacarte.pages.desk.looking import callers, open_today
from lacarte.pages.desk.spelling import spoken
from lacarte.registers.menu.attributes import read_question, set_questions
from lacarte.registers.people.finding import Facts, TooFewFactsError, find
from lacarte.registers.people.models import Household, Person, PersonalRead
from lacarte.registers.places.models import NamedPlace
from tests.city import City, build, official

pytestmark = pytest.mark.django_db
PAGE, LOOK = "/desk/register/", "/desk/register/look/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def city() -> City:
    return build()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(city: City) -> Client:
    return signed_in(official(Role.CALL_TAKER))


def call(client: Client) -> str:
    """The token of the call on the page."""
    page = client.get(PAGE).content.decode()
    return page.split('name="call" value="')[1].split('"')[0]


def shown(client: Client, **said: str) -> str:
    """What is suggested for what was typed."""
    reply = client.post(LOOK, {"call": call(client)} | said, headers=HTMX)
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def ada(city: City, **changes: object) -> Person:
    home = Household.objects.create(region=city.west, address="3 Mill Lane", longitude=122.05, latitude=28.05)
    known = {"name": "Ada Lund", "phone": "+44 (0)20 7946 0101", "birth_year": 1944, "household": home}
    return Person.objects.create(**(known | changes))


# Writing it down


def test_a_call_is_written_down_on_one_page(city: City, desk: Client) -> None:
    said = {"text": "my father fell", "region": "w", "name": "Bo", "phone": "555 0100", "service": "home-care"}
    reply = desk.post(PAGE, said | {"call": call(desk)}, follow=True)
    need = Need.objects.select_related("person").get()
    assert (need.channel, need.region, need.registered_by is not None) == (Channel.PHONE, city.west, True)
    assert need.person is not None
    assert (need.person.name, need.person.phone) == ("Bo", "555 0100")
    page = reply.content.decode()
    assert "Tell them their reference" in page
    assert f'<p class="told-reference">{need.reference}</p>' in page
    assert "Somebody should get in touch with you by" in page
    assert not KeptDraft.objects.exists()


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(desk: Client) -> None:
    reply = desk.post(PAGE, {"call": call(desk), "address": "by the harbour", "phone": "x", "birth_year": "44"})
    page = reply.content.decode()
    assert reply.status_code == 422
    for words in ("in a few words what they need", "choose a neighbourhood", "optional + in front", "four digits"):
        assert words in page
    assert "by the harbour" in page
    assert not Need.objects.exists()


def test_a_call_beyond_the_mandate_is_undone_and_kept(city: City) -> None:
    client = signed_in(official(Role.CALL_TAKER, city.west))
    said = {"text": "my father fell", "region": "e", "service": "home-care", "name": "Bo"}
    reply = client.post(PAGE, said | {"call": call(client)})
    assert reply.status_code == 403
    assert "Your mandate does not cover this service here." in reply.content.decode()
    assert not Need.objects.exists()
    assert not Person.objects.exists()
    assert "my father fell" in client.get(PAGE).content.decode()


def test_the_phone_desk_is_closed_to_others(city: City) -> None:
    for user in (User.objects.create_user("resident"), official(Role.PLANNER)):
        assert signed_in(user).get(PAGE).status_code == 403
        assert signed_in(user).post(LOOK).status_code == 403
    assert Client().post(LOOK).status_code == 302
    assert signed_in(official(Role.CALL_TAKER)).get(LOOK).status_code == 405


def test_pressed_twice_it_is_one_need(desk: Client) -> None:
    said = {"call": call(desk), "text": "the lift is stuck", "region": "w"}
    first, second = desk.post(PAGE, said), desk.post(PAGE, said)
    assert first.url == second.url  # type: ignore[attr-defined]
    assert Need.objects.count() == 1


def test_two_windows_that_went_apart_are_two_calls(desk: Client) -> None:
    said = {"call": call(desk), "region": "w"}
    desk.post(PAGE, said | {"text": "the lift is stuck"})
    desk.post(PAGE, said | {"text": "my father fell"})
    assert set(Need.objects.values_list("text", flat=True)) == {"the lift is stuck", "my father fell"}


# Kept on the server


def test_what_was_typed_is_there_after_a_reload(desk: Client) -> None:
    shown(desk, text="the lift is st", address="Mill La", name="Ad", birth_year="nineteen")
    page = desk.get(PAGE).content.decode()
    for words in ("the lift is st", "Mill La", 'value="Ad"', 'value="nineteen"', "Lift repair"):
        assert words in page
    assert "There is a problem" not in page, "nothing is wrong before it is sent"


def test_what_was_typed_is_nobody_elses(city: City, desk: Client) -> None:
    token = call(desk)
    shown(desk, text="it is about my heart", call=token)
    other = signed_in(official(Role.CALL_TAKER, name="other"))
    reply = other.post(LOOK, {"call": token, "text": "mine"})
    assert "heart" not in reply.content.decode()
    assert "heart" not in other.get(PAGE).content.decode()
    assert "it is about my heart" in desk.get(PAGE).content.decode()


def test_a_call_is_forgotten_when_asked_to(desk: Client) -> None:
    token = call(desk)
    shown(desk, text="wrong number", call=token)
    desk.post(PAGE, {"act": "forget", "call": token, "text": "wrong number"})
    assert "wrong number" not in desk.get(PAGE).content.decode()
    assert not KeptDraft.objects.exists()


def test_a_look_that_comes_after_sending_brings_nothing_back(desk: Client) -> None:
    said = {"call": call(desk), "text": "the lift is stuck", "region": "w"}
    desk.post(PAGE, said)
    desk.post(LOOK, said)
    assert not KeptDraft.objects.exists()


def test_what_no_database_keeps_is_said_when_sent(desk: Client) -> None:
    said = {"call": call(desk), "text": "the\0lift", "region": "w", "name": "\0"}
    assert desk.post(LOOK, said).status_code == 200
    reply = desk.post(PAGE, said)
    assert reply.status_code == 422
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    "accept", ["{", "[]", '{"text": "x"}', '{"service": 3}', '{"service": "\\ud800"}', "null"]
)
def test_what_is_no_suggestion_sets_nothing(desk: Client, accept: str) -> None:
    reply = desk.post(PAGE, {"call": call(desk), "text": "hello", "accept": accept})
    assert reply.status_code == 200
    assert "hello</textarea>" in reply.content.decode()


# What is suggested


def test_the_service_is_suggested_with_its_probability(desk: Client) -> None:
    page = shown(desk, text="the lift is broken and somebody is stuck")
    assert "Lift repair" in page
    assert " %" in page
    assert 'data-number="1"' in page


def test_a_suggestion_is_taken_without_javascript(city: City, desk: Client) -> None:
    said = {"call": call(desk), "text": "the lift", "accept": json.dumps({"service": "lift-repair"})}
    page = desk.post(PAGE, said).content.decode()
    assert '<option value="lift-repair" selected>' in page
    assert 'aria-pressed="true"' in page
    sent = desk.post(PAGE, {"call": said["call"], "text": "the lift", "service": "lift-repair", "region": "w"})
    assert sent.status_code == 302
    assert (Need.objects.get().service_type, Need.objects.get().type_certainty) == (city.lift, 1.0)


def test_places_in_the_words_are_suggested_and_taken(city: City, desk: Client) -> None:
    NamedPlace.objects.create(
        code="mill", kind="street", name={"en": "Mill Lane"}, region=city.east, longitude=122.15, latitude=28.05
    )
    page = shown(desk, text="the lift at Mill Lane is stuck")
    assert "Mill Lane" in page
    said = {"text": "the lift is stuck", "place": "mill", "region": "e", "call": call(desk)}
    desk.post(PAGE, said)
    need = Need.objects.get()
    assert (need.region, need.longitude, need.address) == (city.east, 122.15, "Mill Lane")


def test_follow_up_questions_are_asked_and_checked(city: City, desk: Client) -> None:
    kinds = {"goods": {"en": "Goods"}, "people": {"en": "People"}}
    which = {"code": "floor", "type": "number", "question": {"en": "Which floor?"}, "required": True}
    kind = read_question({"code": "kind", "type": "one-of", "question": {"en": "Which lift?"}, "values": kinds})
    notice = read_question({"code": "n", "question": {"en": "Stay calm."}, "notice": True})
    set_questions(city.lift, [notice, read_question(which), kind])
    page = shown(desk, text="the lift is stuck", service="lift-repair")
    assert all(words in page for words in ("Which floor?", "Which lift?", "Stay calm.", 'name="asked"'))
    again = shown(desk, text="the lift is stuck!", service="lift-repair", asked="lift-repair")
    assert "Which floor?" not in again, "what is being answered stays as it is"
    said = {"text": "the lift is stuck", "service": "lift-repair", "region": "w", "call": call(desk)}
    assert "Please answer this question." in desk.post(PAGE, said).content.decode()
    desk.post(PAGE, said | {"q-floor": "3", "q-kind": "goods"})
    assert Need.objects.get().answers == {"floor": "3", "kind": "goods"}


def test_what_the_menu_has_is_answered_at_once(city: City, desk: Client) -> None:
    city.offer.hours = {str(day): [["09:00", "17:00"]] for day in range(1, 8)}
    city.offer.address = "1 Quay"
    city.offer.save()
    page = shown(desk, text="help with washing", service="home-care")
    assert all(words in page for words in ("Good Hands", "free", "1 Quay", "West", "open today 09:00–17:00"))


def test_hours_are_those_of_today() -> None:
    with clock.stopped_at(clock.now().replace(year=2026, month=11, day=28)):  # a Saturday
        assert open_today({}) == ""
        assert open_today({"1": [["09:00", "17:00"]]}) == "closed today"
        assert open_today({"6": [["09:00", "12:00"], ["13:00", "15:00"]]}) == "open today 09:00–12:00, 13:00–15:00"


def test_a_danger_is_said_with_the_number_to_call(city: City, desk: Client) -> None:
    page = shown(desk, text="there is a fire in the kitchen and we cannot get out")
    assert 'role="alert"' in page
    assert 'href="tel:' in page
    assert "Life or safety, now" in page
    desk.post(PAGE, {"call": call(desk), "text": "there is a fire in the kitchen", "region": "w"})
    told = desk.get(reverse("desk-told", args=[Need.objects.get().reference])).content.decode()
    assert 'href="tel:' in told


# The same thing


def stuck_lift(city: City) -> Need:
    return receive(
        text="The lift in 3 Mill Lane is stuck between floors",
        channel=Channel.WEB,
        service_type=city.lift,
        longitude=122.05,
        latitude=28.05,
        address="3 Mill Lane",
        received_at=clock.now() - timedelta(hours=1),
    )


@pytest.fixture
def mill_lane(city: City) -> NamedPlace:
    return NamedPlace.objects.create(
        code="mill-3", kind="street", name={"en": "Mill Lane"}, region=city.west, longitude=122.05, latitude=28.05
    )


def test_what_others_have_told_is_suggested_and_followed(city: City, desk: Client, mill_lane: NamedPlace) -> None:
    need = stuck_lift(city)
    text = "The lift in 3 Mill Lane is stuck"
    page = shown(desk, text=text, place="mill-3", service="lift-repair")
    assert need.reference in page
    said = {"text": text, "same": need.reference, "region": "w", "call": call(desk)}
    refused = desk.post(PAGE, said)
    assert "Who is to be told how it goes?" in refused.content.decode()
    reply = desk.post(PAGE, said | {"name": "Bo", "phone": "555 0100"}, follow=True)
    assert "They follow it." in reply.content.decode()
    assert Follower.objects.get().person.name == "Bo"
    assert Need.objects.count() == 1


def test_of_a_case_beyond_the_mandate_no_more_is_shown_than_everybody_may_see(
    city: City, mill_lane: NamedPlace
) -> None:
    need = stuck_lift(city)
    Need.objects.filter(pk=need.pk).update(text="The lift is stuck, call me at 555 0100, John Smith")
    client = signed_in(official(Role.CALL_TAKER, city.east))
    page = shown(client, text="The lift in 3 Mill Lane is stuck", place="mill-3", service="lift-repair")
    assert "555 0100" not in page


# Who calls


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
        find(Facts(name="Ada"), within=callers(taker), reader=taker)


# What the caller is told


def test_a_reference_is_spelled_as_people_say_it() -> None:
    english = [sign.words for sign in spoken("7KQ2-M4XD", "en")]
    assert english[:3] == ["seven", "K as in Kilo", "Q as in Quebec"]
    assert [sign.after_pause for sign in spoken("7KQ2-M4XD", "en")].index(True) == 4


def test_the_caller_is_told_in_their_language(city: City, desk: Client) -> None:
    desk.post(
        PAGE,
        {
            "text": "老人需要上门护理",
            "region": "w",
            "service": "home-care",
            "language": "zh-hans",
            "call": call(desk),
        },
    )
    page = desk.get(reverse("desk-told", args=[Need.objects.get().reference])).content.decode()
    assert '<div lang="zh-Hans"><p><strong>居家照护</strong></p>' in page
    assert "Next call" in page, "the page itself is in the call-taker's"


def test_calls_of_others_are_not_told(city: City, desk: Client) -> None:
    need = stuck_lift(city)
    assert desk.get(reverse("desk-told", args=[need.reference])).status_code == 404


# Speed


def test_a_look_takes_less_than_a_tenth_of_a_second(desk: Client) -> None:
    token, spent = call(desk), []
    texts = ["the lift is stuck", "my father fell and needs help", "老人 上门 护理", uuid4().hex]
    gc.collect()
    gc.freeze()  # what the test runner keeps is none of the desk's work
    try:
        for number in range(205):
            began = time.process_time()
            reply = desk.post(LOOK, {"call": token, "text": f"{texts[number % 4]} {number}", "region": "w"})
            spent.append(time.process_time() - began)
            assert reply.status_code == 200
    finally:
        gc.unfreeze()
    assert sorted(spent[5:])[197] < 0.1, "seconds of work, of 99 in a hundred looks"
