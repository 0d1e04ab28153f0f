"""Phrases are found whatever their ending, and kept silent by what speaks against them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.phrases import NEGATED, Lexicon, PhraseError, Watch, normal, read


def speaks(words: list[str], text: str, unless: tuple[str, ...] = (), language: str = "en") -> bool:
    found = Lexicon([Watch("w", {language: words}, {language: list(unless)})]).find(text)
    return any(not one.silenced for one in found)


@pytest.mark.parametrize(
    ("phrase", "text", "speaking"),
    [
        ("drown", "Somebody is DROWNING here", True),
        ("drown", "two boys drowned", True),
        ("fire", "they fired him", False),
        ("fire", "fireworks", False),
        ("collapse", "it is collapsing", True),
        ("=smoke", "smokers", False),
        ("=smoke", "smoke!", True),
        ("suicid*", "suicidality", True),
        ("gas leak", "a gas leak", True),
        ("gas leak", "gas. leak", False),
        ("gas leak", "gas a leak", False),
        ("smell + gas", "the gas in here, I mean it smells", False),
        ("smell + gas", "gas is what it smells of", True),
        ("smell + gas", "smells like old eggs, maybe gas", False),
        ("smell + gas", "smell of a b c d e f g h i gas", False),
        ("#年", "2019年", True),
        ("#年", "今年", False),
        ("着火", "我家着 火了", True),
        ("着火", "着，火", False),
        ("can't get up", "she can’t get up", True),
        ("incendio", "INCENDIO", True),
        ("explosión", "una explosion", True),
        ("触电", "１２號触电", True),
    ],
)
def test_a_phrase_is_found_as_it_is_written(phrase: str, text: str, speaking: bool) -> None:
    assert speaks([phrase], text) is speaking


def test_tones_of_vietnamese_make_another_word() -> None:
    assert speaks(["cháy"], "nhà cháy", language="vi")
    assert not speaks(["cháy"], "nước chay", language="vi")


@pytest.mark.parametrize(
    "text",
    [
        "there is no fire",
        "It isn't a fire",
        "没有着火",
        "并没有发生着火",
        "no smell of fire",
        "sin fire",
        "未发现着火",
    ],
)
def test_what_is_denied_is_silent(text: str) -> None:
    (found,) = Lexicon([Watch("w", {"en": ["fire"], "zh": ["着火"]})]).find(text)
    assert found.silenced == NEGATED


@pytest.mark.parametrize(
    "text",
    [
        "no doubt, fire",
        "nobody helps, there is a fire",
        "没人管着火了",
        "不知道是不是着火",
        "有没有着火",
        "no, not now, fire",
    ],
)
def test_what_only_stands_near_a_no_speaks(text: str) -> None:
    (found,) = Lexicon([Watch("w", {"en": ["fire"], "zh": ["着火"]})]).find(text)
    assert not found.silenced


def test_an_exception_that_overlaps_silences_only_what_it_covers() -> None:
    assert not speaks(["fire"], "the fire station is closed", ("fire station",))
    assert speaks(["fire"], "the fire station is on fire", ("fire station",))
    assert speaks(["着火"], "火锅店着火了", ("大火锅",))
    assert not speaks(["大火"], "大火锅很辣", ("大火锅",))


def test_an_exception_elsewhere_silences_its_clause() -> None:
    assert not speaks(["fire"], "a fire like in the film", ("film",))
    assert speaks(["fire"], "I saw a film, now there is a fire", ("film",))


def test_only_what_begins_early_counts_when_asked() -> None:
    lexicon = Lexicon([Watch("w", {"en": ["fire"]})])
    assert lexicon.find("word " * 20 + "fire", within=21)
    assert not lexicon.find("word " * 20 + "fire", within=20)


def test_places_are_those_of_the_composed_text() -> None:
    text = "Cafe\u0301 in flames"
    (found,) = Lexicon([Watch("w", {"en": ["in flames"]})]).find(text)
    assert normal(text)[found.start : found.end] == "in flames"


@pytest.mark.parametrize("wrong", ["", "+", "a + ", "!?", "ab*", "a + b + c + d"])
def test_a_phrase_that_says_nothing_is_refused(wrong: str) -> None:
    with pytest.raises(PhraseError):
        read(wrong)


@given(st.text(max_size=300), st.sampled_from([None, 0, 5, 150]))
def test_any_text_can_be_read(text: str, within: int | None) -> None:
    lexicon = Lexicon(
        [Watch("w", {"en": ["fire", "a + b"], "zh": ["火", "没有火"]}, {"en": ["no"], "zh": ["火锅"]})]
    )
    for found in lexicon.find(text, within):
        assert 0 <= found.start < found.end <= len(normal(text))


@given(st.text(alphabet="火锅着没有，。 fireoncaught", max_size=60))
def test_a_danger_told_in_a_sentence_of_its_own_is_found_whatever_comes_before(before: str) -> None:
    assert speaks(["着火", "on fire"], before + "。我家着火了")
    assert speaks(["着火", "on fire"], before + ". the house is on fire")
