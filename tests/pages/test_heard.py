"""Calling back, answering bad ratings, verifying, releasing, leaving out: each by who may, and with its errors."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Channel
from lacarte.loop.voice import exclusions
from lacarte.loop.voice.actions import rate
from lacarte.loop.voice.asking import ask
from lacarte.loop.voice.models import CallAttempt, Exclusion, FollowUp, Inquiry, Rating, Reply
from lacarte.registers.people.models import Person, PersonalRead
from tests.city import City, official, signed_in
from tests.loop.voice.rated import member, order, rated

pytestmark = pytest.mark.django_db

SAID = {"outcome": "answered", "solved": "yes", "contacted_in_time": "yes", "satisfaction": "4", "comment": "Fine"}


@pytest.fixture
def waiting(city: City, settings: object) -> FollowUp:
    """Somebody with a phone alone, who is to be called now."""
    settings.CARRIERS = {}  # type: ignore[attr-defined]
    person = Person.objects.create(name="Old Tan", phone="13800138000", language="zh-hans")
    made = ask(order(city, person=person, channel=Channel.PHONE))
    assert made is not None
    FollowUp.objects.update(next_try=clock.now())
    return made


def test_the_next_call_is_taken_and_its_answers_count(waiting: FollowUp, city: City) -> None:
    caller = official(Role.CALL_TAKER, city.west)
    client = signed_in(caller)
    assert "13800138000" not in client.get("/desk/calls/").content.decode(), "the list tells nobody's number"
    page = client.post("/desk/calls/next/", follow=True)
    assert "13800138000" in page.content.decode()
    assert "lang='zh-Hans'" in page.content.decode(), "what to say is in their language"
    assert PersonalRead.objects.filter(reader=caller, purpose="ask how it went").exists()
    other = signed_in(official(Role.CALL_TAKER, city.west, name="other"))
    assert "is calling them" in other.get(f"/desk/calls/{waiting.pk}/", follow=True).content.decode()
    wrong = client.post(f"/desk/calls/{waiting.pk}/", SAID | {"satisfaction": ""})
    assert wrong.status_code == 422
    assert "one of the five answers" in wrong.content.decode()
    assert not CallAttempt.objects.exists(), "nothing is half written"
    client.post(f"/desk/calls/{waiting.pk}/", SAID)
    assert (Rating.objects.get().satisfaction, Rating.objects.get().taken_by) == (4, caller)
    assert client.get(f"/desk/calls/{waiting.pk}/").status_code == 404


def test_nobody_answered_or_another_time_is_written_down(waiting: FollowUp, city: City) -> None:
    client = signed_in(official(Role.CALL_TAKER))
    address = f"/desk/calls/{waiting.pk}/"
    assert client.post(address, {"outcome": "later"}).status_code == 422
    assert client.post(address, {"outcome": "later", "call_at": "soon"}).status_code == 422
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"outcome": "no-answer"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.next_try is not None
    assert waiting.next_try > clock.now()
    assert "Nobody is to be called now" in client.post("/desk/calls/next/", follow=True).content.decode()


def test_calls_are_for_who_may_register_there(waiting: FollowUp, city: City, client: Client) -> None:
    address = f"/desk/calls/{waiting.pk}/"
    assert client.get(address).status_code == 302
    assert signed_in(official(Role.PLANNER)).get(address).status_code == 403
    assert signed_in(official(Role.CALL_TAKER, city.east)).get(address).status_code == 404


def test_a_bad_rating_goes_from_the_provider_to_an_official(city: City) -> None:
    rate(order(city), contacted_in_time=True, solved=True, satisfaction=1, comment="They came late.")
    reply = Reply.objects.get()
    ours, worker = signed_in(member(city)), signed_in(official(Role.CASE_WORKER, city.west))
    assert "Very bad" in ours.get("/replies/").content.decode()
    assert worker.get(f"/replies/{reply.pk}/").status_code == 404
    assert ours.post(f"/replies/{reply.pk}/", {"text": " "}).status_code == 422
    assert ours.post(f"/replies/{reply.pk}/", {"text": "a\0"}).status_code == 422
    assert "They came late." in ours.get(f"/replies/{reply.pk}/").content.decode()
    ours.post(f"/replies/{reply.pk}/", {"text": "We send another team."})
    address = f"/desk/heard/replies/{reply.pk}/"
    assert "We send another team." in worker.get(address).content.decode()
    assert worker.post(address, {"accept": "no", "words": ""}).status_code == 422
    worker.post(address, {"accept": "no", "words": "Which team?"})
    due = Reply.objects.get(state=Reply.State.DUE)
    assert "Which team?" in ours.get(f"/replies/{due.pk}/").content.decode()
    assert ours.get(f"/desk/heard/replies/{reply.pk}/").status_code == 403


def test_a_comment_is_released_with_what_is_personal_taken_out(city: City) -> None:
    rate(order(city), contacted_in_time=True, solved=True, satisfaction=3, comment="Call 13800138000. Kind.")
    worker = signed_in(official(Role.CASE_WORKER, city.west))
    key = Rating.objects.get().pk
    proposed = worker.get(f"/desk/heard/comments/{key}/").context["form"].initial["words"]
    assert "13800138000" not in proposed
    worker.post(f"/desk/heard/comments/{key}/", {"words": "Kind."})
    assert Rating.objects.get().released == "Kind."
    assert worker.get(f"/desk/heard/comments/{key}/").status_code == 404, "it has been looked at"


def test_leaving_out_is_proposed_by_one_and_decided_by_another(city: City) -> None:
    made = rated(city)
    first, second = (official(Role.CASE_WORKER, city.west, name=name) for name in ("first", "second"))
    address = f"/desk/needs/{made.need.reference}/leave-out/"
    assert signed_in(first).post(address, {"reason": "unhappy", "words": "x"}).status_code == 422
    assert signed_in(first).post(address, {"reason": "test", "words": ""}).status_code == 422
    found = signed_in(first).get("/desk/heard/leave-out/", {"reference": made.need.reference.lower()})
    assert found.url == address  # type: ignore[attr-defined]
    wrong = signed_in(first).get("/desk/heard/leave-out/", {"reference": "7"}, follow=True)
    assert "8 letters and digits" in wrong.content.decode()
    signed_in(first).post(address, {"reason": "test", "words": "A test of the form."})
    one = Exclusion.objects.get()
    decide = f"/desk/heard/exclusions/{one.pk}/"
    assert signed_in(first).post(decide, {"accept": "yes"}).status_code == 403
    assert signed_in(second).post(decide, {"accept": "yes"}).status_code == 302
    assert Exclusion.objects.get().state == Exclusion.State.APPROVED
    auditor = signed_in(official(Role.AUDITOR))
    assert "Left out" in auditor.get("/desk/heard/").content.decode()
    assert exclusions.seen_by(first).count() == 1


def test_questions_about_figures_are_for_auditors(city: City) -> None:
    facts = {"count": 9, "of": 10, "all_count": 20, "all_of": 90}
    kinds = [(Inquiry.Kind.CLOSED_EARLY, facts), (Inquiry.Kind.LEFT_OUT, facts)]
    burst = {"value": 5, "count": 9, "of": 9, "since": "2026-03-01", "until": "2026-03-02", "seed": 1}
    provider = city.offer.offer.provider
    auditor, worker = signed_in(official(Role.AUDITOR)), signed_in(official(Role.CASE_WORKER))
    for kind, found in [*kinds, (Inquiry.Kind.BURST, burst)]:
        one = Inquiry.objects.create(provider=provider, kind=kind, found=found, chance=0.0004)
        page = auditor.get(f"/desk/heard/inquiries/{one.pk}/").content.decode()
        assert "It is a question" in page
        assert worker.get(f"/desk/heard/inquiries/{one.pk}/").status_code == 403
        assert auditor.post(f"/desk/heard/inquiries/{one.pk}/", {"words": ""}).status_code == 422
        assert auditor.post(f"/desk/heard/inquiries/{one.pk}/", {"words": "A clock was wrong."}).status_code == 302
    for path in ("/desk/heard/", "/rates/"):
        assert "Questions about figures" not in worker.get(path).content.decode()
        assert "Questions about figures" in auditor.get(path).content.decode()
    assert auditor.get(f"/desk/heard/inquiries/{uuid4()}/").status_code == 404
