"""What words say for labels that are described, with phrases that mean the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.text.analysis import terms
from lacarte.engines.text.synonyms import Synonyms
from lacarte.engines.text.word_table import Said, WordTable

LABELS = ("care", "lift", "work")
SYNONYMS = Synonyms(
    [{"en": ["home care", "cannot manage alone"], "zh-hans": ["照顾老人"]}, {"en": ["lift", "elevator"]}]
)
SAID = (
    Said("care", "Home care", "en", 1.0),
    Said("care", "washing and dressing", "en", 0.5),
    Said("lift", "Lift repair", "en", 1.0),
    Said("work", "Finding work", "en", 1.0),
    Said("work", "电梯", "zh-hans", 1.0),
)


@pytest.fixture
def table() -> WordTable:
    return WordTable(SAID, LABELS, SYNONYMS, 1.0)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("she washes herself no more", "care"),  # by its stem
        ("I cannot manage alone", "care"),  # by what means the same
        ("想找人照顾老人", "care"),  # in another language
        ("the elevator", "lift"),
        ("电梯", "work"),
    ],
)
def test_words_speak_for_the_label_that_has_them(table: WordTable, text: str, label: str) -> None:
    assert LABELS[int(table.scores([text])[0].argmax())] == label


def test_the_commonest_words_and_unknown_ones_say_nothing(table: WordTable) -> None:
    assert not table.scores(["and the", "zebra", ""]).any()


def test_the_labels_own_words_say_more_than_what_means_the_same(table: WordTable) -> None:
    own, other = table.scores(["lift", "elevator"])[:, LABELS.index("lift")]
    assert own > other > 0


def test_a_phrase_is_found_whole_and_in_its_order() -> None:
    assert SYNONYMS.groups_in(terms("we need home care now", "en")) == [0]
    assert SYNONYMS.groups_in(terms("care home", "en")) == []
    assert SYNONYMS.groups_in(terms("一直照顾老人家", "zh-hans")) == [0]


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_is_scored_by_itself(texts: list[str]) -> None:
    table = WordTable(SAID, LABELS, SYNONYMS, 0.2)
    together = table.scores(texts)
    assert together.shape == (len(texts), len(LABELS))
    assert np.isfinite(together).all()
    assert (together >= 0).all()
    for k, text in enumerate(texts):
        assert (table.scores([text])[0] == together[k]).all()
