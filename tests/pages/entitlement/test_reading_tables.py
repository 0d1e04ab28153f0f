"""Tables of rules are read at the desk: in words, tried out, and held against earlier ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lacarte.engines.rules import Row
from lacarte.kernel.models import Role, User
from lacarte.registers.entitlement.models import DecisionTable, TableEdition
from lacarte.registers.entitlement.tables.keeping import keep_tables
from tests.city import City, official, signed_in
from tests.pages.entitlement.tables import CARE, HOURS

pytestmark = pytest.mark.django_db


def text(client: Client, name: str, *args: object, **asked: str) -> str:
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_all_at_the_desk_and_auditors_read_them_and_only_who_sets_rules_everywhere_changes_them(
    city: City, hours: DecisionTable
) -> None:
    for role in (Role.CALL_TAKER, Role.CASE_WORKER, Role.AUDITOR):
        reader = signed_in(official(role))
        assert "Hours of care" in text(reader, "tables")
        assert "New table" not in text(reader, "tables")
        assert "Change it" not in text(reader, "table", "care-hours")
        assert reader.get(reverse("table-new")).status_code == 403
        assert reader.post(reverse("table-change", args=["care-hours"])).status_code == 403
    of_west = signed_in(official(Role.PLANNER, city.west))
    assert of_west.post(reverse("table-change", args=["care-hours"])).status_code == 403
    assert signed_in(User.objects.create_user("ada")).get(reverse("tables")).status_code == 403
    assert Client().get(reverse("tables")).status_code == 302
    assert signed_in(official(Role.PLANNER)).get(reverse("table", args=["none"])).status_code == 404


def test_auditors_read_every_rule_and_change_none(city: City) -> None:
    auditor = signed_in(official(Role.AUDITOR))
    assert reverse("rules") in auditor.get("/").content.decode(), "a door leads there"
    for name in ("rules", "deadlines", "tables", "calendars", "reasons", "weights"):
        assert text(auditor, name)
    for name in ("rule-new", "deadline-new", "table-new", "table-import", "reason-new", "weights-new"):
        assert auditor.get(reverse(name)).status_code == 403, name


def test_the_list_says_since_when_who_asks_and_what_to_look_at(
    keeper: Client, hours: DecisionTable, today: date
) -> None:
    keep_tables([CARE], since=today + timedelta(days=20), actor=None)
    keep_tables([replace(CARE, table=replace(HOURS, code="other"))], since=today, actor=None)
    page = text(keeper, "tables")
    assert "Home care" in page
    assert "Care Rules, § 9" in page
    assert "4 gaps" in page
    assert "another from" in page
    assert "no service yet" in page


def test_a_table_reads_as_words(keeper: Client, hours: DecisionTable) -> None:
    page = text(keeper, "table", "care-hours")
    for words in ("80 or more", "from 65 to below 80", "Retired", "Age in years", "Hours a week", "of May"):
        assert words in page
    assert "No two rules ever hold at once." in page
    assert "old and frail" in page
    assert "as expected" in page
    assert "Age in years = " in page, "a person of whom no rule holds"
    keeper.cookies["django_language"] = "zh-hans"
    assert "每周小时" in text(keeper, "table", "care-hours")


def test_it_is_tried_and_says_what_it_says_by_which_rule_and_what_would_change_it(
    keeper: Client, hours: DecisionTable
) -> None:
    page = text(keeper, "table", "care-hours", **{"try": "yes", "f0": "70", "f1": '"retired"', "f2": "true"})
    assert "It says: 6" in page
    assert '<a href="#rule-2">' in page
    assert "Hours a week: 10" in page
    assert "Age in years: 80 or more" in page
    open_yet = text(keeper, "table", "care-hours", **{"try": "yes", "f0": "70"})
    assert "It cannot say yet" in open_yet
    assert "How do you earn your living?" in open_yet
    wrong = keeper.get(reverse("table", args=["care-hours"]), {"try": "yes", "f0": "n/a"})
    assert wrong.status_code == 422
    assert "sign 2: / has no meaning here: take it out" in wrong.content.decode()
    less = text(keeper, "table", "care-hours", **{"try": "yes", "f0": "-5"})
    assert "Age in years: this is none of the values that the table allows." in less


def test_what_changed_between_two_days_stands_side_by_side(
    keeper: Client, hours: DecisionTable, today: date
) -> None:
    stricter = replace(
        CARE,
        table=replace(HOURS, rows=(Row((">= 85", "-", "true"), ("10",), "of May"), HOURS.rows[1])),
        cases=(),
        legal_basis="Care Rules, § 10",
    )
    planner = official(Role.PLANNER, name="pia2")
    keep_tables([stricter], since=today, actor=planner, reason="savings")
    page = text(
        keeper, "table-compare", "care-hours", one=(today - timedelta(days=9)).isoformat(), other=today.isoformat()
    )
    assert "Rule 1, Age in years" in page
    assert '<td data-label="Before">80 or more</td><td data-label="Now">85 or more</td>' in page
    assert "Care Rules, § 10" in page
    assert "Test case “old and frail”" in page
    newest = TableEdition.objects.all()[0]
    assert "85 or more" in text(keeper, "table-compare", "care-hours", edition=str(newest.pk))
    first = TableEdition.objects.all()[1]
    assert "It is the first that was kept." in text(keeper, "table-compare", "care-hours", edition=str(first.pk))
    history = text(keeper, "table", "care-hours")
    assert "pia2" in history
    assert "Reason: savings" in history
    early = text(keeper, "table", "care-hours", on=(today - timedelta(days=9)).isoformat())
    assert "This is an earlier version" in early
    assert keeper.get(reverse("table-compare", args=["care-hours"]), {"edition": "x"}).status_code == 404
    assert keeper.get(reverse("table-compare", args=["care-hours"]), {"one": "x"}).status_code == 422


def test_any_number_of_tables_is_listed_by_as_many_queries(
    keeper: Client, hours: DecisionTable, today: date
) -> None:
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as asked:
            text(keeper, "tables")
        counts.append(len(asked))
        keep_tables([replace(CARE, table=replace(HOURS, code=f"t{number}"))], since=today, actor=None)
    assert len(set(counts[1:])) == 1, counts
