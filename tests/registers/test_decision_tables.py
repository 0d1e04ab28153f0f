"""Requirements that a city's own tables decide: yes, no, or what to ask; each day by the table of that day."""

from __future__ import annotations

import logging
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.cli import main
from lacarte.engines.rules import HitPolicy, Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.loop.orders.bundles.questions import questions_for
from lacarte.registers.entitlement import tables
from lacarte.registers.entitlement.judging import Between, Judgement
from lacarte.registers.entitlement.models import DecisionTable, Requirement
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.entitlement.tables import facts_asked
from lacarte.registers.entitlement.tables.faults import TableRefusedError
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written, table_of
from lacarte.registers.menu.eligibility import Verdict
from lacarte.registers.people.circumstances import FACTS
from lacarte.standards import dmn
from tests.city import City

pytestmark = pytest.mark.django_db

TODAY = date(2027, 3, 3)
RENT = Table(
    "rent",
    (Input("income", Kind.NUMBER, ">= 0"), Input("people", Kind.NUMBER, ">= 1"), Input("tenure", Kind.STRING)),
    (Output("entitled", Kind.BOOLEAN, default="false"), Output("share", Kind.NUMBER, default="0")),
    (
        Row(("< 1200", "-", '"rented"'), ("true", "0.6")),
        Row(("[1200..2000)", ">= 4", '"rented"'), ("true", "0.3")),
        Row(("-", "-", '"shelter"'), ("true", "1")),
    ),
)


@pytest.fixture(autouse=True)
def _today() -> object:
    with clock.stopped_at(clock.now().replace(year=2027, month=3, day=3)):
        yield


def asks(city: City, fact: str, comparison: str = "is", value: object = True) -> Requirement:
    """Home care asks a table."""
    return Requirement.objects.create(
        service_type=city.care, code=f"r{Requirement.objects.count()}", circumstance=fact, value=value,
        comparison=comparison, text={"en": "By the table"},
    )  # fmt: skip


def judged(city: City, **facts: object) -> Judgement:
    return entitled(facts)([city.care.number])[city.care.number]


def kept(table: Table = RENT, since: date = TODAY) -> DecisionTable:
    written = Written(table, {"en": "Help with the rent"}, "Council of 4 May")
    return keep_tables([written], since=since, actor=None)[0]


def test_it_says_yes_or_no_as_soon_as_nothing_else_can_matter(city: City) -> None:
    kept()
    asks(city, "table.rent.entitled")
    assert judged(city, income=900, tenure="rented").verdict == "yes"
    assert judged(city, tenure="owned").verdict == "no"
    assert judged(city, tenure="shelter").verdict == "yes"
    assert judged(city, income=5000, tenure="rented").verdict == "no"


def test_until_then_it_names_what_to_ask_what_settles_most_first(city: City) -> None:
    kept()
    asks(city, "table.rent.entitled")
    assert judged(city).missing == ("tenure", "income", "people")
    assert judged(city, income=1500).missing == ("tenure", "people")
    assert judged(city, income=900).missing == ("tenure",)
    assert judged(city, income=1500, tenure="rented").missing == ("people",)


def test_bounds_and_days_and_what_makes_no_sense(city: City) -> None:
    kept()
    asks(city, "table.rent.entitled")
    assert judged(city, income=Between(300, 900), tenure="rented").verdict == "yes"
    assert judged(city, income=Between(300, 1900), tenure="rented").missing == ("income", "people")
    assert judged(city, income="n/a", tenure="rented").missing == ("income", "people")
    since = Table(
        "late",
        (Input("born", Kind.DATE),),
        (Output("young", Kind.BOOLEAN, default="false"),),
        (Row(('> date("2010-01-01")',), ("true",)),),
    )
    kept(since)
    asks(city, "table.late.young")
    assert judged(city, born="2011-05-05", tenure="shelter").verdict == "yes"
    assert judged(city, born="long ago", tenure="shelter").missing == ("born",)


def test_only_what_is_asked_of_an_output_has_to_be_known(city: City) -> None:
    """From 0.3 on, the second rule and the first say the same."""
    kept()
    asks(city, "table.rent.share", "at-least", 0.3)
    assert judged(city, income=Between(1100, 1900), people=5, tenure="rented").verdict == "yes"
    asks(city, "table.rent.share", "at-least", 0.5)
    assert judged(city, income=Between(1100, 1900), people=5, tenure="rented").missing == ("income",)


def test_who_orders_is_asked_for_the_facts_of_the_table_each_once(city: City) -> None:
    kept(replace(RENT, code="two", inputs=(Input("age", Kind.NUMBER, ">= 0"), *RENT.inputs[1:])))
    for fact in ("table.two.entitled", "table.two.share", "age", "table.none.x"):
        asks(city, fact)
    asked = questions_for([city.care])
    assert [(one.circumstance, one.rules) for one in asked] == [("age", True)], "the others nobody has worded"


def test_sums_over_rules_are_compared_once_they_are_settled(city: City) -> None:
    points = Table(
        "points",
        (Input("alone", Kind.BOOLEAN), Input("age", Kind.NUMBER, ">= 0")),
        (Output("points", Kind.NUMBER),),
        (Row(("true", "-"), ("2",)), Row(("-", ">= 75"), ("3",))),
        HitPolicy.SUM,
    )
    kept(points)
    asks(city, "table.points.points", "at-least", 4)
    assert judged(city, alone=True, age=80).verdict == "yes"
    assert judged(city, alone=False, age=80).verdict == "no"
    assert judged(city, age=80).missing == ("alone",)


def test_each_day_is_judged_by_the_table_of_that_day(city: City) -> None:
    asks(city, "table.rent.entitled")
    kept(since=TODAY - timedelta(days=30))
    stricter = replace(RENT, rows=RENT.rows[2:])
    kept(stricter, since=TODAY + timedelta(days=1))
    assert judged(city, income=900, tenure="rented").verdict == "yes"
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert judged(city, income=900, tenure="rented").verdict == "no"
    kept(stricter, since=TODAY - timedelta(days=30))  # corrected
    assert judged(city, income=900, tenure="rented").verdict == "no"
    assert DecisionTable.objects.count() == 2


def test_what_no_table_decides_stays_open_and_the_log_says_so(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    kept(since=TODAY + timedelta(days=1))
    for fact in ("table.rent.entitled", "table.none.x", "table.rent.nothing", "table.", "table.rent"):
        asks(city, fact)
    with caplog.at_level(logging.WARNING):
        found = judged(city, income=900, tenure="rented")
    assert (found.verdict, len(found.open), found.missing) == (Verdict.OPEN, 5, ())
    assert "no table “none” says “x” today" in caplog.text


def test_another_process_is_heard_at_once(city: City) -> None:
    """Whatever changes the record without this process knowing."""
    kept()
    asks(city, "table.rent.entitled")
    assert judged(city, income=900, tenure="rented").verdict == "yes"
    body = {**DecisionTable.objects.get().body, "rows": []}
    DecisionTable.objects.update(body=body, changed_at=clock.now() + timedelta(seconds=1))
    assert judged(city, income=900, tenure="rented").verdict == "no"
    DecisionTable.objects.update(body={**body, "inputs": []}, changed_at=clock.now() + timedelta(seconds=2))
    assert facts_asked("table.rent.entitled") == ()


def test_many_requirements_by_tables_take_one_query_more(city: City) -> None:
    def asked() -> int:
        judged(city)
        with CaptureQueriesContext(connection) as seen:
            judged(city, income=900, tenure="rented")
        return len(seen)

    kept()
    asks(city, "age", "at-least", 18)
    plain = asked()
    asks(city, "table.rent.entitled")
    once = asked()
    for _more in range(5):
        asks(city, "table.rent.share", "at-least", 0.1)
    assert asked() == once == plain + 1


def test_a_table_that_is_wrong_or_contradicts_itself_is_not_kept(city: City) -> None:
    with pytest.raises(TableRefusedError, match="rule 1, column “income”: sign 4: / has no meaning here"):
        kept(replace(RENT, rows=(Row(("< n/a", "-", "-"), ("true", "1")),)))
    both = (Row(("< 900", "-", "-"), ("true", "1")), Row(("[500..1000]", "-", "-"), ("true", "0.5")))
    with pytest.raises(TableRefusedError, match=r"Rules 1 and 2 of “rent” both hold, such as for income = 500"):
        kept(replace(RENT, rows=both))
    with pytest.raises(TableRefusedError, match="code"):
        kept(replace(RENT, code="x" * 81))
    assert not DecisionTable.objects.exists()


def test_it_comes_back_as_it_was_kept_and_its_history_says_so() -> None:
    row = kept()
    assert table_of(DecisionTable.objects.get()) == RENT
    (event,) = timeline(row.pk)
    assert describe(event) == "The table of rules “rent” counts from 2027-03-03 on."


def test_the_command_keeps_all_tables_of_a_file_or_none(city: City, tmp_path: Path) -> None:
    def run(*words: object) -> str:
        done = CliRunner().invoke(main, ["tables", *map(str, words)])
        return f"{done.exit_code} {done.output}"

    file = "docs/how-to/help-with-rent.csv"
    assert run("keep", file, "--since", "2027-01-01", "--law", "Council") == (
        "0 help-with-rent counts from 2027-01-01 on: 2 rules\n"
    )
    assert "help-with-rent  from 2027-01-01  2 rules  Help with the rent" in run("list")
    asks(city, "table.help-with-rent.entitled")
    assert judged(city, **{"rents-home": True, "low-income": True}).verdict == "yes"
    out = tmp_path / "again.csv"
    assert run("export", "help-with-rent", out, "--day", "2027-03-03").startswith(
        "0 wrote help-with-rent, in force since 2027-01-01"
    )
    (again,) = dmn.read_csv(out.read_bytes()).decisions
    assert (again.law, again.name["zh-hans"]) == ("Council", "租金补助")
    assert run("export", "none", out, "--day", "2027-03-03").startswith(
        "1 lacarte: there is no table “none” on 2027-03-03"
    )
    mistyped = tmp_path / "mistyped.csv"
    mistyped.write_text("U,if low-incme (boolean),then poor (boolean)\ncode,poor\n1,true,true\n2,false,false\n")
    assert run("keep", mistyped) == (
        "1 lacarte: nobody is asked for “low-incme” (did you mean “low-income”?); "
        "if records bring it, say --from-records low-incme\n"
    )
    assert not DecisionTable.objects.filter(code="poor").exists()
    assert run("keep", mistyped, "--from-records", "low-incme").startswith("0 poor counts from")
    DecisionTable.objects.filter(code="poor").delete()
    failing = tmp_path / "failing.csv"
    failing.write_text("U,if age (number),then old (boolean)\ncode,old\n1,>= 65,true\ncase young,20,true\n")
    assert "case “young”: “old” is expected to be true, the table says null" in run("keep", failing)
    assert run("keep", "tests/standards/dmn/examples/meals.dmn").startswith("1 lacarte: line 41")
    assert DecisionTable.objects.get().legal_basis == "Council"
    tables.remember()


def test_the_requirement_of_the_how_to_asks_its_table_for_facts_that_people_are_asked() -> None:
    page = Path("docs/how-to/keep-decision-tables.md").read_text(encoding="utf-8")
    (written,) = tomllib.loads(page.split("```toml\n")[1].split("```")[0])["requirement"]
    (decision,) = dmn.read_csv(Path("docs/how-to/help-with-rent.csv").read_bytes()).decisions
    kept(decision.table)
    assert set(facts_asked(written["fact"])) == {"rents-home", "low-income", "household-size"} <= set(FACTS)
