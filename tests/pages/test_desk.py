"""Officials see and change what their mandate covers, and no more."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel.models import Job, Role, User
from lacarte.loop.matching.actions import match
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.models import Order, OrderState
from lacarte.registers.people.models import Person, PersonalRead
from tests.background import work
from tests.city import City, official, signed_in
from tests.pages.delivering.pressing import press, words

pytestmark = pytest.mark.django_db


def need_in(city: City, where: str = "west", text: str = "help with washing", known: bool = True) -> Need:
    person = Person.objects.create(name="Ada", phone="555 0100") if known else None
    region = getattr(city, where)
    return receive(text=text, channel=Channel.WEB, service_type=city.care, person=person, region=region)


def work_and_match() -> None:
    work()
    match()
    work()


def test_the_queue_holds_what_the_mandate_covers(city: City) -> None:
    west, east = need_in(city, "west"), need_in(city, "east")
    page = signed_in(official(Role.CASE_WORKER, city.west)).get("/desk/?list=all").content.decode()
    assert west.reference in page
    assert east.reference not in page


def test_a_need_outside_the_mandate_does_not_exist(city: City) -> None:
    east = need_in(city, "east")
    client = signed_in(official(Role.CASE_WORKER, city.west))
    assert client.get(reverse("desk-need", args=[east.reference])).status_code == 404
    for name in ("desk-classify", "desk-reveal"):
        assert client.post(reverse(name, args=[east.reference])).status_code == 404


def test_the_desk_is_closed_to_residents_and_planners(city: City) -> None:
    assert Client().get("/desk/").status_code == 302
    for user in (User.objects.create_user("ada"), official(Role.PLANNER)):
        reply = signed_in(user).get("/desk/")
        assert reply.status_code == 403
        assert "Your account has no mandate" in reply.content.decode()


def test_doors_lead_only_where_one_may_go(city: City) -> None:
    worker = signed_in(official(Role.CASE_WORKER)).get("/").content.decode()
    planner = signed_in(official(Role.PLANNER)).get("/").content.decode()
    assert 'href="/desk/"' in worker
    assert 'href="/unmet/"' not in worker
    assert 'href="/unmet/"' in planner
    assert 'href="/desk/"' not in planner
    assert 'href="/operations/"' in signed_in(official(Role.ADMINISTRATOR)).get("/").content.decode()


def test_the_most_urgent_stands_first(city: City) -> None:
    care = need_in(city)
    lift = receive(text="stuck", channel=Channel.PHONE, service_type=city.lift, region=city.west)
    work()
    page = signed_in(official(Role.CALL_TAKER)).get("/desk/?list=waiting").content.decode()
    assert page.index(lift.reference) < page.index(care.reference)
    assert "Life or safety, now" in page


@pytest.mark.parametrize(("words", "found"), [("washing", True), ("WASHING help", True), ("roof", False)])
def test_words_are_searched(city: City, words: str, found: bool) -> None:
    need = need_in(city)
    page = signed_in(official(Role.CALL_TAKER)).get("/desk/", {"list": "all", "words": words}).content.decode()
    assert (need.reference in page) == found


def test_a_reference_is_searched_as_people_say_it(city: City) -> None:
    need, other = need_in(city), need_in(city)
    said = need.reference.replace("-", "").lower()
    page = signed_in(official(Role.CALL_TAKER)).get("/desk/", {"list": "all", "words": said}).content.decode()
    assert need.reference in page
    assert other.reference not in page


def test_reading_a_name_is_written_down_for_its_owner(city: City) -> None:
    need = need_in(city)
    worker = official(Role.CASE_WORKER)
    client = signed_in(worker)
    page = client.get(reverse("desk-need", args=[need.reference])).content.decode()
    assert "555 0100" not in page
    client.get(reverse("desk-need", args=[need.reference]))
    look = PersonalRead.objects.get()
    assert (look.person, look.reader, look.fields) == (need.person, worker, "need"), "two looks in an hour are one"
    look.delete()
    page = client.post(
        reverse("desk-reveal", args=[need.reference]), {"purpose": "arrange the service"}, follow=True
    )
    assert "555 0100" in page.content.decode()
    read = PersonalRead.objects.get(fields="name, phone")
    assert (read.person, read.reader, read.purpose) == (need.person, worker, "arrange the service")
    assert client.post(reverse("desk-reveal", args=[need.reference]), {}).status_code == 404, "without a purpose"
    assert PersonalRead.objects.filter(fields="name, phone").count() == 1


def test_a_worker_returns_what_was_matched_and_it_waits_again(city: City) -> None:
    need = need_in(city)
    work_and_match()
    client = signed_in(official(Role.CASE_WORKER))
    page = words(client.get(reverse("desk-need", args=[need.reference])))
    assert "Good Hands" in page
    assert "Need index" in page
    press(client, Order.objects.get(), "rejected", words="no staff this week")
    assert Order.objects.get().state == OrderState.REJECTED
    need.refresh_from_db()
    assert need.state == Need.State.OPEN


def test_what_was_not_understood_is_set_by_a_person(city: City) -> None:
    need = receive(text="it is about the thing", channel=Channel.WEB, region=city.west)
    client = signed_in(official(Role.CASE_WORKER))
    assert need.reference in client.get("/desk/?list=unclear").content.decode()
    client.post(reverse("desk-classify", args=[need.reference]), {"service": "home-care"})
    need.refresh_from_db()
    assert need.service_type == city.care
    wrong = client.post(reverse("desk-classify", args=[need.reference]), {"service": ""})
    assert wrong.status_code == 422


def test_stuck_jobs_are_seen_and_tried_again(city: City) -> None:
    job = Job.objects.create(name="loop.broken", state=Job.State.STUCK, last_error="ValueError: no", attempts=8)
    client = signed_in(official(Role.ADMINISTRATOR))
    page = client.get("/operations/").content.decode()
    assert "loop.broken" in page
    assert "ValueError: no" in page
    client.post(reverse("job-retry", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.READY, 0)
    for closed in (official(Role.PLANNER), User.objects.create_user("ada")):
        assert signed_in(closed).post(reverse("job-retry", args=[job.pk])).status_code == 403


def test_metrics_are_for_administrators_and_the_token(city: City, settings: object) -> None:
    Job.objects.create(name="loop.broken", state=Job.State.STUCK)
    assert Client().get("/metrics").status_code == 403
    text = signed_in(official(Role.ADMINISTRATOR)).get("/metrics").content.decode()
    assert "\nlacarte_jobs_stuck 1\n" in text
    settings.CONFIGURED = {**settings.CONFIGURED, "metrics_token": "s3cret"}  # type: ignore[attr-defined]
    assert Client().get("/metrics", headers={"authorization": "Bearer s3cret"}).status_code == 200
    assert Client().get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 403
