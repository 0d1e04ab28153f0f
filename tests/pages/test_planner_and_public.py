"""What stays unmet and the three rates, as planners and the public see them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.matching.actions import match
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.planning.queries import by_week
from lacarte.loop.voice.actions import rate
from tests.background import work
from tests.city import City, build, official

pytestmark = pytest.mark.django_db


def work_and_match() -> None:
    work()
    match()
    work()


def planner_of(region: object = None) -> Client:
    client = Client()
    client.force_login(official(Role.PLANNER, region))  # type: ignore[arg-type]
    return client


@pytest.fixture
def city() -> City:
    """Ten units of care in the west, 22 needs there and 12 in the east: twelve of each wait."""
    city = build(units=10)
    for region in [city.west] * 22 + [city.east] * 12:
        receive(text="care", channel=Channel.WEB, service_type=city.care, region=region)
    work_and_match()
    return city


def rows_of(client: Client, **filters: str) -> list[dict[str, str]]:
    text = client.get("/unmet/unmet.csv", filters).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_what_waits_is_counted_by_service_and_place(city: City) -> None:
    rows = rows_of(planner_of())
    assert [(row["region"], int(row["waiting"])) for row in rows] == [("w", 12), ("e", 12)]
    assert {row["service_type"] for row in rows} == {"home-care"}


def test_the_shadow_price_says_where_one_more_unit_helps(city: City) -> None:
    page = planner_of().get("/unmet/").content.decode()
    assert "serves one person more" in page
    assert "Good Hands" in page


def test_it_is_told_apart_what_is_missing(city: City) -> None:
    rows = rows_of(planner_of())
    assert sum(int(row["full"]) for row in rows) == 24, "the offer in the west reaches all and is full"
    city.offer.reach_metres = 10
    city.offer.save()
    for _ in range(11):
        receive(text="care", channel=Channel.WEB, service_type=city.care, longitude=122.19, latitude=28.01)
    work_and_match()
    rows = rows_of(planner_of())
    assert sum(int(row["out_of_reach"]) for row in rows) == 11, "these need an offer nearby"
    assert sum(int(row["full"]) for row in rows) == 24, "who has no point is not out of reach"
    assert "an offer nearby" in planner_of().get("/unmet/").content.decode()


def test_a_planner_sees_their_own_district(city: City) -> None:
    assert {row["region"] for row in rows_of(planner_of(city.east))} <= {"e"}
    page = planner_of(city.east).get("/unmet/").content.decode()
    assert "Good Hands" not in page, "the offer is in the west"


def test_filters_keep_and_nonsense_filters_nothing(city: City) -> None:
    everything = rows_of(planner_of())
    assert rows_of(planner_of(), area="health") == everything
    assert rows_of(planner_of(), area="no-such-area") == everything
    assert {row["region"] for row in rows_of(planner_of(), district="e")} <= {"e"}


def test_of_few_people_nothing_is_told_and_of_places_everything(city: City) -> None:
    """Twelve wait in the west and three in the east, where four lifts stand still."""
    few = Need.objects.filter(region=city.east, state=Need.State.OPEN).values_list("pk", flat=True)[:9]
    Need.objects.filter(pk__in=list(few)).update(state=Need.State.WITHDRAWN, closed_at=clock.now())
    for _ in range(4):
        receive(text="lift", channel=Channel.WEB, service_type=city.lift, region=city.east)
    told = {(): ("19", {"15"}), (("district", "e"),): ("4 or more", set())}
    told |= {(("area", "health"), *asked): figures for asked, figures in told.items()}
    for asked, (everybody, of_people) in told.items():
        rows = rows_of(planner_of(), **dict(asked))
        assert {row["waiting"] for row in rows if row["service_type"] == "lift-repair"} == {"4"}
        assert {row["waiting"] for row in rows if row["service_type"] != "lift-repair"} == of_people
        page = planner_of().get("/unmet/", dict(asked)).content.decode()
        assert page[page.index("<dd>") + 4 : page.index("</dd>")] == everybody, "three people are in the east"
    assert "few" in planner_of(city.east).get("/unmet/").content.decode()


def test_the_weeks_of_few_people_are_not_told(city: City) -> None:
    planner = official(Role.PLANNER)
    week = by_week(planner)[-1]
    assert (week.received, week.received_exact) == (34, True)
    Need.objects.filter(pk__in=list(Need.objects.values_list("pk", flat=True)[:28])).update(
        received_at=clock.now() - timedelta(days=8)
    )
    receive(text="lift", channel=Channel.WEB, service_type=city.lift, region=city.east)
    week = by_week(planner)[-1]
    assert (week.received, week.received_exact) == (1, False), "a lift, and six people"
    assert "1 or more" in planner_of().get("/unmet/").content.decode()


def test_the_table_comes_before_the_map_and_the_chart(city: City) -> None:
    page = planner_of().get("/unmet/").content.decode()
    assert page.index("<table") < page.index('class="map"')
    assert page.index("Week of") < page.rindex('class="chart"')
    assert page.count("<path") >= 2


def test_rates_of_few_are_not_shown(client: Client) -> None:
    city, worker = build(units=2), official(Role.CASE_WORKER)
    for region in (city.west, city.west, city.west, city.east, city.east):
        receive(text="care", channel=Channel.WEB, service_type=city.care, region=region)
    work_and_match()
    order = Order.objects.first()
    assert order is not None
    for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        order = change(order, to=state, actor=worker)
    rate(order, contacted_in_time=True, solved=True, satisfaction=5)
    data = client.get("/rates/rates.json").json()
    assert {row["orders"] for row in data["region"]} == {None}
    assert {row["satisfaction"] for row in data["region"]} == {None}
    assert "100 %" not in client.get("/rates/").content.decode()


def test_rates_of_many_are_shown_to_everybody(client: Client) -> None:
    city, worker = build(units=20), official(Role.CASE_WORKER)
    for _ in range(12):
        receive(text="care", channel=Channel.WEB, service_type=city.care, region=city.west)
    work_and_match()
    for i, order in enumerate(Order.objects.order_by("pk")):
        for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
            order = change(order, to=state, actor=worker)
        rate(order, contacted_in_time=True, solved=i > 2, satisfaction=5 if i > 5 else 2)
    row = client.get("/rates/rates.json").json()["kind"][0]
    assert (row["orders"], row["response"], row["resolution"], row["satisfaction"]) == (12, 1.0, 0.75, 0.5)
    page = client.get("/rates/").content.decode()
    for share in ("100 %", "75 %", "50 %"):
        assert share in page
