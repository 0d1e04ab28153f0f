"""A table of rules is changed by officials, part by part, as a draft that is looked at before it is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.registers.entitlement.models import DecisionTable, TableDraft, TableEdition
from lacarte.registers.entitlement.tables import drafts
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written, written_of
from lacarte.registers.people.models import Circumstance, Person
from tests.city import City, official, signed_in
from tests.pages.entitlement.tables import CARE, HOURS

pytestmark = pytest.mark.django_db
CODE = "care-hours"


@pytest.fixture
def draft(keeper: Client, hours: DecisionTable) -> TableDraft:
    """The table, begun to be changed."""
    answer = keeper.post(reverse("table-change", args=[CODE]), {"version": str(hours.pk)})
    assert answer["Location"] == reverse("table-draft", args=[CODE])
    return TableDraft.objects.get()


def now() -> Written:
    return written_of(TableDraft.objects.get())


def said(client: Client, address: str, /, *args: object, **form: Any) -> str:
    """Send a form, and return the page that is shown then."""
    answer = client.post(reverse(address, args=args), form, follow=True)
    return " ".join(answer.content.decode().split())


def refused(client: Client, address: str, /, *args: object, **form: Any) -> str:
    answer = client.post(reverse(address, args=args), form)
    assert answer.status_code == 422, answer.content.decode()
    return " ".join(answer.content.decode().split())


def kept(client: Client, reason: str = "as decided") -> str:
    address = reverse("table-keep", args=[CODE])
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(address).content.decode())
    assert seen, "it can be kept"
    return said(client, "table-keep", CODE, reason=reason, seen=seen[1])


def test_a_rule_is_changed_by_choices_and_words_and_read_out(keeper: Client, draft: TableDraft) -> None:
    form = {"t0": "[70..80)", "t1": ["retired", "none"], "t2": "-", "s0": "7", "note": ""}
    look = said(keeper, "table-rule", CODE, 2, **form, look="yes")
    assert "from 70 to below 80" in look
    thousand = said(keeper, "table-rule", CODE, 2, **{**form, "t0": ">= 1,200"}, look="yes")
    assert "write 1200, or “1, 200” for both" in thousand
    bad = said(keeper, "table-rule", CODE, 2, **{**form, "t0": "[70..80"}, look="yes")
    assert "a range ends with ] (up to and with)" in bad
    assert "There is a problem" not in bad
    assert "from 0 to 120" in said(
        keeper, "table-input", CODE, 1, fact="age", allowed="[0..120]", place="1", look="yes"
    )
    assert now() == CARE, "it was only read out"
    page = said(keeper, "table-rule", CODE, 2, **form)
    assert "Without work or Retired" in page
    assert now().table.rows[1].tests == ("[70..80)", '"none", "retired"', "-")
    assert now().table.rows[1].says == ("7",)
    said(keeper, "table-rule", CODE, 2, **{**form, "s0": "1,200"})
    assert now().table.rows[1].says == ("1200",)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"t0": "< n/a"}, "sign 4: / has no meaning here: take it out"),
        ({"t0": "[9..5]"}, "sign 1: nothing lies in this range: write the smaller end first"),
        ({"t0": "< 0"}, "nobody can answer this"),
        ({"t0": "< 1,200"}, "sign 3: a comma stands between two values: write 1200, or “1, 200” for both"),
        ({"s0": "much"}, "words are written between quotation marks"),
        ({"t0": "\0"}, "Null characters"),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_is_lost(
    keeper: Client, draft: TableDraft, wrong: dict[str, str], told: str
) -> None:
    form = {"t0": ">= 80", "t2": "true", "s0": "9", "note": "kept while it is mended", **wrong}
    page = refused(keeper, "table-rule", CODE, 1, **form)
    assert told in page
    assert "kept while it is mended" in page
    assert now() == CARE


def test_rules_are_added_moved_and_taken_out(keeper: Client, draft: TableDraft) -> None:
    said(keeper, "table-rule", CODE, 3, t0="< 65", t1="learning", t2="true", s0="2", note="")
    assert len(now().table.rows) == 3
    said(keeper, "table-rule", CODE, 3, act="up")
    assert now().table.rows[1].says == ("2",)
    said(keeper, "table-rule", CODE, 1, act="remove")
    assert [row.says for row in now().table.rows] == [("2",), ("6",)]
    assert keeper.get(reverse("table-rule", args=[CODE, 9])).status_code == 404


def test_facts_and_results_are_chosen_by_name_and_what_refers_to_them_follows(
    keeper: Client, draft: TableDraft
) -> None:
    page = said(keeper, "table-input", CODE, 4, fact="household-size", place="1")
    assert "People in the household" in page
    assert now().table.inputs[0].fact == "household-size"
    assert now().table.rows[0].tests == ("-", ">= 80", "-", "true")
    said(keeper, "table-input", CODE, 3, act="remove")
    assert now().table.rows[1].tests == ("-", "[65..80)", "true")
    day = {"kind": "date", "code": "until", "label-en": "Until", "label-zh-hans": "截止"}
    said(keeper, "table-output", CODE, 2, **day)
    assert now().table.rows[0].says == ("10", "null")
    said(keeper, "table-rule", CODE, 1, t0="", t1=">= 80", t2="true", s0="10", s1="2027-05-01", note="")
    assert now().table.rows[0].says[1] == 'date("2027-05-01")'
    said(
        keeper,
        "table-output",
        CODE,
        1,
        **{"kind": "number", "code": "weekly", "label-en": "Weekly", "default": "1"},
    )
    assert now().cases[0].says == {"weekly": "10"}
    said(keeper, "table-output", CODE, 1, act="remove")
    assert now().cases == (), "it expected nothing else"
    assert "There is a result with this code already." in refused(
        keeper, "table-output", CODE, 2, kind="number", code="until"
    )


def test_test_cases_are_entered_as_people_and_a_wrong_one_stops_the_table(
    keeper: Client, draft: TableDraft
) -> None:
    page = said(keeper, "table-case", CODE, 2, name="works", f0="70", f1='"employed"', f2="true", e0="6")
    assert "To be mended before it can be kept" in page
    assert "case “works”: “Hours a week” is expected to be 6, the table says 0" in page
    assert "Keep it</button>" not in keeper.get(reverse("table-keep", args=[CODE])).content.decode()
    assert "is expected to be 6" in refused(
        keeper, "table-keep", CODE, reason="x", seen=TableDraft.objects.get().changed_at.isoformat()
    )
    said(keeper, "table-case", CODE, 2, name="works", f0="70", f2="true", e0="?")
    assert "To be mended" not in keeper.get(reverse("table-draft", args=[CODE])).content.decode()
    assert "There is a case with this name already." in refused(
        keeper, "table-case", CODE, 3, name="Works", e0="1"
    )
    assert "Please say what the table has to say." in refused(keeper, "table-case", CODE, 3, name="empty")


def test_what_it_does_is_seen_before_it_is_kept_and_for_how_many_but_not_for_whom(
    keeper: Client, draft: TableDraft, hours: DecisionTable
) -> None:
    persons = Person.objects.bulk_create(Person(birth_year=clock.now().year - 90) for _ in range(30))
    since = date(2020, 1, 1)
    Circumstance.objects.bulk_create(
        Circumstance(person=one, kind="needs-daily-help", value=number < 25, since=since)
        for number, one in enumerate(persons)
    )
    said(keeper, "table-rule", CODE, 1, t0=">= 85", t2="true", s0="12", note="of May")
    page = " ".join(keeper.get(reverse("table-keep", args=[CODE])).content.decode().split())
    assert "Rule 1, Age in years" in page
    assert "case “old and frail”" in page, "the case does not fit any more"
    assert "25</td>" not in page, "of 25 and 5 the larger would give the smaller away"
    said(keeper, "table-case", CODE, 1, name="old and frail", f0="88", f2="true", e0="12")
    page = " ".join(keeper.get(reverse("table-keep", args=[CODE])).content.decode().split())
    assert "not shown" in page
    shown = kept(keeper)
    assert "The table is kept." in shown
    assert "Reason: as decided" in shown
    assert not TableDraft.objects.exists()
    edition = TableEdition.objects.all()[0]
    assert str(edition.kept_by) == "pia"
    assert written_of(DecisionTable.objects.order_by("-since")[0]).table.rows[0].says == ("12",)


def test_what_nobody_is_asked_for_is_kept_only_where_records_bring_it(keeper: Client, draft: TableDraft) -> None:
    table = now().table
    mistyped = replace(table, inputs=(replace(table.inputs[0], fact="aeg"), *table.inputs[1:]))
    drafts.put(draft, replace(now(), table=mistyped, cases=()))
    seen = TableDraft.objects.get().changed_at.isoformat()
    assert (
        "Records bring what nobody is asked for: aeg."
        in keeper.get(reverse("table-keep", args=[CODE])).content.decode()
    )
    assert "or say that records bring it" in refused(keeper, "table-keep", CODE, reason="x", seen=seen)
    assert "The table is kept." in said(keeper, "table-keep", CODE, reason="x", seen=seen, from_records="on")


def test_what_somebody_else_kept_meanwhile_is_not_overwritten_unseen(
    keeper: Client, draft: TableDraft, today: date
) -> None:
    keep_tables([CARE], since=today + timedelta(days=5), actor=official(Role.PLANNER, name="ben"))
    page = refused(keeper, "table-keep", CODE, reason="x", seen=draft.changed_at.isoformat())
    assert "ben has kept another version of this table meanwhile." in page
    assert "The table is kept." in kept(keeper)


def test_an_older_version_is_kept_again(keeper: Client, hours: DecisionTable) -> None:
    keep_tables(
        [replace(CARE, table=replace(HOURS, rows=HOURS.rows[:1]))], since=hours.since, actor=official(Role.PLANNER)
    )
    first = TableEdition.objects.all()[1]
    said(keeper, "table-change", CODE, edition=str(first.pk))
    kept(keeper, "back again")
    assert written_of(DecisionTable.objects.get()) == CARE
    assert keeper.post(reverse("table-change", args=[CODE]), {"edition": str(uuid4())}).status_code == 404


def test_a_new_table_begins_empty_and_grows(keeper: Client, today: date) -> None:
    words = {"code": "school-bus", "name-en": "School bus", "name-zh-hans": "校车", "legal_basis": "Rules, § 1"}
    words |= {"hit_policy": "U", "since": today.isoformat()}
    assert "Small letters, digits and hyphens" in refused(keeper, "table-new", **{**words, "code": "new"})
    assert "Please give it a name." in refused(keeper, "table-new", **{**words, "name-en": "", "name-zh-hans": ""})
    page = said(keeper, "table-new", **words)
    assert "The table asks for nothing: add a fact." in page
    said(keeper, "table-input", "school-bus", 1, fact="school-child", place="1")
    said(keeper, "table-output", "school-bus", 1, kind="boolean", code="free", **{"label-en": "Free of charge"})
    page = said(keeper, "table-rule", "school-bus", 1, t0="true", s0="true", note="")
    assert "To be mended" not in page
    assert "Child at school = no" in page, "a gap with an example"
    assert "already" in refused(keeper, "table-new", **words)


def test_names_and_the_law_are_changed_in_all_languages(keeper: Client, draft: TableDraft, today: date) -> None:
    words = {"name-en": "Care", "name-zh-hans": "照护", "legal_basis": "§ 11", "hit_policy": "F"}
    said(keeper, "table-words", CODE, **words, since=(today + timedelta(days=3)).isoformat())
    assert (now().name, now().legal_basis, now().table.hit_policy) == (
        {"en": "Care", "zh-hans": "照护"},
        "§ 11",
        "F",
    )
    assert "Please say from which day on it counts." in refused(keeper, "table-words", CODE, **words, since="")


def test_a_planned_version_is_called_off_and_a_draft_is_thrown_away(
    keeper: Client, draft: TableDraft, hours: DecisionTable, today: date
) -> None:
    (later,) = keep_tables([CARE], since=today + timedelta(days=5), actor=None)
    page = said(keeper, "table-call-off", CODE, version=str(later.pk))
    assert "This version is called off." in page
    assert "This version counts already." in said(keeper, "table-call-off", CODE, version=str(hours.pk))
    assert "The draft is gone." in said(keeper, "table-draft", CODE)
    assert keeper.get(reverse("table-draft", args=[CODE])).status_code == 404


def test_a_draft_is_its_owners(keeper: Client, draft: TableDraft, city: City) -> None:
    other = signed_in(official(Role.ADMINISTRATOR))
    assert other.get(reverse("table-draft", args=[CODE])).status_code == 404
    assert other.post(reverse("table-rule", args=[CODE, 1]), {"act": "remove"}).status_code == 404
