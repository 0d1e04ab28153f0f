"""Who goes first, in the open: how need is weighed, who is most in need, how groups fare."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.planning.groups import report_groups
from lacarte.loop.planning.in_need import most_in_need, publish_most_in_need
from lacarte.loop.priority.actions import weigh
from lacarte.loop.priority.analysing import analyse
from lacarte.loop.priority.models import Report, Weighing
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Person
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db


def waiting(city: City, west: int, east: int, **more: object) -> None:
    made = [
        Need(channel=Channel.WEB, subject="person", service_type=city.care, region=region, **more)
        for region, n in ((city.west, west), (city.east, east))
        for _ in range(n)
    ]
    Need.objects.bulk_create(made)
    weigh(Need.objects.select_related("service_type", "region"))


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_everybody_reads_by_which_weights_need_is_weighed_and_who_decided(client: Client, city: City) -> None:
    waiting(city, 12, 11)
    shown = text(client.get("/priority/"))
    for words in (
        "2026-11.4",
        "No body yet",
        "40 %",
        "computed by night",
        "Over 75 and living alone",
        "public seed",
    ):
        assert words in shown
    analyse()
    assert "23 needs that wait" in text(client.get("/priority/"))
    figures = Report.objects.get(kind="sensitivity").figures
    assert figures["all"]["pairs"] == figures["1"]["pairs"] == 23 * 22 // 2
    assert 0 <= figures["all"]["flips"] <= figures["all"]["can_flip"] <= 1


def test_a_class_of_few_is_not_told_nor_one_that_gives_it_away(client: Client, city: City) -> None:
    waiting(city, 30, 30)
    keys = list(Need.objects.values_list("pk", flat=True))
    for kind, some in enumerate((keys[:3], keys[3:15], keys[15:35], keys[35:])):
        Weighing.objects.filter(need__in=some).update(priority_class=kind)
    analyse()
    figures = Report.objects.get(kind="sensitivity").figures
    assert [figures[kind]["needs"] for kind in ("all", "0", "1", "2", "3")] == [60, 3, 12, 20, 25]
    shown = text(client.get("/priority/"))
    rows = shown[shown.index("All classes") :]
    numbers = re.findall(r'data-label="Needs">(?:<span class="muted">)?(\w+)', rows)
    assert numbers == ["60", "few", "few", "20", "25"]


def test_a_planner_sees_groups_where_they_plan_and_no_small_ones(city: City) -> None:
    waiting(city, 12, 30)
    planner = official(Role.PLANNER)
    rows = {(one.district, one.area): one for one in most_in_need(planner)}
    assert rows["w", "health"].needs == 12
    assert rows["", ""].needs == 42
    assert rows["w", ""].index == pytest.approx(rows["w", "health"].index)
    assert rows["e", "health"].low < rows["e", "health"].index < rows["e", "health"].high  # type: ignore[operator]
    of_west = most_in_need(official(Role.PLANNER, city.west, "west"))
    assert {one.needs for one in of_west} == {12}
    shown = text(signed_in(planner).get("/unmet/most/"))
    assert "Who is most in need" in shown
    assert "<svg" in shown
    assert "w,West,health,Health,12," in text(signed_in(planner).get("/unmet/most.csv"))


def test_a_small_group_and_what_would_give_it_away_are_hidden(city: City, client: Client) -> None:
    waiting(city, 12, 3)
    found = {(one.district, one.area): one.needs for one in most_in_need(official(Role.PLANNER))}
    assert found["e", "health"] is None
    assert found["w", "health"] is None or found["", ""] is None
    publish_most_in_need()
    rows = client.get("/priority/most.json").json()["rows"]
    assert 3 not in [row["needs"] for row in rows]
    assert client.get("/priority/most.csv").status_code == 200
    assert client.get("/priority/most.xml").status_code == 404
    assert client.get("/priority/most/").status_code == 200


def test_the_totals_are_told_where_the_cells_are_too_small_and_small_areas_are_joined(city: City) -> None:
    kinds = [city.care]
    for at in range(2):
        area = add_service_type(
            ServiceType.objects.get(number=0), code=f"a{at}", name={"en": f"A{at}"}, orderable=False
        )
        kinds.append(add_service_type(area, code=f"k{at}", name={"en": f"K{at}"}))
    for kind, west, east in zip(kinds, (30, 8, 5), (25, 6, 9), strict=True):
        city.care = kind
        waiting(city, west, east)
    found = {(one.district, one.area): one.needs for one in most_in_need(official(Role.PLANNER))}
    assert [found[key] for key in (("", ""), ("w", ""), ("e", ""))] == [83, 43, 40]
    assert [found["", area] for area in ("health", "a0", "a1")] == [55, 14, 14]
    assert [found["w", area] for area in ("health", "*")] == [30, 13]
    assert ("w", "a0") not in found


def test_only_who_plans_sees_the_planners_page(city: City, client: Client) -> None:
    assert client.get("/unmet/most/").status_code == 302
    assert signed_in(official(Role.CALL_TAKER)).get("/unmet/most/").status_code == 403


def test_groups_are_compared_by_night_and_small_ones_hidden(city: City, client: Client) -> None:
    old, young = (Person.objects.create(birth_year=clock.now().year - age) for age in (83, 30))
    begun = clock.now() - timedelta(days=10)
    waiting(city, 20, 0, person=old, language="en", received_at=begun)
    waiting(city, 0, 15, person=young, language="zh-hans", received_at=begun)
    waiting(city, 0, 4, language="und", received_at=begun)
    served = Need.objects.filter(person=old)
    served.filter(pk__in=list(served.values_list("pk", flat=True)[:12])).update(
        state=Need.State.MET, closed_at=begun + timedelta(days=2)
    )
    assert "computed by night" in text(client.get("/priority/groups/"))
    report_groups()
    rows = {row["code"]: row for row in client.get("/priority/groups/age.json").json()["rows"]}
    assert rows["80"]["needs"] == 20
    assert rows["80"]["rate"] == pytest.approx(0.6)
    assert rows["80"]["days"] == pytest.approx(2, abs=0.1)
    assert rows[""]["needs"] is None  # four, and with them the next, or they could be reckoned
    assert rows["18"]["needs"] is None
    shown = text(client.get("/priority/groups/"))
    for words in ("80 and older", "60 %", "few"):
        assert words in shown
    assert "80,80 and older,20,0.6000" in text(client.get("/priority/groups/age.csv"))
    assert client.get("/priority/groups/other.csv").status_code == 404
