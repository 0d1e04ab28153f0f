"""What a question demands of a text, and what the text is worth to it."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.text.analysis import terms
from lacarte.engines.text.asking import Candidate, ask, worth
from lacarte.engines.text.expressions import NOTHING, All, Expression, all_but_one, all_but_two
from lacarte.engines.text.vocabulary import MANY_LATE, Vocabulary

TOKENS = "abcdefgh"
SUBSETS = [frozenset(some) for n in range(len(TOKENS) + 1) for some in combinations(TOKENS, n)]


def fulfils(tokens: frozenset[str], expression: Expression) -> bool:
    if isinstance(expression, str):
        return expression in tokens
    parts = (fulfils(tokens, part) for part in expression.parts)
    return all(parts) if isinstance(expression, All) else any(parts)


@pytest.mark.parametrize("n", range(2, 9))
def test_all_but_one_is_that_at_most_one_is_missing(n: int) -> None:
    asked = frozenset(TOKENS[:n])
    for there in SUBSETS:
        assert fulfils(there, all_but_one(sorted(asked))) == (len(asked - there) <= 1)


@pytest.mark.parametrize("n", range(3, 9))
def test_all_but_two_is_that_those_that_are_missing_are_beside_each_other(n: int) -> None:
    asked = TOKENS[:n]
    windows = [set(pair) for pair in pairwise(asked)]
    for there in SUBSETS:
        missing = set(asked) - there
        assert fulfils(there, all_but_two(list(asked))) == any(missing <= window for window in windows)


def collection(*texts: str) -> tuple[Vocabulary, list[Candidate]]:
    """Texts that are names, each a candidate, and the vocabulary of all."""
    found = [terms(text, "en", apart=True) for text in texts]
    counts: dict[tuple[str, str], int] = {}
    for one in found:
        for term in set(one):
            counts[term.key, term.token] = counts.get((term.key, term.token), 0) + 1
    rows = [(word, token, count) for (word, token), count in counts.items()]
    candidates = [
        Candidate(number, f" {' '.join(term.token for term in one)} ", " ", " ")
        for number, one in enumerate(found)
    ]
    return Vocabulary(rows, len(texts)), candidates


def best(asked: str, *texts: str) -> str:
    vocabulary, candidates = collection(*texts)
    question = ask(asked, vocabulary, ["en"])
    return texts[max(candidates, key=lambda one: worth(question, one)[0]).number]


SERVICES = (
    "Home care",
    "Home care in Westbrook",
    "Day care",
    "Lift repair in Westbrook",
    "居家养老白云区",
    "居家养老东湖区",
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("home care", "Home care"),
        ("westbrook home care", "Home care in Westbrook"),
        ("hme care westbrok", "Home care in Westbrook"),
        ("lift", "Lift repair in Westbrook"),
        ("白云区养老", "居家养老白云区"),
        ("居家养老东糊区", "居家养老东湖区"),
        ("居家養老東湖區", "居家养老东湖区"),
    ],
)
def test_the_text_that_is_meant_is_worth_most(asked: str, found: str) -> None:
    assert best(asked, *SERVICES) == found


def test_a_text_without_any_of_the_words_is_worth_nothing() -> None:
    vocabulary, candidates = collection(*SERVICES)
    assert worth(ask("day", vocabulary, ["en"]), candidates[0]) == (0.0, ())


def test_words_that_nobody_knows_are_named_and_demand_nothing() -> None:
    vocabulary, _ = collection(*SERVICES)
    question = ask("zzzzzz", vocabulary, ["en"])
    assert question.unknown == ("zzzzzz",)
    assert question.all_of() == question.any_of() == NOTHING
    assert list(question.most_of()) == list(question.some_of()) == []


@given(st.text(max_size=60))
def test_any_question_is_worth_between_nothing_and_one(asked: str) -> None:
    vocabulary, candidates = collection(*SERVICES)
    question = ask(asked, vocabulary, ["en", "es", ""])
    for one in candidates:
        assert 0 <= worth(question, one)[0] <= 1 + 1e-9


def test_words_that_come_later_are_known_and_corrected_too() -> None:
    vocabulary = Vocabulary([("housing", "hous", 3)], 5)
    vocabulary.add([("gardens", "garden", 1)], 6)
    assert vocabulary.tokens_of("gardens") == ("garden",)
    assert [one.word for one in vocabulary.meant_by("gradens")] == ["gardens"]
    assert vocabulary.beginning_with("gard") == ["gardens"]
    assert vocabulary.texts == 6


def test_a_vocabulary_that_grew_a_lot_is_to_be_built_anew() -> None:
    vocabulary = Vocabulary([], 0)
    vocabulary.add([(f"word{k}", f"word{k}", 1) for k in range(MANY_LATE + 1)], 1)
    assert vocabulary.is_stale


def test_a_word_that_two_languages_file_apart_has_both_tokens() -> None:
    assert Vocabulary([("media", "media", 2), ("media", "medi", 1)], 3).tokens_of("media") == ("media", "medi")


def test_common_words_are_asked_for_too_where_there_is_too_much_without_them() -> None:
    texts = [f"{'bus' if k < 4 else 'walk'} {'hill' if k % 6 == 0 else 'mill'} town" for k in range(60)]
    vocabulary, _ = collection(*texts)
    asked = ask("bus hill town", vocabulary, ["en"])
    assert asked.all_of() == "bus"  # “hill” is in one of six
    assert fulfils(frozenset({"bus", "hill"}), asked.every()), "what all texts have says nothing"
    assert not fulfils(frozenset({"bus", "town"}), asked.every())
    assert ask("bus", vocabulary, ["en"]).every() == NOTHING
    assert ask("", vocabulary, ["en"]).every() == NOTHING
