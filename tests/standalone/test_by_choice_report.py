"""The report on choices: the same in both languages, of nobody who could be recognised."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from lacarte.standalone.words import LANGUAGES
from tests.standalone.placed import CHILDREN, SCHOOLS, placed_in


def many(folder: Path, language: str) -> str:
    children = [
        {
            "id": f"child-{at}",
            "choices": "north;south",
            "zone": "NS"[at % 2],
            "points": at,
            "meets": "poor" * (at < 12),
        }
        for at in range(60)
    ]
    schools = [
        {**SCHOOLS[0], "capacity": 30, "reserves": "poor 9; rich 3"},
        {**SCHOOLS[1], "capacity": 12},
        {"id": "far", "capacity": 5},
    ]
    out = placed_in(folder, [{**one, "sibling": ""} for one in children], schools, "a pulse", language)
    return (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_it_in_both_languages_and_names_nobody(language: str, tmp_path: Path) -> None:
    page = many(tmp_path, language)
    said = {
        "en": (
            "First choice", "Choice number 2", "in “sibling”: no; same “zone”: yes", "fewer than ten places",
            "everybody was taken", "fewer than 10", "All their choices were full",
        ),
        "zh-hans": (
            "第一志愿", "第2志愿", "在“sibling”里: 否；“zone”相同: 是", "名额不到十个，不显示",
            "全部接收", "不到10", "所有志愿都满了",
        ),
    }  # fmt: skip
    for words in said[language]:
        assert words in page
    assert "child-" not in page
    assert "<script" not in page
    assert "lacarte match --by-choice --verify DIR --needs needs.csv --offers offers.csv" in page


def test_choices_of_few_people_are_counted_together_or_hidden(tmp_path: Path) -> None:
    out = placed_in(tmp_path, CHILDREN, SCHOOLS)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "hidden with those: 2" in page
    assert "A later choice" not in page
    late = [{"id": f"l{at}", "choices": "a;b;c" if at < 14 else "a"} for at in range(40)]
    schools = [{"id": "a", "capacity": 20}, {"id": "b", "capacity": 6}, {"id": "c", "capacity": 5}]
    turned = [{**one, "choices": ";".join(reversed(str(one["choices"]).split(";")))} for one in late]
    page = (placed_in(tmp_path / "late", turned, schools) / "report.html").read_text(encoding="utf-8")
    assert "Choice number 2" not in page.replace("Choice number 2 or a later one", "")


@pytest.mark.parametrize(
    ("capacities", "told", "not_told"),
    [  # sixty people want a, then b, then c
        ((55, 5, 0), {"First choice or a later one": 60}, {"First choice"}),
        ((20, 3, 12), {"First choice": 20, "None of their choices": 25}, {"Choice number 3"}),
        ((20, 3, 30), {"First choice": 20}, {"Choice number 3", "None of their choices"}),
        ((5, 20, 30), {"Choice number 3": 30}, {"First choice", "Choice number 2"}),
        ((60, 0, 0), {"First choice": 60}, set()),
    ],
)
def test_no_choice_of_few_people_follows_from_the_others(
    capacities: tuple[int, int, int], told: dict[str, int], not_told: set[str], tmp_path: Path
) -> None:
    people = [{"id": f"p{at}", "choices": "a;b;c"} for at in range(60)]
    offers = [{"id": one, "capacity": n} for one, n in zip("abc", capacities, strict=True)]
    page = (placed_in(tmp_path, people, offers) / "report.html").read_text(encoding="utf-8")
    shown = dict(re.findall(r"<tr><t[hd][^>]*>([^<]*)</t[hd]><td[^>]*>(\d+)</td><td[^>]*>[\d.]+%</td></tr>", page))
    assert {name: int(shown[name]) for name in told} == told
    assert not not_told & shown.keys()
    assert ("Everybody has a place." in page) == (sum(capacities) >= 60)


def test_the_words_of_a_cell_are_escaped(tmp_path: Path) -> None:
    schools = [{**SCHOOLS[0], "name": "<b>North</b>"}, SCHOOLS[1]]
    out = placed_in(tmp_path, CHILDREN, schools)
    assert "<b>" not in (out / "report.html").read_text(encoding="utf-8")
    with (out / "cutoffs.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["name"] == "<b>North</b>"
