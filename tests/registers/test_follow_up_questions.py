"""Follow-up questions of a service type: how they are written down, and which answers are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from lacarte.registers.menu.answering import checked, in_words, questions_of
from lacarte.registers.menu.attributes import AttributeWrongError, read_question, set_questions
from lacarte.registers.menu.models import Attribute
from lacarte.standards.imports import ImportFaultError, import_attributes
from tests.city import City

pytestmark = pytest.mark.django_db
FLOORS = {"low": {"en": "Ground floor"}, "high": {"en": "Above", "zh-hans": "楼上"}}


def question(kind: str, **more: object) -> Attribute:
    """A question of a kind, in a list with the choices ``low`` and ``high``."""
    values = {"values": FLOORS} if kind.endswith("-of") else {}
    return read_question({"code": "q", "type": kind, "question": {"en": "Which?"}} | values | more)


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("line", "  pole   12 \n b", "pole 12 b"),
        ("text", "one\ntwo", "one\ntwo"),
        ("number", "012.50", "12.50"),
        ("number", "1e3", "1000"),
        ("number", "-4", "-4"),
        ("time", "2026-11-28T14:30", "2026-11-28T14:30:00+00:00"),
        ("time", "2026-11-28", "2026-11-28T00:00:00+00:00"),
        ("time", "2026-11-28T14:30:00+08:00", "2026-11-28T14:30:00+08:00"),
        ("one-of", "low", "low"),
        ("some-of", ["high", "low", "high"], ["high", "low"]),
        ("some-of", "high", ["high"]),
    ],
)
def test_an_answer_is_kept_in_one_form(kind: str, said: str | list[str], kept: str | list[str]) -> None:
    assert checked([question(kind)], {"q": said}) == ({"q": kept}, {})


@pytest.mark.parametrize(
    ("kind", "said", "says"),
    [
        ("line", "x" * 256, "at most 255"),
        ("text", "x" * 2001, "at most 2000"),
        ("line", "a\0b", "no text"),
        ("line", "\ud800", "no text"),
        ("line", ["a", "b"], "one answer only"),
        ("number", "about ten", "in digits"),
        ("number", "nan", "in digits"),
        ("number", "Infinity", "in digits"),
        ("number", "1e999999", "in digits"),
        ("number", "9" * 41, "in digits"),
        ("time", "yesterday", "2026-11-28 14:30"),
        ("time", "2026-02-30", "2026-11-28 14:30"),
        ("time", "0001-01-01T00:00:00+23:59", "2026-11-28 14:30"),
        ("one-of", "middle", "“middle” is none of the choices."),
        ("some-of", ["low", "middle"], "“middle” is none of the choices."),
    ],
)
def test_a_wrong_answer_is_said_so(kind: str, said: str | list[str], says: str) -> None:
    kept, wrong = checked([question(kind)], {"q": said})
    assert says in wrong["q"]
    assert kept == {}


@pytest.mark.parametrize(
    ("kind", "says"), [("line", "answer this"), ("one-of", "choose one"), ("some-of", "at least")]
)
def test_a_required_answer_is_asked_for(kind: str, says: str) -> None:
    asked = question(kind, required=True)
    for nothing in ({}, {"q": "  "}, {"q": [""]}):
        assert says in checked([asked], nothing)[1]["q"]


def test_a_notice_takes_no_answer_and_unknown_codes_are_left_out() -> None:
    notice = question("line", notice=True, required=True)
    assert not notice.required
    assert checked([notice], {"q": "hello", "other": "x"}) == ({}, {})


def test_answers_are_read_out_in_the_readers_language(city: City) -> None:
    set_questions(city.lift, [question("some-of"), question("time", code="t")])
    asked = questions_of(city.lift)
    answers = {"t": "2026-11-28T14:30:00+00:00", "q": ["high", "low", "gone"], "old": "kept"}
    with translation.override("zh-hans"):
        told = in_words(asked, answers)
    assert [(one.code, one.words) for one in told] == [
        ("q", "楼上、Ground floor、gone"),
        ("t", "2026年11月28日 14:30"),
        ("old", "kept"),
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"code": 3}, "code"),
        ({"type": "colour"}, "type"),
        ({"question": {}}, "question"),
        ({"question": "Which?"}, "question"),
        ({"question": {"en": "a\0"}}, "question"),
        ({"required": "yes"}, "required"),
        ({"type": "one-of"}, "values"),
        ({"type": "one-of", "values": {"a": {"en": "A"}}}, "values"),
        ({"type": "one-of", "values": {"a b": {"en": "A"}, "c": {"en": "C"}}}, "values"),
        ({"type": "one-of", "values": {"a": {}, "c": {"en": "C"}}}, "a"),
        ({"values": FLOORS}, "values"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_question_that_cannot_be_asked_names_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(AttributeWrongError) as error:
        read_question({"code": "q", "question": {"en": "Which?"}} | wrong)
    assert error.value.args[0] == field


def test_questions_come_from_a_file_and_wrong_ones_change_nothing(city: City, tmp_path: Path) -> None:
    path = tmp_path / "questions.toml"
    path.write_text(
        """
[[lift-repair]]
code = "floor"
type = "one-of"
question = {en = "Which floor?"}
values.low = {en = "Low"}
values.high = {en = "High"}

[[lift-repair]]
code = "stuck"
type = "number"
question = {en = "How many people are inside?"}
required = true

[[home-care]]
code = "floor"
question = {}

[[moon]]
code = "x"
question = {en = "X?"}
"""
    )
    set_questions(city.care, [question("line")])
    report = import_attributes(path)
    assert report.loaded == 2
    assert [(one.line, one.field) for one in report.rejected] == [(15, "home-care, question"), (19, "moon")]
    assert [one.code for one in questions_of(city.lift)] == ["floor", "stuck"]
    assert [one.code for one in questions_of(city.care)] == ["q"], "stays as it was"
    import_attributes(path)
    assert Attribute.objects.filter(service_type=city.lift).count() == 2, "loading again adds nothing"


@pytest.mark.parametrize("written", ["a = ", "lift-repair = 1", b"\xff"])
def test_a_file_that_holds_no_questions_is_refused(tmp_path: Path, written: str | bytes) -> None:
    path = tmp_path / "questions.toml"
    path.write_bytes(written if isinstance(written, bytes) else written.encode())
    with pytest.raises(ImportFaultError):
        import_attributes(path)


def test_the_command_says_what_it_loaded(city: City, tmp_path: Path) -> None:
    from lacarte.cli import main

    path = tmp_path / "questions.toml"
    path.write_text('[[lift-repair]]\ncode = "a"\nquestion = {en = "A?"}\n[[lift-repair]]\ncode = "a"\n')
    said = CliRunner().invoke(main, ["import", "attributes", str(path)])
    assert "0 loaded, 0 known already, 1 rejected." in said.output
    assert "line 4, lift-repair, question" in said.output
