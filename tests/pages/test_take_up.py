"""Planners see take-up in groups, never who; they take back what was wrong, and set who is looked for."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from lacarte.engines.disclosure import SMALLEST
from lacarte.kernel.models import Role, User
from lacarte.loop.takeup.models import Finding, Measure, Reach, TakeUpRun
from lacarte.loop.takeup.queries import take_up
from lacarte.loop.takeup.running import run
from lacarte.registers.menu.models import ServiceType
from tests.background import work
from tests.city import City, official, signed_in
from tests.loop.takeup.reaching import found, rent_help, service, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]

#: entitled, receiving, invited, granted, taken up.
Cells = dict[str, tuple[int, int, int, int, int]]


@pytest.fixture
def planner(city: City) -> User:
    return official(Role.PLANNER)


def counted(city: City, cells: Cells, kind: ServiceType, run: TakeUpRun | None = None) -> TakeUpRun:
    """A run that counted these."""
    run = run or TakeUpRun.objects.create(state="done", looks=500)
    for name, numbers in cells.items():
        names = ("entitled", "receiving", "invited", "granted", "taken_up")
        values = dict(zip(names, numbers, strict=True))
        Measure.objects.create(run=run, service_type=kind, region=getattr(city, name), **values)
    return run


def page(user: User, query: str = "") -> str:
    return signed_in(user).get(f"/unmet/take-up/{query}").content.decode()


def test_take_up_is_shown_with_how_sure_it_is_and_how_it_changed(city: City, planner: User) -> None:
    kind = rent_help(city)
    counted(city, {"west": (100, 40, 0, 0, 0), "east": (100, 20, 0, 0, 0)}, kind)
    last = counted(city, {"west": (100, 50, 30, 0, 20), "east": (100, 20, 60, 0, 0)}, kind)
    (one,) = take_up(planner, last)
    assert (one.total.entitled, one.total.receiving, one.total.not_receiving) == (200, 70, 130)
    share = one.total.share
    assert share is not None and round(share.value, 2) == 0.35 and 0.28 < share.low < 0.35 < share.high < 0.42
    assert one.total.change == pytest.approx(0.05)
    assert [(str(row.region), row.change) for row in one.rows] == [("West", pytest.approx(0.1)), ("East", 0.0)]
    assert (one.outcomes.invited, one.outcomes.granted, one.outcomes.neither) == (90, 0, 40)
    assert one.outcomes.taken_up == 20 and one.outcomes.after is not None
    assert one.outcomes.after.value == pytest.approx(0.45)
    shown = page(planner)
    for words in ("Rent help", "West", "35 %", "+5 points", "take-up then 45 %"):
        assert words in shown, words


def test_small_numbers_are_hidden_and_so_are_those_that_give_them_away(city: City, planner: User) -> None:
    kind = rent_help(city)
    last = counted(city, {"west": (53, 50, 3, 0, 1), "east": (90, 40, 50, 0, 4)}, kind)
    (one,) = take_up(planner, last)
    west, east = one.rows
    assert west.not_receiving is None, "three"
    known = [west.entitled, west.receiving, east.not_receiving, one.total.not_receiving]
    assert None in known[:2] and None in known[2:], "neither along the row nor down the column"
    assert one.outcomes.taken_up is None or one.outcomes.taken_up >= SMALLEST
    answer = signed_in(planner).get("/unmet/take-up.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert [row["region"] for row in rows] == ["w", "e", "*"] and rows[0]["not_receiving"] == ""
    assert rows[0]["hidden"] == "1" and rows[0]["share"] == ""
    assert "hidden" in page(planner)


def test_outcomes_add_up_to_nothing_that_was_hidden(city: City, planner: User) -> None:
    kind = rent_help(city)
    last = counted(city, {"west": (100, 60, 36, 0, 40), "east": (100, 60, 40, 0, 0)}, kind)
    (one,) = take_up(planner, last)
    assert one.total.not_receiving == 80
    assert (one.outcomes.invited, one.outcomes.granted, one.outcomes.neither) == (None, 0, None), (
        "four are neither"
    )


def test_what_a_mandate_does_not_reach_is_not_counted(city: City, planner: User) -> None:
    kind = rent_help(city)
    last = counted(city, {"west": (100, 50, 0, 0, 0), "east": (70, 20, 0, 0, 0), "city": (33, 11, 0, 0, 0)}, kind)
    (one,) = take_up(official(Role.PLANNER, city.west), last)
    assert one.total.entitled == 100 and len(one.rows) == 1
    (everything,) = take_up(planner, last)
    assert everything.total.entitled == 203 and everything.rows[-1].region is None
    for role in (Role.CASE_WORKER, Role.CALL_TAKER):
        client = signed_in(official(role))
        for path in ("/unmet/take-up/", "/unmet/take-up.csv", "/unmet/take-up/reach/"):
            assert client.get(path).status_code == 403
    auditor = page(official(Role.AUDITOR))
    assert "Rent help" in auditor and "Take this run back" not in auditor


def test_nobody_is_named_and_no_case_is_listed(city: City, planner: User) -> None:
    rent_help(city)
    mo = somebody(city, facts={"low-income": True})
    bad = somebody(city, "bad", facts={"low-income": "n/a"})
    run()
    shown = page(planner)
    for secret in (str(mo.pk), str(bad.pk), Finding.objects.get().reference, "example.org", "n/a"):
        assert secret not in shown
    assert "A fact cannot be as it is kept: Low income: fewer than 10" in shown


def test_a_run_is_taken_back_from_the_page_by_who_may(city: City, planner: User) -> None:
    rent_help(city)
    somebody(city)
    done = run()
    path = f"/unmet/take-up/{done.pk}/undo/"
    assert signed_in(official(Role.AUDITOR)).post(path).status_code == 403
    assert "is being taken back" in signed_in(planner).post(path, follow=True).content.decode()
    work()
    assert not found() and "Undone" in page(planner, f"?run={done.pk}")
    assert "was undone before" in signed_in(planner).post(path, follow=True).content.decode()


def test_one_case_is_taken_back_by_its_number(city: City, planner: User) -> None:
    rent_help(city)
    somebody(city)
    run()
    client, path = signed_in(planner), "/unmet/take-up/case/undo/"
    for wrong in ("", "2222-2222", "7KQ2"):
        assert client.post(path, {"reference": wrong}).status_code == 422
    east = signed_in(official(Role.PLANNER, city.east))
    reference = Finding.objects.get().reference
    assert "does not cover" in east.post(path, {"reference": reference}).content.decode()
    assert "taken back" in client.post(path, {"reference": reference}, follow=True).content.decode()
    assert not found()


def test_who_is_looked_for_is_set_on_a_page(city: City, planner: User) -> None:
    service(city, "rent-help", ("low-income", "is", True))
    client, path = signed_in(planner), "/unmet/take-up/reach/"
    shown = client.get(path).content.decode()
    assert "No service looks for people." in shown and "Lift repair" not in shown
    said: dict[str, Any] = {"service": "rent-help", "how": "grant", "purpose": "find-support"}
    said |= {"period_days": "90", "since": "2026-01-01", "right": "consent"}
    assert "name the law" in client.post(path, said).content.decode()
    client.post(path, {**said, "legal_basis": "City code 7"})
    reach = Reach.objects.get()
    assert (reach.how, reach.period_days, reach.changed_by, reach.by_law) == ("grant", 90, planner, False)
    client.post(path, {**said, "legal_basis": "City code 7", "right": "law"})
    assert Reach.objects.get().by_law
    assert "They get it without applying" in client.get(path).content.decode()
    assert client.get(f"{path}?service=rent-help").content.decode().count("City code 7") == 2, "it can be changed"
    assert signed_in(official(Role.AUDITOR)).post(path, said).status_code == 403
    auditor = signed_in(official(Role.AUDITOR)).get(path).content.decode()
    assert "City code 7" in auditor and "Set it" not in auditor


def test_before_the_first_run_the_page_says_so(planner: User, client: Client) -> None:
    assert "There has been no run yet." in page(planner)
    assert client.get("/unmet/take-up/").status_code == 302
