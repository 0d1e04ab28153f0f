"""Identifiers, texts, money, trees and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel.ids import ALPHABET, new_reference, read_reference, uuid7
from lacarte.kernel.money import Money, Price
from lacarte.kernel.text import in_language, listed, validate_multilingual
from lacarte.kernel.tree import FANOUT, MAX_DEPTH, ROOT, Interval, above
from lacarte.kernel.working_calendar import WorkingCalendar


def test_uuid7_is_one_and_sorts_by_time() -> None:
    made = [uuid7() for _ in range(50)]
    assert {(u.version, u.variant) for u in made} == {(7, "specified in RFC 4122")}
    assert len(set(made)) == 50
    assert [u.int >> 80 for u in made] == sorted(u.int >> 80 for u in made)


@given(st.text(alphabet=ALPHABET, min_size=7, max_size=7), st.data())
def test_a_wrong_sign_or_a_swap_is_always_noticed(body: str, data: st.DataObject) -> None:
    from lacarte.kernel.ids import check_sign

    good = body + check_sign(body)
    at = data.draw(st.integers(0, 7))
    wrong = good[:at] + data.draw(st.sampled_from(ALPHABET.replace(good[at], ""))) + good[at + 1 :]
    with pytest.raises(ValueError, match="wrong"):
        read_reference(wrong)
    at = data.draw(st.integers(0, 5))
    swapped = good[:at] + good[at + 1] + good[at] + good[at + 2 :]
    if swapped != good:
        with pytest.raises(ValueError, match="wrong"):
            read_reference(swapped)


def test_a_reference_is_read_however_it_is_spoken() -> None:
    reference = new_reference()
    assert read_reference(f" {reference.lower().replace('-', ' ')} ") == reference
    with pytest.raises(ValueError, match="has 3"):
        read_reference("abc")
    with pytest.raises(ValueError, match="never part"):
        read_reference("0000-0000")


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-hans", "水"), ("zh-hant", "水"), ("en", "water"), ("fr", "water")]
)
def test_a_text_falls_back_to_the_nearest_language(language: str, expected: str) -> None:
    assert in_language({"en": "water", "zh-hans": "水"}, language) == expected


def test_texts_that_are_no_texts_are_refused() -> None:
    assert in_language({}) == ""
    for wrong in ("water", {"en": 3}, {"": "x"}):
        with pytest.raises(ValidationError):
            validate_multilingual(wrong)


def test_money_is_exact_and_does_not_mix() -> None:
    assert str(Money("CNY", 1250)) == "12.50 CNY"
    assert str(Money("JPY", 1250)) == "1,250 JPY"
    assert [str(Price("EUR", minor)) for minor in (None, 0, 150)] == ["ask the price", "free", "1.50 EUR"]
    assert Money("EUR", 1) + Money("EUR", 2) == Money("EUR", 3)
    with pytest.raises(ValueError, match="cannot add"):
        Money("EUR", 1) + Money("CNY", 1)
    with pytest.raises(ValueError, match="ISO 4217"):
        Money("euro", 1)


@given(
    st.lists(st.integers(1, FANOUT - 1), max_size=MAX_DEPTH),
    st.lists(st.integers(1, FANOUT - 1), max_size=MAX_DEPTH),
)
def test_intervals_nest_exactly_as_paths_do(one: list[int], other: list[int]) -> None:
    def node(path: list[int]) -> Interval:
        at = ROOT
        for ordinal in path:
            at = at.child(ordinal)
        return at

    a, b = node(one), node(other)
    assert a.depth == len(one)
    assert (b.first in a) == (other[: len(one)] == one)
    assert above(a.first) == node(one[:-1]).first


def test_a_tree_says_when_it_is_full() -> None:
    leaf = ROOT
    for _ in range(MAX_DEPTH):
        leaf = leaf.child(1)
    with pytest.raises(ValueError, match="levels"):
        leaf.child(1)
    with pytest.raises(ValueError, match="children"):
        ROOT.child(FANOUT)


SHANGHAI = WorkingCalendar(ZoneInfo("Asia/Shanghai"), holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (datetime(2026, 9, 30, 2, tzinfo=UTC), 0, datetime(2026, 9, 30, 9, tzinfo=UTC)),
        (datetime(2026, 9, 30, 2, tzinfo=UTC), 1, datetime(2026, 10, 5, 9, tzinfo=UTC)),
        (datetime(2026, 9, 30, 12, tzinfo=UTC), 0, datetime(2026, 10, 5, 9, tzinfo=UTC)),
    ],
)
def test_deadlines_count_working_days(start: datetime, days: int, end: datetime) -> None:
    assert SHANGHAI.deadline(start, days) == end


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), st.integers(0, 40))
def test_a_deadline_is_later_and_on_a_working_day(start: datetime, days: int) -> None:
    end = SHANGHAI.deadline(start, days)
    assert end > start
    assert SHANGHAI.is_working_day(end.astimezone(SHANGHAI.zone).date())


def test_a_calendar_without_working_days_says_so() -> None:
    with pytest.raises(ValueError, match="weekday"):
        WorkingCalendar(ZoneInfo("UTC"), weekdays=frozenset())
    with pytest.raises(ValueError, match="zone"):
        SHANGHAI.deadline(datetime(2026, 1, 1), 1)


def test_dates_are_written_as_each_language_writes_them() -> None:
    day = date(2026, 9, 7)
    with translation.override("en"):
        assert date_format(day, "SHORT_DATE_FORMAT") == "7 Sep 2026"
        assert date_format(day, "NEAR_DATE_FORMAT") == "Mon 7 Sep"
    with translation.override("zh-hans"):
        assert (date_format(day), date_format(day, "MONTH_DAY_FORMAT")) == ("2026年9月7日", "9月7日")
        assert date_format(day, "NEAR_DATE_FORMAT") == "9月7日（星期一）"


def test_lists_and_money_are_written_as_each_language_writes_them() -> None:
    with translation.override("en"):
        assert (listed(["a", "", "b"]), str(Money("CNY", 7500)), str(Money("CNY", 1250))) == (
            "a, b",
            "75 CNY",
            "12.50 CNY",
        )
    with translation.override("zh-hans"):
        assert (listed(["a", "b"]), str(Money("CNY", 7500)), str(Money("EUR", 150))) == (
            "a、b",
            "75元",
            "1.50 EUR",
        )
