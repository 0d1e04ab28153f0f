"""The report shows what the tables say, finds nobody, and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.matching.candidates.build import Reason
from lacarte.standalone import Matched, match, read, report_map
from lacarte.standalone.drawing import AT_LEAST, cells, columns, shades
from lacarte.standalone.report import report
from lacarte.standalone.report_words import REPORT
from lacarte.standalone.words import LANGUAGES, PARTS, REASONS
from tests.standalone.files import inputs, table
from tests.standalone.matched import SUPPLY, crowd

BAD = "<script>alert(1)</script>\"'&"


class Seen(HTMLParser):
    """The tags, headings and table cells of a page; refuses tags that are not closed in order."""

    VOID = {"meta", "rect", "line", "circle", "path"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1] += data


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> Matched:
    """Three hundred needs; one region has three of them."""
    needs = [{**row, "id": f"person-{at}"} for at, row in enumerate(crowd(300))]
    for row in needs[:3]:
        row["region"] = "Hamlet"
    supply = [{**row, "capacity": int(str(row["capacity"])) * 5} for row in SUPPLY]
    return match(inputs(tmp_path_factory.mktemp("report"), needs, supply))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_nobody_is_on_it(matched: Matched, language: str) -> None:
    text = report(matched, language)
    seen = Seen(text)
    assert {"script", "link", "img", "iframe"}.isdisjoint(seen.tags)
    assert not re.search(r"\b(src|href)=|url\(|@import", text)
    assert "person-" not in text
    assert seen.tags.count("h1") == 1
    assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


def test_the_counts_are_those_of_the_match(matched: Matched) -> None:
    found = Seen(report(matched, "en")).cells
    for urgency in range(3):
        at = found.index(f"Group {urgency + 1}")
        served = (matched.result, matched.by_class, matched.first_come)
        needs = int((matched.problem.priority_class == urgency).sum())
        assert found[at + 1 : at + 5] == [str(needs), *(str(one.served_by_class[urgency]) for one in served)]


def test_small_regions_are_not_shown_nor_what_would_give_them_away(matched: Matched) -> None:
    text = report(matched, "en")
    assert "Hamlet" not in text
    assert "2 regions are too small to show" in text  # the smaller of the others hides it


def some_of(folder: Path, needs: Sequence[tuple[int, dict[str, object]]], capacity: int) -> str:
    """The report of a match of so many needs of each kind, at one offer."""
    said = [row for many, row in needs for _ in range(many)]
    return report(match(inputs(folder, said, [{"capacity": capacity}])), "en")


def headed(text: str, head: str) -> str:
    """One section of a page."""
    return next(part for part in text.split("<h2") if part.split("</h2>")[0].endswith(f">{head}"))


def test_small_groups_are_not_shown_nor_what_would_give_them_away(tmp_path: Path) -> None:
    kinds = [(3, {"priority_class": 0}), (12, {"priority_class": 1}), (40, {"priority_class": 2})]
    text = some_of(tmp_path, kinds, 20)
    part = headed(text, "Served by priority group")
    assert ("Group 1<" in part, "Group 2<" in part, "Group 3<" in part) == (False, False, True)
    assert "Group 1," not in part  # nor in the chart
    assert "Groups too small to show: 2." in part
    assert "Group 1<" not in text
    assert "Group 2<" not in text


def test_somebody_of_a_small_group_who_would_come_in_is_not_told_apart(tmp_path: Path) -> None:
    text = some_of(tmp_path, [(4, {"priority_class": 0}), (30, {"priority_class": 1})], 2)
    assert "somebody of a group too small to show" in text
    assert "<td>Group 1" not in text


def test_a_reason_of_few_hides_another(tmp_path: Path) -> None:
    text = some_of(
        tmp_path, [(2, {"latitude": "23.9", "reach": 10}), (14, {"service_type": "walks"}), (60, {})], 40
    )
    part = headed(text, "Why some have none")
    assert "Reasons told to fewer than ten, or hidden with those: 2." in part
    assert REASONS["en"][Reason.REACH] not in text
    assert REASONS["en"][Reason.TYPE] not in part
    assert "<td" in part


def test_nobody_in_a_small_group_is_a_sample(tmp_path: Path) -> None:
    few = some_of(tmp_path, [(9, {}), (9, {"priority_class": 1})], 9)
    assert "What people are told" not in few
    one_far = some_of(tmp_path, [(30, {}), (1, {"service_type": "baths"})], 30)
    assert "A place</h3>" in one_far
    assert "No place</h3>" not in one_far


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_in_the_files_are_text_and_nothing_else(language: str, tmp_path: Path) -> None:
    needs = [{**row, "region": BAD} for row in crowd(40)]
    supply = [{**row, "name": BAD} for row in SUPPLY]
    text = report(match(inputs(tmp_path, needs, supply, seed=BAD)), language)
    assert "<script" not in text
    assert "alert(1)" in text
    Seen(text)


def test_both_languages_say_everything_with_the_same_gaps() -> None:
    def gaps(words: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(words) if name}

    english, chinese = (REPORT[language] for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    assert {name: gaps(words) for name, words in english.items()} == {
        name: gaps(words) for name, words in chinese.items()
    }
    for language in LANGUAGES:
        assert set(REASONS[language]) == set(Reason) - {Reason.NONE}
        assert PARTS[language].keys() == PARTS["en"].keys()


def test_every_word_of_the_report_is_used() -> None:
    import lacarte.standalone

    source = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(lacarte.standalone.__file__).parent.glob("*.py")
        if path.name != "report_words.py"
    )
    assert [name for name in REPORT["en"] if f'"{name}"' not in source and f"'{name}'" not in source] == []


def test_the_middle_of_a_square_says_nothing_of_the_people_in_it(tmp_path: Path) -> None:
    def middles(shift: int) -> list[str]:
        needs = [{"id": at, "service_type": "a", "x": 100 + at * 3 + shift, "y": 700 + shift} for at in range(30)]
        said = {
            "needs": table(
                tmp_path / "n.csv", [{"id": at, "service_type": "a", **row} for at, row in enumerate(needs)]
            ),
            "offers": table(tmp_path / "o.csv", [{"id": 1, "service_types": "a", "capacity": 1, "x": 0, "y": 0}]),
        }
        text = report(match(read(**said)), "en")
        return [cell for cell in Seen(text).cells if cell.endswith(" m")]

    assert middles(0) == middles(1) == ["150 m, 750 m"]


def test_the_middle_of_a_square_is_where_its_people_are(matched: Matched) -> None:
    area = cells(matched.inputs.needs.x, matched.inputs.needs.y, matched.result.assignment >= 0)
    assert area is not None
    arrays = matched.inputs.need_table.arrays
    for cell in range(len(area.needs)):
        latitude, longitude = map(float, report_map._middle(matched, area, cell).split(", "))
        mine = area.of_need == cell
        half = area.side / 2 / 100_000 + 0.001
        assert np.abs(arrays["latitude"][mine] - latitude).max() < half
        assert np.abs(arrays["longitude"][mine] - longitude).max() < half / np.cos(np.radians(23.1))


# --- drawing

places = st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.booleans()), min_size=1, max_size=300)


@given(places, st.floats(0.001, 1))
@settings(max_examples=80, deadline=None)
def test_squares_hold_ten_people_at_least_and_count_each_once(
    people: list[tuple[float, float, bool]], spread: float
) -> None:
    x, y, served = (np.array(part) for part in zip(*people, strict=True))
    area = cells(x * spread, y * spread, served.astype(bool))
    assert area is not None
    assert (area.needs >= AT_LEAST).all()
    assert str(area.side).strip("0.") in ("1", "2", "5")
    for cell, (needs, with_place) in enumerate(zip(area.needs, area.served, strict=True)):
        mine = area.of_need == cell
        assert (needs, with_place) == (mine.sum(), served[mine].sum())
        assert np.ptp(x[mine] * spread) <= area.side * 1.000001
        assert np.ptp(y[mine] * spread) <= area.side * 1.000001
    assert (area.column < area.across).all()
    assert (area.row < area.down).all()
    assert len(set(zip(area.column.tolist(), area.row.tolist(), strict=True))) == len(area.needs)


def test_there_is_no_map_where_no_place_is_known() -> None:
    nowhere = np.full(20, np.nan)
    assert cells(nowhere, nowhere, np.zeros(20, dtype=bool)) is None


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_shades_cover_every_number_and_keep_zero_for_itself(missing: list[int]) -> None:
    limits = shades(np.array(missing))
    assert limits[0] == 0
    assert limits == sorted(set(limits))
    assert limits[-1] == max(missing)
    assert len(limits) <= 5


def test_a_chart_is_as_high_as_its_numbers() -> None:
    drawn = columns("words", ["a", "b"], [("one", [0.5, 1.0]), ("two", [0.0, 0.25])])
    assert [float(h) for h in re.findall(r'height="([\d.]+)"><title>', drawn)] == [80.0, 160.0, 0.0, 40.0]
    assert 'aria-label="words"' in drawn
