"""What the phone desk suggests while somebody speaks: services, places, questions, offers, the same thing."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Follower, Need
from lacarte.pages.desk.looking import open_today
from lacarte.registers.menu.attributes import read_question, set_questions
from lacarte.registers.places.models import NamedPlace
from tests.city import City, official, signed_in
from tests.pages.calling import PAGE, call, shown, stuck_lift

pytestmark = pytest.mark.django_db


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
    city.offer.address = {"en": "1 Quay"}
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
