"""Planners look at runs and let them count; residents are told why and object; the desk answers."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.matching.actions import match
from lacarte.loop.matching.models import Match, MatchingRun, Objection
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.planning.comparing import compare
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace
from tests.background import work
from tests.city import build, official, signed_in
from tests.loop.runs import preview, waiting_needs

pytestmark = pytest.mark.django_db


def holder_of(need: Need) -> Client:
    client = Client()
    client.get(f"/n/{need.secret}/")
    return client


# Runs


def test_a_planner_looks_at_a_preview_and_publishes_it() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    run, planner = preview(), signed_in(official(Role.PLANNER))
    assert "Preview" in planner.get("/unmet/runs/").content.decode()
    page = planner.get(f"/unmet/runs/{run.pk}/").content.decode()
    for said in ("This is a preview", run.fingerprint, run.digest, run.seed, "the most urgent class"):
        assert said in page
    assert page.index("<table") < page.index("Proof and record")
    answer = planner.post(f"/unmet/runs/{run.pk}/decision/", {"decision": "publish"})
    assert answer.status_code == 302
    work()
    page = planner.get(f"/unmet/runs/{run.pk}/").content.decode()
    assert "Published on" in page
    assert "This is a preview" not in page
    assert Order.objects.count() == 1


def test_a_preview_is_discarded_and_then_nothing_more_can_be_done() -> None:
    city = build()
    waiting_needs(city, 1)
    run, planner = preview(), signed_in(official(Role.PLANNER))
    planner.post(f"/unmet/runs/{run.pk}/decision/", {"decision": "discard"})
    page = planner.post(f"/unmet/runs/{run.pk}/decision/", {"decision": "publish"}, follow=True).content.decode()
    assert "not a preview any more" in page
    assert "Discarded on" in page
    work()
    assert not Order.objects.exists()
    assert planner.post(f"/unmet/runs/{run.pk}/decision/", {"decision": "burn"}).status_code == 404


def test_who_plans_one_district_sees_it_and_publishes_nothing_beyond() -> None:
    city = build()
    waiting_needs(city, 1)
    waiting_needs(city, 1, longitude=122.15)
    run, planner = preview(), signed_in(official(Role.PLANNER, city.west))
    page = planner.get(f"/unmet/runs/{run.pk}/").content.decode()
    assert "somebody else publishes it" in page
    assert 'value="publish"' not in page
    page = planner.post(f"/unmet/runs/{run.pk}/decision/", {"decision": "publish"}, follow=True).content.decode()
    assert "your mandate does not cover" in page
    run.refresh_from_db()
    assert run.state == MatchingRun.State.COMPUTED


@pytest.mark.parametrize("role", [Role.CALL_TAKER, Role.CASE_WORKER])
def test_runs_are_for_planners(role: Role) -> None:
    build()
    run, stranger = preview(), signed_in(official(role))
    for path in ("/unmet/runs/", f"/unmet/runs/{run.pk}/", f"/unmet/runs/{run.pk}/draw.csv"):
        assert stranger.get(path).status_code == 403
        assert Client().get(path).status_code == 302
    for path in (f"/unmet/runs/{run.pk}/decision/", "/unmet/runs/new/"):
        assert stranger.post(path, {"decision": "publish"}).status_code == 403


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_only_looks_at_runs_publishes_none(role: Role) -> None:
    city = build()
    waiting_needs(city, 1)
    run, reader = preview(), signed_in(official(role))
    page = reader.get(f"/unmet/runs/{run.pk}/").content.decode()
    assert run.fingerprint in page
    assert 'name="decision"' not in page
    assert "Compute a preview" not in reader.get("/unmet/runs/").content.decode()
    for decision in ("publish", "discard"):
        assert reader.post(f"/unmet/runs/{run.pk}/decision/", {"decision": decision}).status_code == 403
    assert reader.post("/unmet/runs/new/", {"seed": ""}).status_code == 403
    run.refresh_from_db()
    assert run.state == MatchingRun.State.COMPUTED


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_nor_a_run_about_nothing(role: Role) -> None:
    build()
    run = preview()
    reader = signed_in(official(role))
    assert reader.post(f"/unmet/runs/{run.pk}/decision/", {"decision": "publish"}).status_code == 403
    assert 'name="decision"' not in reader.get(f"/unmet/runs/{run.pk}/").content.decode()
    assert 'name="decision"' in signed_in(official(Role.PLANNER)).get(f"/unmet/runs/{run.pk}/").content.decode()


def test_a_preview_is_asked_for_with_a_public_seed() -> None:
    city = build()
    waiting_needs(city, 1)
    planner = signed_in(official(Role.PLANNER))
    planner.post("/unmet/runs/new/", {"seed": "drand 4211"})
    page = planner.post("/unmet/runs/new/", {"seed": "drand 4212"}, follow=True).content.decode()
    assert "is being computed already" in page
    work()
    run = MatchingRun.objects.get()
    assert (run.seed, run.kind, run.state) == ("drand 4211", "by-hand", "computed")
    assert run.asked_by is not None


def test_the_draw_can_be_run_again_by_anybody() -> None:
    city = build(units=1)
    waiting_needs(city, 3)
    run = preview()
    text = signed_in(official(Role.PLANNER)).get(f"/unmet/runs/{run.pk}/draw.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    drawn = [hashlib.sha256(f"{run.seed}:{row['need']}".encode()).hexdigest()[:16] for row in rows]
    assert [row["number_drawn"] for row in rows] == drawn == sorted(drawn)
    assert [(row["order"], row["served"]) for row in rows] == [("1", "1"), ("2", "0"), ("3", "0")]
    elsewhere = signed_in(official(Role.PLANNER, city.east)).get(f"/unmet/runs/{run.pk}/draw.csv")
    assert len(elsewhere.content.decode().splitlines()) == 1


# Against the standing match


def test_who_gains_who_loses_and_who_moves() -> None:
    city = build(units=3)
    planner = official(Role.PLANNER)
    needs = waiting_needs(city, 12)
    first = compare(planner, preview())
    assert (first.people, first.served, first.gain, first.lose, first.move) == (12, 3, 3, 0, 0)
    match()
    work()
    worker = official(Role.CASE_WORKER)
    for order in Order.objects.all():
        change(order, to=OrderState.REJECTED, actor=worker, reason="No staff")
    other = OfferAtPlace.objects.create(offer=city.offer.offer, region=city.east, longitude=122.18, latitude=28.05)
    CapacityLot.objects.create(
        offer_at_place=other, starts_at=clock.now(), ends_at=clock.now() + timedelta(days=7), units=1
    )
    again = compare(planner, preview())
    assert (again.people, again.served) == (12, 4)
    assert (again.gain, again.lose, again.move, again.stay) == (3, 2, 1, 0), (
        "they are not asked there again at once"
    )
    assert again.seconds > again.seconds_before > 0
    [kind] = again.by_class
    assert (kind.people, kind.served, kind.gain, kind.lose, kind.move) == (12, 4, 3, 2, 1)
    assert kind.low is not None
    assert kind.high is not None
    assert kind.low < 4 / 12 < kind.high
    assert len(needs) == 12


def test_few_people_are_not_shown_and_cannot_be_subtracted() -> None:
    city = build(units=3)
    waiting_needs(city, 12)
    waiting_needs(city, 2, longitude=122.15)
    compared = compare(official(Role.PLANNER), preview())
    assert compared.people == 14
    assert {row.people for row in compared.by_district} == {None}, "14 less 12 would tell"
    assert [row.people for row in compared.by_class] == [14]


def test_of_a_run_about_few_people_no_figure_is_told() -> None:
    waiting_needs(build(units=3), 4)
    page = signed_in(official(Role.PLANNER)).get(f"/unmet/runs/{preview().pk}/").content.decode()
    head = page[page.index('<dl class="figures">') : page.index("</dl>")]
    assert head.count("fewer than 10") == 5
    assert "<dd>0<small>orders not yet accepted" in head


def test_promises_are_counted_and_left_alone() -> None:
    city = build(units=2)
    waiting_needs(city, 2)
    match()
    work()
    waiting_needs(city, 1)
    compared = compare(official(Role.PLANNER), preview())
    assert (compared.promised, compared.people) == (2, 1)
    assert compare(official(Role.PLANNER, city.east, name="east"), preview()).promised == 0


def test_the_planners_page_says_where_the_next_units_go() -> None:
    city = build(units=1)
    waiting_needs(city, 4)
    match()
    work()
    page = signed_in(official(Role.PLANNER)).get("/unmet/").content.decode()
    assert "The next 3 units" in page
    assert page.index("Where the next units of capacity go best") < page.index('class="chart"')
    assert "The next" not in signed_in(official(Role.PLANNER, city.east)).get("/unmet/").content.decode()


# Why, and I object


def test_a_resident_is_told_why_and_objects_and_the_desk_answers() -> None:
    city = build(units=1)
    [need] = waiting_needs(city, 1)
    match()
    work()
    resident, worker = holder_of(need), signed_in(official(Role.CASE_WORKER, city.west))
    page = resident.get(f"/needs/{need.reference}/").content.decode()
    assert "Why this offer?" in page
    assert "Good Hands (West)" in page
    form = resident.get(f"/needs/{need.reference}/objection/").content.decode()
    assert "What is wrong about it?" in form
    empty = resident.post(f"/needs/{need.reference}/objection/", {"reason": " "})
    assert empty.status_code == 422
    resident.post(f"/needs/{need.reference}/objection/", {"reason": "They shouted at my mother."})
    assert "A case worker reads it" in resident.get(f"/needs/{need.reference}/").content.decode()

    assert need.reference in worker.get("/desk/?list=objections").content.decode()
    page = worker.get(f"/desk/needs/{need.reference}/").content.decode()
    assert "They shouted at my mother." in page
    assert "What they had been told" in page
    assert worker.post(f"/desk/needs/{need.reference}/objection/", {"words": "Sorry"}).status_code == 422
    worker.post(f"/desk/needs/{need.reference}/objection/", {"upheld": "yes", "words": "We are sorry."})
    work()
    page = resident.get(f"/needs/{need.reference}/").content.decode()
    assert "We are sorry." in page
    assert "Upheld" in page
    assert need.reference not in worker.get("/desk/?list=objections").content.decode()
    need.refresh_from_db()
    assert need.state == Need.State.OPEN


def test_who_waits_is_told_why() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    match()
    work()
    need = Need.objects.get(state=Need.State.OPEN)
    page = holder_of(need).get(f"/needs/{need.reference}/").content.decode()
    assert "Why am I still waiting?" in page
    assert "1 place" in page
    desk = signed_in(official(Role.CASE_WORKER)).get(f"/desk/needs/{need.reference}/").content.decode()
    assert "why they still wait" in desk


def test_nobody_objects_for_somebody_else_nor_twice_nor_too_late() -> None:
    city = build(units=1)
    [need] = waiting_needs(city, 1)
    match()
    work()
    address = f"/needs/{need.reference}/objection/"
    assert Client().post(address, {"reason": "No"}).status_code == 404
    assert "Why this offer?" not in Client().get(f"/needs/{need.reference}/").content.decode()
    resident = holder_of(need)
    resident.post(address, {"reason": "No"})
    assert "nothing to object to" in resident.post(address, {"reason": "No"}, follow=True).content.decode()
    assert Objection.objects.count() == 1
    Objection.objects.all().delete()
    change(Order.objects.get(), to=OrderState.ACCEPTED, actor=official(Role.CASE_WORKER))
    assert "nothing to object to" in resident.post(address, {"reason": "No"}, follow=True).content.decode()
    assert Objection.objects.count() == 0


def test_a_decision_of_before_explanations_is_told_in_brief() -> None:
    city = build(units=1)
    [need] = waiting_needs(city, 1)
    match()
    work()
    Match.objects.update(explanation={})
    page = holder_of(need).get(f"/needs/{need.reference}/").content.decode()
    assert "It is the only offer that could serve you." in page


def test_an_answer_is_for_who_may_work_there() -> None:
    city = build(units=1)
    [need] = waiting_needs(city, 1)
    match()
    work()
    holder_of(need).post(f"/needs/{need.reference}/objection/", {"reason": "No"})
    address, said = f"/desk/needs/{need.reference}/objection/", {"upheld": "no", "words": "Yes"}
    assert signed_in(official(Role.CASE_WORKER, city.east)).post(address, said).status_code == 404
    caller = signed_in(official(Role.CALL_TAKER))
    assert caller.post(address, said).status_code == 403
    assert "Are they right?" not in caller.get(f"/desk/needs/{need.reference}/").content.decode()
    assert Objection.objects.get().state == Objection.State.OPEN
