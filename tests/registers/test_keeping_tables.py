"""Tables of rules are kept with their test cases, by whatever way; what is wrong is named with its place."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from lacarte.engines import rules
from lacarte.engines.rules import Case, HitPolicy, Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role
from lacarte.registers.entitlement.models import DecisionTable, TableEdition
from lacarte.registers.entitlement.tables.facts import narrowed
from lacarte.registers.entitlement.tables.fault_words import WORDS
from lacarte.registers.entitlement.tables.faults import TableRefusedError, problems
from lacarte.registers.entitlement.tables.keeping import call_off, keep_tables
from lacarte.registers.entitlement.tables.records import Written, columns_of, written_of
from lacarte.registers.entitlement.tables.wording import asked_in_words, said_in_words
from tests.city import City, official

HOURS = Table(
    "care-hours",
    (Input("age", Kind.NUMBER), Input("work", Kind.STRING), Input("needs-daily-help", Kind.BOOLEAN)),
    (Output("hours", Kind.NUMBER, default="0"),),
    (Row((">= 80", "-", "true"), ("10",)), Row(("[65..80)", '"retired"', "true"), ("6",))),
)
OLD = Case("old and frail", {"age": "83", "needs-daily-help": "true"}, {"hours": "10"})
CARE = Written(HOURS, {"en": "Hours of care"}, "Care Rules, § 9", ({}, {}, {}, {"en": "Hours a week"}), (OLD,))


def why(written: Written) -> list[str]:
    return [str(one) for one in problems(written)]


def test_a_table_whose_case_fails_is_refused_with_what_was_expected_and_what_it_says(db: None) -> None:
    wrong = replace(CARE, cases=(OLD, replace(OLD, name="younger", facts={"age": "70"}, says={"hours": "6"})))
    with pytest.raises(TableRefusedError, match="case “younger”: “Hours a week” is expected to be 6, the table "):
        keep_tables([CARE, wrong], since=date(2027, 1, 1), actor=None)
    assert not DecisionTable.objects.exists(), "all or none"
    assert why(wrong) == [
        "case “younger”: “Hours a week” is expected to be 6, the table says “cannot say yet”",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "is it"}, "The code “is it” has signs other than"),
        ({"code": "new"}, "“new” cannot be the code of a table"),
        ({"inputs": HOURS.inputs[:2]}, "rule 1, column “inputs”: has 3 cells, the table has 2 columns"),
        ({"inputs": (replace(HOURS.inputs[0], kind=Kind.STRING), *HOURS.inputs[1:])}, "is a number, not words"),
        ({"rows": (Row(("n/a", "-", "-"), ("1",)),)}, "rule 1, column “Age in years”: sign 2: / has no meaning"),
        ({"rows": (Row(("-", '"retierd"', "-"), ("1",)),)}, "rule 1, column “Work”: nobody can answer this"),
        ({"rows": (Row(("< 0", "-", "-"), ("1",)),)}, "rule 1, column “Age in years”: nobody can answer this"),
        ({"rows": (Row(("-", "-", "-"), ("much",)),)}, 'column “Hours a week”: sign 1: words are written between'),
        ({"rows": (*HOURS.rows, Row(("90", "-", "-"), ("1",)))}, "Rules 1 and 3 of “care-hours” both hold"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(db: None, change: dict[str, object], told: str) -> None:
    found = why(replace(CARE, table=replace(HOURS, **change), cases=()))  # type: ignore[arg-type]
    assert any(told in one for one in found), found


def test_a_day_in_the_31st_month_is_named(db: None) -> None:
    born = Table(
        "young",
        (Input("child-born-on", Kind.DATE),),
        (Output("young", Kind.BOOLEAN),),
        (Row(('> date("2026-31-01")',), ("true",)),),
    )
    assert why(Written(born)) == [
        "rule 1, column “Day of the child's birth”: sign 8: there is no day 2026-31-01: look up month and day"
    ]


def test_a_table_that_leads_back_to_itself_is_refused_with_the_circle(db: None) -> None:
    def asking(code: str, asked: str) -> Table:
        fact = (Input(f"table.{asked}.yes", Kind.BOOLEAN),)
        return Table(code, fact, (Output("yes", Kind.BOOLEAN),), (Row(("true",), ("true",)),))

    assert "the table asks itself: a → a. Take this column out." in why(Written(asking("a", "a")))[0]
    for code, asked in (("b", "c"), ("c", "a")):  # no verb keeps these
        DecisionTable.objects.create(since=date(2027, 1, 1), **columns_of(Written(asking(code, asked))))
    assert "the table asks itself: a → b → c → a." in why(Written(asking("a", "b")))[0]
    assert "a table cannot ask another" in why(Written(asking("d", "b")))[0]


def test_what_nobody_can_answer_is_no_gap_and_no_reason_to_ask() -> None:
    both = Table(
        "both",
        (Input("needs-daily-help", Kind.BOOLEAN),),
        (Output("yes", Kind.BOOLEAN),),
        (Row(("true",), ("true",)), Row(("false",), ("true",))),
    )
    assert rules.check(rules.compile_table(both)).gaps
    ready = rules.compile_table(narrowed(both))
    assert not rules.check(ready).gaps
    assert rules.decide(ready, {}).missing == ()


def test_who_keeps_it_is_in_the_log_and_every_version_stays(city: City) -> None:
    planner = official(Role.PLANNER, name="pia")
    (row,) = keep_tables([CARE], since=date(2027, 1, 1), actor=planner, reason="as decided")
    stricter = replace(CARE, table=replace(HOURS, rows=HOURS.rows[:1]))
    keep_tables([stricter], since=date(2027, 1, 1), actor=planner)
    newest, first = TableEdition.objects.all()
    assert (newest.kept_by, first.reason, written_of(first)) == (planner, "as decided", CARE)
    assert [event.actor for event in timeline(row.pk)] == [planner, planner]
    keep_tables([written_of(first)], since=first.since, actor=planner)
    assert written_of(DecisionTable.objects.get()) == CARE
    with pytest.raises(PermissionDenied):
        keep_tables([CARE], since=date(2027, 1, 1), actor=official(Role.PLANNER, city.west))


def test_what_does_not_count_yet_can_be_called_off(city: City) -> None:
    planner, today = official(Role.PLANNER), clock.now().date()
    (now,) = keep_tables([CARE], since=today, actor=planner)
    (later,) = keep_tables([CARE], since=today + timedelta(days=9), actor=planner)
    call_off(later, actor=planner)
    with pytest.raises(ValueError, match="counts since"):
        call_off(now, actor=planner)
    assert DecisionTable.objects.get() == now


@pytest.mark.parametrize(
    ("fact", "kind", "text", "words"),
    [
        ("age", Kind.NUMBER, "-", "any"),
        ("age", Kind.NUMBER, "[65..80)", "from 65 to below 80"),
        ("age", Kind.NUMBER, "< 18, >= 65", "below 18 or 65 or more"),
        ("age", Kind.NUMBER, "(1..2], 7", "above 1, up to 2 or 7"),
        ("age", Kind.NUMBER, "not(<= 5, > 9)", "not: up to 5 or above 9"),
        ("work", Kind.STRING, '"retired", "none"', "Without work or Retired"),
        ("work", Kind.STRING, "null", "none"),
        ("rents-home", Kind.BOOLEAN, "true", "yes"),
        ("opens-on", Kind.DATE, '>= date("2026-03-01")', "from 1 March 2026 on"),
        ("opens-on", Kind.DATE, '< date("2026-03-01")', "before 1 March 2026"),
        ("age", Kind.NUMBER, "n/a", "n/a"),
    ],
)
def test_cells_are_read_out_in_plain_words(fact: str, kind: Kind, text: str, words: str) -> None:
    assert asked_in_words(fact, kind, text) == words
    assert said_in_words(Kind.BOOLEAN, "true") == "yes"
    assert said_in_words(Kind.NUMBER, "0.6") == "0.6"


def test_everything_that_the_engine_finds_wrong_has_words_for_officials() -> None:
    engine = Path(rules.__file__).parent
    said: set[str] = set()
    for name in ("feel", "compiling", "cases"):
        for node in ast.walk(ast.parse((engine / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                at = {"NotFeel": 0, "Fault": 2, "Fault.of": 2, "self.faults.append": None}.get(called)
                text = node.args[at] if at is not None and len(node.args) > at else None
                said |= {text.value} if isinstance(text, ast.Constant) and isinstance(text.value, str) else set()
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "template":
                said |= {node.value.value} if isinstance(node.value, ast.Constant) else set()
    assert said <= WORDS.keys(), said - WORDS.keys()
    assert len(said) >= 25
    with translation.override("en"):
        for words in WORDS.values():
            assert str(words)


def test_policies_have_words(db: None) -> None:
    collecting = replace(HOURS, hit_policy=HitPolicy.SUM)
    assert why(replace(CARE, table=collecting)) == []
