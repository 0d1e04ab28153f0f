"""Life events from a file: all of it or nothing, and what is wrong is named by line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.models import BundleItem, LifeEvent
from lacarte.registers.menu.searching import search
from lacarte.standards.imports import ImportFaultError, import_life_events
from tests.city import City, build
from tests.command import lacarte
from tests.migrated import migrated

pytestmark = pytest.mark.django_db
FILE = """\
languages = ["en", "zh-hans"]

[[evidence]]
code = "report"
name = {en = "Medical report", zh-hans = "诊断证明"}

[[requirement]]
service = "home-care"
code = "old"
fact = "age"
at-least = 60
text = {en = "60 or older.", zh-hans = "年满六十。"}
law = "Care Act, section 2"
proofs = ["report"]

[[life-event]]
code = "frail"
name = {en = "She cannot live alone", zh-hans = "不能独居了"}
[[life-event.service]]
service = "lift-repair"
[[life-event.service]]
service = "home-care"
after = ["lift-repair"]
suggested = false
why = {en = "Then somebody can come up.", zh-hans = "修好才上得去。"}
"""


@pytest.fixture
def city() -> City:
    return build()


def written(folder: Path, text: str = FILE) -> Path:
    path = folder / "events.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_life_events_requirements_and_evidence(city: City, tmp_path: Path) -> None:
    report = import_life_events(written(tmp_path))
    assert (report.loaded, report.known, report.rejections) == (3, 0, 0)
    lift, care = BundleItem.objects.filter(life_event__code="frail").order_by("order")
    assert (lift.service_type, list(care.after.all()), care.suggested) == (city.lift, [lift], False)
    assert care.why["zh-hans"] == "修好才上得去。"
    rule = Requirement.objects.get(service_type=city.care)
    assert (rule.circumstance, rule.comparison, rule.value) == ("age", "at-least", 60)
    assert [proof.code for proof in rule.proofs.all()] == ["report"]
    judge = entitled({"age": 59})
    assert judge([city.care.number])[city.care.number].verdict == "no"
    assert [found.title for found in search("不能独居了", "zh-hans")] == ["不能独居了"]


def test_the_file_is_what_there_is_when_it_is_loaded_again(city: City, tmp_path: Path) -> None:
    import_life_events(written(tmp_path))
    without = FILE.replace('[[life-event.service]]\nservice = "lift-repair"\n', "").replace(
        'after = ["lift-repair"]\n', ""
    )
    report = import_life_events(written(tmp_path, without.replace('code = "old"', 'code = "aged"')))
    assert (report.loaded, report.known) == (1, 2)
    assert LifeEvent.objects.get().items.get().service_type == city.care
    assert Requirement.objects.get().code == "aged"


def test_only_checking_loads_nothing(city: City, tmp_path: Path) -> None:
    assert import_life_events(written(tmp_path), only_check=True).loaded == 3
    assert not LifeEvent.objects.exists()
    assert not EvidenceType.objects.exists()


@pytest.mark.parametrize(
    ("line", "by", "named"),
    [
        (20, 'service = "lift-repair"\nafter = ["home-care"]', "a ring: lift-repair → home-care → lift-repair"),
        (20, 'service = "no-such"', "“no-such” is no service that can be ordered"),
        (20, 'service = "home-care"', "“home-care” is there twice"),
        (23, 'after = ["day-centre"]', "“day-centre” is not in the bundle"),
        (23, 'after = "lift-repair"', "is a list of codes"),
        (18, 'name = {en = "She cannot live alone"}', "is not there in zh-hans"),
        (18, "name = 3", "is a text in each language"),
        (18, 'name = {en = "a", zh-hans = "\\u0000"}', "a character that is no text"),
        (18, 'title = {en = "a", zh-hans = "b"}', "title: is not known; known are code, name"),
        (17, 'code = "it is"', "takes letters, digits"),
        (24, "suggested = 1", "is true or false"),
        (8, 'service = "health"', "“health” is no service that can be ordered"),
        (11, 'at-least = "x"\nat-most = 3', "one of is, is-not, at-least, at-most, one-of"),
        (11, "at-least = true", "is a number or a day"),
        (11, "one-of = 3", "is a list"),
        (11, "is = [1]", "is true or false, a number, a day or a word"),
        (14, 'proofs = ["oath"]', "“oath” is no kind of evidence"),
        (4, 'code = ""', "takes letters, digits"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_key_and_nothing_is_loaded(
    city: City, tmp_path: Path, line: int, by: str, named: str
) -> None:
    lines = FILE.splitlines()
    lines[line - 1] = by
    report = import_life_events(written(tmp_path, "\n".join(lines)))
    assert named in report.text()
    assert any(row.line in (line, line + 1) for row in report.rejected), report.text()
    assert not LifeEvent.objects.exists()
    assert not EvidenceType.objects.exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("life-event = 3", r"“life-event” is no list of tables"),
        ("[[lifeevent]]", "“lifeevent” is not known"),
        ("languages = 3", "“languages” is a list"),
        ("[[", "is no TOML"),
    ],
)
def test_what_is_no_such_file_says_so(city: City, tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ImportFaultError, match=named):
        import_life_events(written(tmp_path, text))


def test_a_day_may_be_written_as_a_day(city: City, tmp_path: Path) -> None:
    import_life_events(written(tmp_path, FILE.replace("at-least = 60", "at-most = 2026-01-01")))
    assert Requirement.objects.get().value == "2026-01-01"


@pytest.mark.once
def test_the_command_fails_and_says_where(tmp_path: Path) -> None:
    path = written(tmp_path)
    home = migrated(tmp_path / "home")
    refused = lacarte(home, "import", "life-events", str(path))
    assert refused.returncode == 1
    assert "line 8, requirement “home-care / old”, service: “home-care” is no service" in refused.stderr
    assert "Nothing was loaded" in refused.stderr
