"""What texts are filed under, whatever their script, and words that were mistyped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.text.analysis import fold, pieces, terms
from lacarte.engines.text.slips import Spelling, distance, slips_allowed
from lacarte.engines.text.stems import STEMMED, stem
from lacarte.engines.text.traditional import TO_SIMPLIFIED

LETTERS = st.text("abcdefgh", min_size=1, max_size=14)


def tokens(text: str, language: str = "en") -> list[str]:
    return [term.token for term in terms(text, language)]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.sampled_from([*STEMMED, "zh-hans", "ja", "", "x-y"]))
def test_any_text_has_terms_of_letters_and_digits_only(text: str, language: str) -> None:
    for term in terms(text, language):
        assert term.key.isalnum()
        assert term.token.isalnum()


@given(st.text())
def test_what_is_asked_for_is_cut_as_what_is_filed(text: str) -> None:
    assert [piece.key for piece in pieces(text)] == [term.key for term in terms(text, "en")]


@given(st.text())
def test_pieces_lie_inside_their_text_in_its_order(text: str) -> None:
    found = pieces(text)
    assert all(0 <= piece.start <= piece.end for piece in found)
    assert [piece.start for piece in found] == sorted(piece.start for piece in found)


@given(st.text(sorted(map(chr, TO_SIMPLIFIED)), max_size=20))
def test_traditional_chinese_is_filed_as_simplified(text: str) -> None:
    assert tokens(text, "zh-hant") == tokens(text.translate(TO_SIMPLIFIED), "zh-hans")


def test_no_simplified_sign_leads_on() -> None:
    assert not any(ord(sign) in TO_SIMPLIFIED for sign in TO_SIMPLIFIED.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE"),
        ("Ｗｉ－Ｆｉ", "wi-fi"),
        ("año", "ano"),
        ("Łódź", "lodz"),
        ("ışık", "isik"),
        ("٢٤", "24"),
        ("é", "e\u0301"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("Straße", "strasse"),
        ("養老院", "养老院"),
    ],
)
def test_case_marks_width_and_shapes_do_not_matter(one: str, other: str) -> None:
    assert tokens(one, "") == tokens(other, "")


def test_chinese_is_filed_in_pairs_and_the_last_sign() -> None:
    assert tokens("居家养老", "zh-hans") == ["居家", "家养", "养老", "老"]


def test_chinese_beside_words_is_cut_apart() -> None:
    assert tokens("上门care服务", "zh-hans") == ["上门", "门", "care", "服务", "务"]


def test_what_an_apostrophe_adds_is_left_out() -> None:
    assert tokens("children's l'été", "") == ["children", "l", "ete"]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "home visits", "home visit"),
        ("es", "información", "informaciones"),
        ("de", "Wohnungen", "Wohnung"),
        ("ru", "школы", "школа"),
    ],
)
def test_forms_of_a_word_have_one_token(language: str, one: str, other: str) -> None:
    assert tokens(one, language) == tokens(other, language)


def test_a_language_without_stems_keeps_its_words() -> None:
    assert stem("visits", "zh-hans") == "visits"


def test_an_accent_that_is_missing_changes_the_key_of_no_word() -> None:
    assert {term.key for term in terms("información", "es")} == {piece.key for piece in pieces("informacion")}


@pytest.mark.parametrize("typed", ["hosing", "housng", "houssing", "ohusing", "housnig"])
def test_a_word_with_a_slip_is_found(typed: str) -> None:
    meant = Spelling({"housing": 5, "other": 2}).meant(typed)
    assert [one.word for one in meant] == ["housing"]


def test_the_nearest_word_comes_first_and_then_the_usual_one() -> None:
    meant = Spelling({"care": 3, "case": 9, "cards": 100}).meant("cave")
    assert [one.word for one in meant] == ["case", "care"]


def test_short_words_are_never_guessed() -> None:
    assert Spelling({"cat": 1, "car": 1}).meant("cab") == []


@given(st.dictionaries(LETTERS, st.integers(1, 9), max_size=30), LETTERS)
def test_exactly_the_words_within_reach_are_found(counts: dict[str, int], typed: str) -> None:
    def within(word: str) -> bool:
        reach = min(slips_allowed(len(typed) + 1), slips_allowed(max(len(word), len(typed))))
        return len(word) >= 4 and word != typed and len(typed) >= 3 and distance(word, typed, 3) <= reach

    found = {one.word for one in Spelling(counts).meant(typed, most=99)}
    assert found == {word for word in counts if within(word)}


@given(LETTERS, LETTERS)
def test_a_distance_is_the_same_both_ways(one: str, other: str) -> None:
    assert distance(one, other, 20) == distance(other, one, 20)
