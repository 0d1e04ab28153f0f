"""How people are reached, what they expect, and how messages are carried to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import translation

from lacarte.kernel import clock
from lacarte.kernel.models import Job
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.carriers import Memory, UndeliverableError
from lacarte.loop.needs.messages.confirming import confirm
from lacarte.loop.needs.messages.conversation import say
from lacarte.loop.needs.messages.delivering import GIVE_UP
from lacarte.loop.needs.messages.expecting import deadlines, expected
from lacarte.loop.needs.messages.links import link_of
from lacarte.loop.needs.messages.reaching import PAGE, Medium, Way, language_for, plain, spellings, way_to
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, only_gas_is_dangerous

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


def told(person: Person | None = None, text: str = "broken lift", **more: object) -> Need:
    return receive(text=text, channel=Channel.WEB, person=person, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "wrote"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("(0151) 234-5678", "+491512345678"),
        ("+49 151 2345678", "+491512345678"),
        ("415-555-0100", "+14155550100"),
        ("Li@Home.example", "li@home.EXAMPLE"),
    ],
)
def test_one_address_may_be_spelt_in_several_ways(left: str, wrote: str) -> None:
    assert plain(left) in spellings(wrote)


def test_other_numbers_are_not_the_same() -> None:
    assert plain("13800138001") not in spellings("+8613800138000")
    assert plain("38000") not in spellings("+8613800138000")
    assert spellings("wechat-openid_X1") == ["wechat-openid_X1"]


def test_people_are_reached_as_they_said(city: City) -> None:
    assert way_to(told(Person(email="li@x.example", phone="1380013800"))) == Way(Medium.EMAIL, "li@x.example")
    assert way_to(told(Person(phone="138 0013 8000"))) == Way(Medium.SMS, "13800138000")
    assert way_to(told(Person(name="Li"))) == way_to(told()) == PAGE


def test_where_nothing_goes_out_it_is_the_page(city: City, settings: LazySettings) -> None:
    settings.CARRIERS = {"sms": "lacarte.standards.gateways.sending.Gateways"}
    assert way_to(told(Person(email="li@x.example", phone="13800138000"))) == PAGE


def test_people_are_answered_in_what_they_wrote_else_in_what_they_read(city: City) -> None:
    assert language_for(told(text="电梯坏了")) == "zh-hans"
    assert (
        language_for(told(text="12 345", person=Person(language="zh-hans"), service_type=city.lift)) == "zh-hans"
    )
    assert language_for(Need(language="zh-TW")) == "zh-hans"
    assert language_for(Need(language="es", person=Person(language="en"))) == "en"
    assert language_for(Need(language="und")) == "en"


def test_by_when_counts_in_the_working_days_of_the_region(city: City) -> None:
    city.city.calendar = {"zone": "Asia/Shanghai", "holidays": ["2026-02-17"]}
    city.city.save()
    friday = datetime(2026, 2, 13, 4, tzinfo=UTC)
    need = told(service_type=city.care, longitude=122.05, latitude=28.05, received_at=friday)
    ServiceType.objects.filter(pk=city.care.pk).update(contact_days=2, resolution_days=3)
    need = Need.objects.get(pk=need.pk)
    with clock.stopped_at(friday):
        until = deadlines(need)
        assert (until.contact.date().isoformat(), until.done.date().isoformat()) == ("2026-02-18", "2026-02-19")
        assert "18 February 2026" in expected(need).by_when
        with translation.override("zh-hans"):
            assert "2026年2月18日" in expected(need).by_when
    with clock.stopped_at(friday + timedelta(days=365)):
        assert deadlines(need).contact > clock.now(), "nobody is promised a day that is over"


def test_who_is_not_understood_yet_is_promised_no_day(city: City) -> None:
    need = told(text="xyzzy")
    assert not need.service_type_id
    assert expected(need).by_when == ""
    need.state = Need.State.HELD
    assert "reads it first" in expected(need).next


def test_in_danger_the_emergency_number_comes_first(city: City, carried: type[Memory]) -> None:
    only_gas_is_dangerous()
    for person in (Person(email="li@x.example"), Person(phone="13800138000")):
        told(person, "There is a smell of gas in the lift")
    work()
    for letter in carried.sent.values():
        assert letter.text.startswith("Go outside and call 112.")


def test_an_sms_is_short_and_has_all_of_it(city: City, carried: type[Memory]) -> None:
    need = told(Person(phone="13800138000"), service_type=city.care)
    work()
    (letter,) = carried.sent.values()
    assert need.reference in letter.text
    assert f"/n/{need.secret}/" in letter.text
    assert len(letter.text) < 320


def test_the_link_leads_to_the_page(city: City) -> None:
    need = told()
    assert link_of(need) == f"http://localhost:8000{reverse('open-need', args=[need.secret])}"
    need.secret = ""
    assert link_of(need) == f"http://localhost:8000{reverse('need', args=[need.reference])}"


def test_a_confirmation_is_written_once_however_often_it_is_asked_for(city: City, carried: type[Memory]) -> None:
    need = told(Person(email="li@x.example"))
    work()
    assert confirm(need) is None
    assert Message.objects.count() == len(carried.sent) == 1
    assert Message.objects.get().state == Message.State.SENT


def test_naming_somebody_elses_address_in_a_form_does_not_fill_their_mailbox(
    city: City, carried: type[Memory]
) -> None:
    for _ in range(40):
        told(Person(email="victim@x.example"))
    work()
    received = [letter for letter in carried.sent.values() if "Your reference" in letter.text]
    assert len(received) == 6
    assert len(carried.sent) <= 20, "what else there is to say is on the page"


def test_what_fails_is_tried_again_until_it_arrives(city: City, carried: type[Memory]) -> None:
    carried.refuses += [OSError("no route"), TimeoutError()]
    need = told(Person(email="li@x.example"))
    moment = clock.now()
    for minutes in range(0, 30, 2):
        with clock.stopped_at(moment + timedelta(minutes=minutes)):
            work(failing=True)
    assert len(carried.sent) == 1
    assert need.messages.get().state == Message.State.SENT


def test_what_never_arrives_is_shown_after_two_days(city: City, carried: type[Memory]) -> None:
    need = told(Person(email="li@x.example"))
    carried.refuses += [OSError("down")] * 1000
    moment = clock.now()
    for hours in range(0, 60):
        with clock.stopped_at(moment + timedelta(hours=hours)):
            work(failing=True)
    assert timedelta(hours=60) > GIVE_UP
    assert need.messages.get().state == Message.State.FAILED
    assert not Job.objects.filter(state=Job.State.STUCK).exists()


def test_a_refusal_ends_it_at_once(city: City, carried: type[Memory]) -> None:
    carried.refuses.append(UndeliverableError("no such number"))
    need = told(Person(phone="13800138000"))
    work()
    assert need.messages.get().state == Message.State.FAILED
    assert carried.sent == {}


def test_on_the_page_alone_it_is_said_at_once(city: City) -> None:
    message = say(told(), "We come on Monday", actor=None)
    assert (message.medium, message.state) == (Medium.PAGE, Message.State.SENT)
    assert not Job.objects.filter(name__contains="deliver").exists()
