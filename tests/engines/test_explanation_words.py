"""Explanations in words: plain, the same in both languages, and of nobody who could be recognised."""

from __future__ import annotations

import string

import pytest

from lacarte.engines.matching import solve
from lacarte.engines.matching.explanation.explain import Explanation, explain
from lacarte.engines.matching.explanation.words import COUNTED, SENTENCES, words
from tests.engines.explained import Rows, city, possible, problem


def test_who_holds_an_offer_is_said_only_of_two_or_more() -> None:
    row = [(0, 1), (1, 50)]
    near = [(0, 1), (1, 9)]
    p = problem([row, row, near, near], [2, 2], [0, 0, 3, 3], [13, 17, 4, 5])
    told = explain(p, solve(p))
    holders = told.holders(0)
    assert holders is not None and (holders.priority_class, holders.order, holders.count) == (0, 20, 2)
    alone = problem([row, row, row], [2, 1], [0, 1, 2])
    assert explain(alone, solve(alone)).holders(0) is None


def served_and_not() -> tuple[Explanation, Explanation, Explanation]:
    rows: Rows = [[(0, 60), (1, 900)], [(0, 120), (1, 400)], [(0, 300)], [(1, 700)], []]
    p = problem(rows, [1, 1], [0, 0, 1, 1, 1])
    told = explain(p, solve(p), possible([[], [], [], [], [(1, 10)]]), parts={"travel": p.candidate_cost})
    return told.of(1), told.of(2), told.of(4)


def test_it_is_said_in_plain_words() -> None:
    served, full, nothing = served_and_not()
    names = {0: "West Clinic", 1: "East Clinic"}
    assert served.nearer is not None
    lost = served.nearer.others_lose // 60
    assert 5 <= lost <= 14
    assert words(served, "en", names, parts={"travel": "Travel"}) == (
        "You have a place at East Clinic.",
        "Travel and waiting together: 7 minutes.",
        "Travel: 7 minutes.",
        "You could use 2 services. 1 service would be nearer.",
        "West Clinic would save you 5 minutes.",
        f"If you went there, others would lose {lost} minutes or more.",
    )
    assert words(full, "en", names) == (
        "There was no place for you this time.",
        "You, and the people who have a place where you could go, can use 2 services.",
        "That makes 2 places, all taken.",
        "4 people as urgent as you or more can go nowhere else.",
        "So 2 people must go without.",
        "Everybody who has a place there is at least as urgent as you.",
        "Each of these alone would give you a place:",
        "One more place at West Clinic.",
    )
    assert words(nothing, "en", names)[:2] == (
        "No service that fits your need reaches you.",
        "We know of no single change that would be sure to give you a place.",
    )
    assert words(full, "zh-hans", {0: "西诊所"})[-1] == "西诊所多一个名额。"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_everything_in_a_city_can_be_said(language: str) -> None:
    told = city()[-1]
    said = [sentence for need in range(0, 10_000, 50) for sentence in words(told.of(need), language, {})]
    assert all(sentence and "{" not in sentence for sentence in said)


def test_both_languages_say_the_same() -> None:
    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    assert SENTENCES["en"].keys() == SENTENCES["zh-hans"].keys()
    assert COUNTED["en"].keys() == COUNTED["zh-hans"].keys()
    for code, sentence in SENTENCES["en"].items():
        assert fields(sentence) == fields(SENTENCES["zh-hans"][code]), code
    with pytest.raises(ValueError, match="language 'fr' is not one of en, zh-hans"):
        words(served_and_not()[0], "fr", {})
