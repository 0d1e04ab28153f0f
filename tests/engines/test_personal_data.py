"""Personal data is found in labelled sentences, hidden whole, and nothing else is touched."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lacarte.engines.text.personal import KINDS, find, hide, hide_all
from lacarte.engines.text.personal.checks import is_card, is_iban, is_identity
from lacarte.engines.text.personal.folding import even, spelt_digits
from tests.engines.personal_sample import Quality, sentences

FILES = ("seen_en", "seen_zh", "unseen_en", "unseen_zh", "fresh_en", "fresh_zh")


def test_the_sample_is_large_and_half_of_it_has_nothing_personal() -> None:
    every = [spans for name in FILES for _, spans in sentences(name)]
    assert len(every) >= 200
    assert 0.4 < sum(not spans for spans in every) / len(every) < 0.6
    assert {kind for spans in every for *_, kind in spans} == set(KINDS)


@pytest.mark.parametrize("name", FILES)
def test_what_is_personal_is_found_and_little_else(name: str) -> None:
    quality = Quality.of(name)
    assert quality.recall() >= 0.97, quality.wrong
    assert quality.precision() >= 0.97, quality.wrong


PIECES = [
    *("13800138000", "一三八零零一三八零零零", "１３８ ００１３ ８０００", "415-555-0123", "+44 20 7946 0958"),
    *("11010519491231002X", "4111 1111 1111 1111", "DE89370400440532013000", "078-05-1120", "0731-88889999"),
    *("我叫张建国", "王女士", "My name is John Smith", "Mr Brown", "联系人：李秀兰", "Reported by Grace Lee"),
    *("住在锚街12号3单元502室", "Apt 4B", "I live at 12 Plum Street", "born on 3 May 1950", "a@b.org"),
    *("203.0.113.77", "沪A12345", "7ABC123", "号", "。", "，", "\n", " ", "-", "电话", "phone", "no. ", "[", "]"),
    *("12", "的", "room ", "，联系", "QQ", "[phone]"),
]
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=9).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("电话138001380001")
@example("王王先生")
def test_spans_are_in_bounds_sorted_and_disjoint(text: str) -> None:
    at = 0
    for start, end, kind in find(text):
        assert at <= start < end <= len(text)
        assert kind in KINDS
        at = end


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_hiding_leaves_no_digit_of_what_was_found_and_twice_is_once(text: str) -> None:
    spans = find(text)
    hidden = hide(text, spans, dict.fromkeys(KINDS, "x"), "[{}]")
    starts, ends = [0, *(end for _, end, _ in spans)], [*(start for start, *_ in spans), len(text)]
    outside = "".join(text[start:end] for start, end in zip(starts, ends, strict=True))
    assert sum(map(str.isdigit, hidden)) == sum(map(str.isdigit, outside))
    once = hide_all(text)
    assert hide_all(once) == once
    assert find(once) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_folding_keeps_every_sign_in_its_place(text: str) -> None:
    folded = even(text)
    assert len(folded) == len(spelt_digits(folded)) == len(text)
    assert even(folded) == folded


@pytest.mark.parametrize("gap", ["", " ", "-", ".", " - "[:2]])
@pytest.mark.parametrize("write", [str, lambda s: s.translate({48 + d: 0xFF10 + d for d in range(10)})])
def test_a_number_with_gaps_or_in_other_digits_is_found_whole(gap: str, write: object) -> None:
    written = gap.join(["138", "0013", "8000"])
    text = f"请打{write(written)}，谢谢"  # type: ignore[operator]
    assert find(text) == [(2, 2 + len(written), "phone")]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2024-05-06 12:30",
            "31.230416, 121.473701",
            "121.13812345678",
            "1234567元",
            "¥13800.00",
            "2,025,550,123",
        ),
        *(
            "订单号13800138000",
            "Ref 415 555 0123",
            "Request no. 11057722345",
            "发〔2020〕13800138号",
            "12345",
            "400-820-8820",
        ),
        *(
            "4111 1111 1111 1112",
            "110105194912310021",
            "DE89370400440532013001",
            "000-12-3456",
            "1.8.15.22",
            "3室2厅",
        ),
        *("all eight flats are wet", "they tip when you step on them", "each unit a new door", "第四周爷爷奶奶来"),
        *("9栋2单元西边电梯", "9 to 5", "2014-2016", "第8版第12345页", "lines 12-14", "GPS 37.797838,-122.446243"),
    ],
)
def test_amounts_dates_coordinates_and_file_numbers_are_nobodys(text: str) -> None:
    assert find(text) == []


def test_check_digits_tell_a_number_from_a_slip() -> None:
    assert is_identity("11010519491231002X")
    assert not is_identity("110105194912310029")
    assert is_iban("GB82WEST12345698765432")
    assert not is_iban("GB83WEST12345698765432")
    assert is_card("378282246310005")
    assert not is_card("378282246310006")


def test_words_of_another_language_stand_for_what_is_hidden() -> None:
    text = "电话13800138000"
    assert hide(text, find(text), {"phone": "电话"}, "［{}］") == "电话［电话］"
    assert hide_all(hide_all(text, {"phone": "电话"}, "［{}］")) == "电话［电话］"


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1 ",
            "0-",
            "12号",
            "家住1号",
            "A a ",
            "Mr Ab ",
            "a.",
            "@a.",
            "+1",
            "王先生",
            "1栋",
            "I live at 1 ",
            "1.1.",
            "aa:",
        ),
        *(
            "my name is ",
            "12 Plum ",
            "card 1",
            "我叫王",
            "http://",
            "京A",
            "单元1",
            "Ab Cd ",
            "q at q dot ",
            "DE89",
        ),
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (5000 // len(piece))
    start = time.process_time()
    find(text)
    assert time.process_time() - start < 1.5


def test_numbers_behind_numbers_are_hidden_too() -> None:
    for text in (
        "13800138000" + "+44 20 7946 0958" * 9 + "一三八零零一三八零零零",
        "沪A12345" * 30,
        "a@b.org" * 30,
    ):
        assert find(hide_all(text)) == []
        assert not re.search(r"\d{5}", hide_all(text))


def test_long_digit_runs_are_left_whole_or_hidden_whole() -> None:
    for digits in ("9" * 40, "13800138000" * 3, "1" * 5000):
        hidden = hide_all(f"x {digits} y")
        assert re.sub(r"\D", "", hidden) in ("", digits)
