"""Ready answers: put into the field in the resident's language, finished by a person, kept by officials."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import formats, timezone, translation

from lacarte.kernel.models import OfficialMandate, Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.expecting import deadlines
from lacarte.loop.needs.messages.links import link_of
from lacarte.loop.needs.messages.ready import GAPS, add_shipped, answers_for, filled, unknown_gaps
from lacarte.loop.needs.models import Channel, Message, Need, ReadyAnswer
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.models import Order
from lacarte.registers.people.models import Person
from tests.city import City, official, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


@pytest.fixture
def need(city: City) -> Need:
    somebody = Person(email="li@x.example")
    return receive(text="电梯坏了", channel=Channel.WEB, service_type=city.lift, person=somebody, address="8")


def said(client: Client, need: Need, **form: str) -> str:
    answer = client.post(reverse("desk-reply", args=[need.reference]), form)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_shipped_ones_have_all_languages_and_no_gap_that_nothing_fills() -> None:
    shipped = list(ReadyAnswer.objects.all())
    assert len(shipped) >= 6
    for answer in shipped:
        for part in (answer.name, answer.text):
            assert sorted(part) == ["en", "zh-hans"], answer.code
        assert not [gap for text in answer.text.values() for gap in unknown_gaps(text)], answer.code


def test_a_city_that_has_removed_one_does_not_get_it_again() -> None:
    ReadyAnswer.objects.get(code="done").delete()
    assert add_shipped() == 0
    ReadyAnswer.objects.all().delete()
    assert add_shipped() == ReadyAnswer.objects.count() > 0


def test_it_is_put_in_in_their_language_and_shown_in_ours(city: City, need: Need) -> None:
    client = signed_in(official(Role.CASE_WORKER))
    page = said(client, need, ready="taken-on", text="您好！")
    with translation.override("zh-hans"):
        due = formats.date_format(timezone.localtime(deadlines(need).contact), "DATE_FORMAT")
    assert (
        f"您好！\n\n您的需求{need.reference}（{city.lift.name['zh-hans']}）已受理，我们最迟于{due}与您联系。"
        in page
    )
    assert f"We have taken on your request {need.reference}" in page, "in the official's own language"
    assert not Message.objects.filter(need=need, author__isnull=False).exists(), "nothing is sent yet"


def test_the_days_are_those_of_the_order(city: City, need: Need) -> None:
    order = place_order(need, offer_at_place=city.offer)
    Order.objects.filter(pk=order.pk).update(contact_due=order.contact_due + timedelta(days=40))
    order.refresh_from_db()
    with translation.override("zh-hans"):
        due = formats.date_format(timezone.localtime(order.contact_due), "DATE_FORMAT")
    assert f"最迟于{due}" in said(signed_in(official(Role.CASE_WORKER)), need, ready="taken-on")


def test_the_link_is_filled_when_it_is_sent_and_the_desk_never_sees_it(need: Need) -> None:
    client = signed_in(official(Role.CASE_WORKER))
    page = said(client, need, ready="done")
    assert "{link}" in page
    assert need.secret not in page
    client.post(reverse("desk-reply", args=[need.reference]), {"text": "It is done: {link}"})
    assert Message.objects.get(need=need, author__isnull=False).text == f"It is done: {link_of(need)}"
    assert need.secret not in client.get(reverse("desk-need", args=[need.reference])).content.decode()


def test_a_gap_that_nobody_has_filled_is_not_sent(city: City) -> None:
    need = receive(text="?", channel=Channel.WEB, person=Person(email="li@x.example"))
    client = signed_in(official(Role.CASE_WORKER))
    page = said(client, need, ready="takes-longer")
    assert "{done_by}" in page, "no service is known, so no day is"
    answer = client.post(reverse("desk-reply", args=[need.reference]), {"text": "By {done_by}."})
    assert answer.status_code == 422
    assert "{done_by}" in answer.content.decode()
    assert not Message.objects.filter(need=need, author__isnull=False).exists()


def test_one_of_a_service_is_offered_for_that_and_below_only(city: City, need: Need) -> None:
    ReadyAnswer.objects.create(code="lift", name={"en": "Lift"}, text={"en": "Up."}, service_type=city.lift)
    ReadyAnswer.objects.create(code="care", name={"en": "Care"}, text={"en": "Care."}, service_type=city.care)
    ReadyAnswer.objects.create(code="old", name={"en": "Old"}, text={"en": "Old."}, active=False)
    codes = [one.code for one in answers_for(need)]
    assert codes[0] == "lift", "what is nearest comes first"
    assert not {"care", "old"} & set(codes)


def test_what_cannot_be_chosen_is_not_found(need: Need) -> None:
    client = signed_in(official(Role.CASE_WORKER))
    for code in ("nothing", "\0", "x" * 500):
        assert client.post(reverse("desk-reply", args=[need.reference]), {"ready": code}).status_code == 404


def form(**changed: str) -> dict[str, str]:
    languages = {f"{part}-{code}": f"{part} {code}" for part in ("name", "text") for code in ("en", "zh-hans")}
    return {"code": "call-us", "service": "", "active": "on", **languages, **changed}


def test_planners_keep_them_and_everybody_at_the_desk_reads_them(city: City) -> None:
    planner, worker = signed_in(official(Role.PLANNER)), signed_in(official(Role.CASE_WORKER))
    made = planner.post(reverse("answer-new"), form(service="lift-repair"))
    assert made.status_code == 302
    kept = ReadyAnswer.objects.get(code="call-us")
    assert kept.name == {"en": "name en", "zh-hans": "name zh-hans"}
    assert (kept.service_type, kept.active) == (city.lift, True)
    planner.post(reverse("answer", args=["call-us"]), form(active=""))
    assert not ReadyAnswer.objects.get(code="call-us").active
    assert "name en" in worker.get(reverse("answers")).content.decode()
    assert "text en" in worker.get(reverse("answer", args=["call-us"])).content.decode()
    assert worker.post(reverse("answer", args=["call-us"]), form()).status_code == 403
    assert worker.post(reverse("answer-new"), form(code="other")).status_code == 403
    assert not ReadyAnswer.objects.filter(code="other").exists()


def test_who_may_set_rules_for_some_services_keeps_no_answers_for_others(city: City) -> None:
    planner = official(Role.PLANNER)
    care = city.care.interval
    OfficialMandate.objects.filter(holder=planner).update(service_first=care.first, service_last=care.last)
    client = signed_in(planner)
    assert client.post(reverse("answer-new"), form(service="home-care")).status_code == 302
    assert client.post(reverse("answer-new"), form(code="two", service="lift-repair")).status_code == 403
    assert client.post(reverse("answer", args=["call-us"]), form(service="")).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"code": "new"}, "There is an answer with this code already."),
        ({"code": "done"}, "There is an answer with this code already."),
        ({"code": "ça va"}, "letters"),
        ({"text-en": ""}, "Please write what is answered."),
        ({"name-zh-hans": " "}, "Please give it a name."),
        ({"text-en": "Dear {name}"}, "{name}"),
        ({"text-zh-hans": "\0"}, "Null characters"),
        ({"text-en": "x" * 2001}, "2000"),
        ({"service": "nothing"}, "nothing"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(city: City, wrong: dict[str, str], told: str) -> None:
    answer = signed_in(official(Role.PLANNER)).post(reverse("answer-new"), form(**wrong))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not ReadyAnswer.objects.filter(code="call-us").exists()


def test_what_is_not_known_stays_a_gap() -> None:
    every = ReadyAnswer(name={"en": "x"}, text={"en": " ".join(f"{{{gap}}}" for gap in GAPS)})
    assert filled(every, Need(reference="ABCD-EFGH"), "en") == "ABCD-EFGH {service} {answer_by} {done_by} {link}"
