"""How well the menu's own words sort texts that nobody has learnt from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks.first_day import SENTENCES, add_menu, measured, sentences

from lacarte.loop.needs.understanding.reading import suggest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def menu(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    add_menu()


@pytest.mark.parametrize(("language", "first", "of_four"), [("en", 0.57, 0.79), ("zh-hans", 0.6, 0.82)])
def test_the_menus_words_find_the_type_of_most_texts_of_the_demo(
    language: str, first: float, of_four: float
) -> None:
    got = measured([one for one in sentences() if (one.sample, one.language) == ("demo", language)])
    assert got.first >= first
    assert got.of_four >= of_four
    assert got.calibration_error < 0.12
    assert got.sure > 0.25, "a share of needs is set by itself from the first day on"
    assert got.sure_right >= 0.85, "and these are right"


@pytest.mark.parametrize(("language", "first", "of_four"), [("en", 0.64, 0.86), ("zh-hans", 0.64, 0.84)])
def test_the_menus_words_find_what_residents_say(language: str, first: float, of_four: float) -> None:
    told = [one for one in sentences() if one.sample in ("tune", "test") and one.language == language]
    assert len(told) >= 60
    got = measured(told)
    assert got.first >= first
    assert got.of_four >= of_four
    assert got.sure_right >= 0.9


@pytest.mark.parametrize(
    "text",
    ["My mother is 82 and needs somebody to help her wash at home", "我妈八十二了，想找人上门帮她洗澡"],
)
def test_help_with_washing_at_home_is_home_care(text: str) -> None:
    assert suggest(text)[0][0].code == "home-care"


def test_no_matter_is_in_both_halves() -> None:
    rows = [line.split(",") for line in SENTENCES.read_text(encoding="utf-8").splitlines()[1:]]
    halves = [row[-1] for row in rows]
    half = len(rows) // 2
    assert halves[:half] == halves[half:], "English and Chinese stand in the same order"
