"""What is asked, and of whom; what is said after sending, and in danger."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.registers.menu.attributes import read_question, set_questions
from tests.city import City
from tests.pages.telling import STUCK, answer, page, send, to_the_check

pytestmark = pytest.mark.django_db


# Which questions are asked


def test_a_need_of_a_place_is_asked_since_when_and_for_photos(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", region="w") == "when"
    assert answer(client, "when", since="2026-01-02", times="at night") == "photos"
    assert answer(client, "photos", go="yes") == "contact"
    assert answer(client, "contact") == "check"
    need = send(client)
    assert (str(need.since), need.times, need.person) == ("2026-01-02", "at night", None)
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    assert "2 January 2026" in shown
    assert "at night" in shown


def test_what_somebody_needs_at_home_is_not_asked_for_photos(city: City, client: Client) -> None:
    answer(client, "what", text="help with washing")
    answer(client, "kind", service="home-care")
    assert answer(client, "where", region="w") == "contact"


def test_the_summary_of_what_is_wrong_says_which_question_is_meant(city: City, client: Client) -> None:
    asked = [("floor", "Which floor?"), ("door", "Which door?")]
    questions = [
        {"code": code, "type": "line", "question": {"en": said}, "required": True} for code, said in asked
    ]
    set_questions(city.lift, [read_question(one) for one in questions])
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", region="w") == "more"
    wrong = client.post(reverse("need-question", args=["more"]), {"q-floor": "3"}).content.decode()
    assert '<a href="#id_q-door">Which door? – Please answer this question.</a>' in wrong
    assert "Which floor? –" not in wrong


def test_a_page_that_is_not_asked_for_leads_on(city: City, client: Client) -> None:
    answer(client, "what", text="help with washing")
    answer(client, "kind", service="home-care")
    answer(client, "where", region="w")
    for step in ("which", "same", "more", "when", "photos"):
        reply = client.get(reverse("need-question", args=[step]))
        assert reply["Location"].endswith("/need/contact/"), step


@pytest.mark.parametrize(
    ("since", "says"),
    [
        ("2999-01-01", "still to come"),
        ("1200-01-01", "check the year"),
        ("2026-02-30", "year-month-day"),
        ("soon", "year-month-day"),
    ],
)
def test_a_day_that_cannot_be_is_said_so(city: City, client: Client, since: str, says: str) -> None:
    to_the_check(client)
    reply = client.post(reverse("need-question", args=["when"]), {"since": since, "times": "at noon"})
    assert says in reply.content.decode()
    assert "at noon" in reply.content.decode(), "nothing is lost"


def test_text_that_no_database_keeps_is_said_so(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    reply = client.post(reverse("need-question", args=["where"]), {"address": "Mill\0Lane", "region": "w"})
    assert reply.status_code == 200
    assert "field-error" in reply.content.decode()


# Follow-up questions


def test_follow_up_questions_are_asked_checked_and_shown(city: City, client: Client) -> None:
    kinds = {"line": "Pole?", "text": "More?", "number": "How many?", "time": "When?"}
    asked = [
        read_question({"code": kind, "type": kind, "question": {"en": words}}) for kind, words in kinds.items()
    ]
    values = {"a": {"en": "Low"}, "b": {"en": "High"}}
    one = {"code": "one", "type": "one-of", "question": {"en": "Which?"}, "required": True, "values": values}
    some = {"code": "some", "type": "some-of", "question": {"en": "Which ones?"}, "values": values}
    notice = {"code": "note", "notice": True, "question": {"en": "Press the bell."}}
    set_questions(city.lift, [read_question(notice), *asked, read_question(one), read_question(some)])
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", region="w") == "more"
    assert "Press the bell." in page(client, "more")
    said = {
        "q-line": "LW-1",
        "q-text": "a\nb",
        "q-number": "3",
        "q-time": "2026-11-01T10:30",
        "q-some": ["b", "a"],
    }
    wrong = client.post(reverse("need-question", args=["more"]), said).content.decode()
    assert "Please choose one." in wrong
    for kept in ('value="LW-1"', 'value="3"', 'value="2026-11-01T10:30"', "a\nb"):
        assert kept in wrong
    assert answer(client, "more", **said, **{"q-one": "a"}) == "when"
    assert 'value="2026-11-01T10:30"' in page(client, "more"), "and shown when one comes back"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    need = send(client)
    assert need.answers["some"] == ["b", "a"]
    assert need.answers["time"] == "2026-11-01T10:30:00+00:00"
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    for words in ("Pole?", "LW-1", "Low", "High", "1 November 2026"):
        assert words in shown


def test_another_service_has_other_questions(city: City, client: Client) -> None:
    set_questions(city.lift, [read_question({"code": "a", "question": {"en": "Which lift?"}})])
    set_questions(city.care, [read_question({"code": "b", "question": {"en": "How often?"}})])
    to_the_check(client)
    assert answer(client, "kind", service="home-care") == "more"
    assert "How often?" in page(client, "more")
    answer(client, "more", **{"q-b": "daily"})
    assert send(client).answers == {"b": "daily"}


# After sending


def test_what_is_said_after_sending(city: City, client: Client) -> None:
    to_the_check(client)
    need = send(client)
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    for words in ("We have it. Thank you.", need.reference, "To read it out:", "What happens next", need.secret):
        assert words in shown


# Danger


def test_who_may_be_in_danger_is_told_at_once_and_until_the_end(city: City, client: Client) -> None:
    assert "Help right now" not in page(client, "what")
    answer(client, "what", text="There is a fire in the lift, smoke everywhere, people are trapped inside")
    for step in ("kind", "what"):
        assert "Help right now" in page(client, step), step
    answer(client, "kind", service="lift-repair")
    for step in ("where",):
        assert "Help right now" in page(client, step), step
    for step, said in (("where", {"region": "w"}), ("when", {}), ("photos", {"go": "yes"}), ("contact", {})):
        answer(client, step, **said)
    assert "Help right now" in client.get(reverse("need-check")).content.decode()
    need = send(client)
    assert "Help right now" in client.get(reverse("need", args=[need.reference])).content.decode()
    assert need.danger is not None
