"""The classifier of texts: what it promises of any input, and what it reaches on real texts."""

from __future__ import annotations

import csv
import random
import time
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.text import Classifier, chance_better, fit, macro_f1_of, measure, share_of
from lacarte.engines.text.calibration import NEVER, calibration_error, fit_temperature, softmax, thresholds
from lacarte.engines.text.features import choose_vocabulary
from lacarte.engines.text.folding import signs
from lacarte.engines.text.grams import grams
from lacarte.engines.text.ridge import fit_ridge
from lacarte.engines.text.sparse import Rows
from lacarte.engines.text.words import KnownPieces, words_that_spoke

MESSAGES = Path(__file__).parents[3] / "shared" / "data" / "zh" / "messages_labelled.csv"
LIFT = [
    "the lift is stuck",
    "lift broken again",
    "elevator out of order",
    "stuck in the lift",
    "电梯坏了",
    "电梯困人",
]
CARE = [
    "a nurse for my mother",
    "help with washing",
    "care at home",
    "washing and dressing",
    "老人护理",
    "上门护理老人",
]
EXAMPLES = [(text, "lift") for text in LIFT] + [(text, "care") for text in CARE]
TEXTS = st.lists(st.text(max_size=60), max_size=8)


@pytest.fixture(scope="module")
def model() -> Classifier:
    return fit(EXAMPLES)


@given(texts=TEXTS)
def test_probabilities_of_any_text_sum_to_1_whatever_stands_beside_it(model: Classifier, texts: list[str]) -> None:
    together = model.probabilities(texts)
    assert together.shape == (len(texts), 2)
    assert np.allclose(together.sum(axis=1), 1)
    assert (together >= 0).all()
    for row, text in zip(together, texts, strict=True):
        assert np.allclose(model.probabilities([text])[0], row, atol=1e-6)


@given(text=st.text(max_size=200))
def test_words_that_spoke_are_words_of_the_text(model: Classifier, text: str) -> None:
    for found in model.suggest(text):
        assert len(found.words) <= 3
        assert all(word in normalize("NFC", text) for word in found.words)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_the_examples_does_not_matter(model: Classifier, seed: int) -> None:
    shuffled = EXAMPLES * 2
    random.Random(seed).shuffle(shuffled)
    again = fit(shuffled)
    assert np.array_equal(again.table, model.table)
    assert np.array_equal(again.vocabulary.key, model.vocabulary.key)
    assert (again.temperature, again.labels) == (model.temperature, model.labels)


def test_case_width_marks_and_digits_do_not_matter(model: Classifier) -> None:
    [first, second] = model.probabilities(["LIFT Ｂroken 3", "lift brôken 7"])
    assert np.allclose(first, second)


@pytest.mark.parametrize(
    ("said", "folded"),
    [
        ("八十三岁了", "000岁了"),
        ("满一百零三歲", "满0000歲"),
        ("三岁", "0岁"),
        ("岁", "岁"),
        ("三楼八十三", "三楼八十三"),
        ("二〇二〇年五岁", "二〇二〇年0岁"),
    ],
)
def test_a_number_of_years_in_han_is_folded_as_digits_are(said: str, folded: str) -> None:
    assert "".join(map(chr, signs([said]).code)) == f" {folded} "


def test_who_is_eighty_three_is_not_taken_for_who_is_three() -> None:
    model = fit(
        [], always=[("三岁以下孩子的托位", "nursery"), ("六到十四岁的营", "camp"), ("帮老人吃饭洗澡", "care")]
    )
    for said in ("八十三岁，要人喂饭", "老妈八十四岁，洗不了"):
        assert model.suggest(said)[0].label == "care", said


def test_what_nothing_is_known_of_gets_no_suggestion(model: Classifier) -> None:
    assert model.suggest("zzz") == []
    assert model.suggest("") == []


def test_neighbours_that_spoke_are_one_phrase_and_single_signs_are_not_told(model: Classifier) -> None:
    [best, _other] = model.suggest("我们楼的电梯又坏了")
    assert best.label == "lift"
    assert any("电梯" in word for word in best.words)
    assert all(len(word) > 1 for word in best.words)
    assert model.suggest("please mend the lift")[0].words == ("the lift",)


def test_only_labels_among_those_asked_for_are_suggested(model: Classifier) -> None:
    assert [one.label for one in model.suggest("the lift is stuck", among={"care"})] == ["care"]
    assert not model.suggest("the lift is stuck", among={"care"})[0].sure


def test_without_any_example_nothing_is_learnt() -> None:
    with pytest.raises(ValueError, match="no example"):
        fit([])


def test_what_a_small_menu_does_not_name_takes_its_share() -> None:
    menu = replace(fit([], always=EXAMPLES, penalty=1.0, least=1, evenness=1.0), temperature=0.085, others=58.0)
    assert menu.suggest("the lift is stuck")[0].probability > 0.9
    assert menu.suggest("something about the other washer")[0].probability < 0.9
    assert menu.probabilities(["hello"]).sum() < 1


def test_examples_that_always_teach_do_not_decide_what_may_be_set() -> None:
    taught = fit([], always=EXAMPLES)
    assert (taught.threshold == NEVER).all()


@given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=6, unique=True))
def test_equal_texts_lie_on_the_same_side_however_they_are_written(texts: list[str]) -> None:
    for text in texts:
        assert 0 <= share_of(text, "held out") < 1
        assert share_of(text, "held out") == share_of(f"  {text} ", "held out")
    assert share_of("Lift  broken", "a") == share_of("ＬＩＦＴ broken", "a") != share_of("Lift broken", "b")


def test_ridge_finds_what_the_normal_equations_say() -> None:
    draw = np.random.default_rng(3)
    dense = (draw.random((40, 12)) * (draw.random((40, 12)) < 0.4)).astype(np.float32)
    wanted, weight = draw.normal(size=(40, 3)).astype(np.float32), draw.random(40) + 0.5
    start = np.concatenate([[0], np.cumsum((dense != 0).sum(axis=1))])
    rows = Rows(start, np.nonzero(dense)[1].astype(np.int32), dense[dense != 0], 12)
    table, intercept = fit_ridge(rows, wanted, weight, penalty=0.7, tolerance=1e-7)
    middle, target = np.average(dense, axis=0, weights=weight), np.average(wanted, axis=0, weights=weight)
    centred = dense - middle
    exact = np.linalg.solve(
        centred.T @ (weight[:, None] * centred) + 0.7 * np.eye(12),
        centred.T @ (weight[:, None] * (wanted - target)),
    )
    assert np.allclose(table, exact, atol=1e-4)
    assert np.allclose(intercept, target - middle @ exact, atol=1e-4)


@given(seed=st.integers(0, 100), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_sparse_products_equal_dense_ones(seed: int, rows: int, columns: int) -> None:
    draw = np.random.default_rng(seed)
    dense = (draw.random((rows, columns)) * (draw.random((rows, columns)) < 0.3)).astype(np.float32)
    start = np.concatenate([[0], np.cumsum((dense != 0).sum(axis=1))])
    sparse = Rows(start, np.nonzero(dense)[1].astype(np.int32), dense[dense != 0], columns)
    right, left = draw.random((columns, 2)).astype(np.float32), draw.random((rows, 2)).astype(np.float32)
    assert np.allclose(sparse.times(right), dense @ right, atol=1e-5)
    assert np.allclose(sparse.transposed_times(left), dense.T @ left, atol=1e-5)


def test_every_piece_of_a_vocabulary_is_found_again_and_no_other() -> None:
    vocabulary = choose_vocabulary(LIFT + CARE, np.array([0] * 6 + [1] * 6), 2, least=1, most=10_000)
    assert vocabulary.columns(vocabulary.key).tolist() == list(range(len(vocabulary.key)))
    strangers = vocabulary.key + np.uint64(1)
    known = np.isin(strangers, vocabulary.key)
    assert ((vocabulary.columns(strangers) >= 0) == known).all()


def test_words_that_spoke_are_those_of_the_label_that_is_asked_about(model: Classifier) -> None:
    text, vocabulary = "washing is stuck in the lift", model.vocabulary
    pieces = KnownPieces.of(text, vocabulary, grams([text]), vocabulary.columns(grams([text]).key))
    care, lift = model.labels.index("care"), model.labels.index("lift")
    assert "washing" in words_that_spoke(pieces, model.table, care)[0]
    assert "lift" in " ".join(words_that_spoke(pieces, model.table, lift))


def test_the_temperature_makes_overconfident_scores_honest() -> None:
    draw = np.random.default_rng(0)
    scores = draw.normal(size=(4000, 3))
    label = np.array([draw.choice(3, p=row) for row in softmax(scores, 2.0)])
    assert fit_temperature(scores, label) == pytest.approx(2.0, rel=0.1)
    chance = softmax(scores, 2.0)
    right = chance.argmax(axis=1) == label
    assert calibration_error(chance.max(axis=1), right) < 0.03
    assert calibration_error(softmax(scores, 0.2).max(axis=1), right) > 0.2


def test_a_label_is_set_only_from_where_it_is_right_often_enough() -> None:
    top = np.linspace(0.99, 0.51, 49)
    chance = np.column_stack([top, 1 - top])
    label = np.array([0] * 30 + [1] * 19)
    from_here = thresholds(chance, label, 0.9)
    chosen = top >= from_here[0]
    assert 30 <= chosen.sum() <= 33
    assert (label[chosen] == 0).mean() >= 0.9
    assert from_here[1] == NEVER, "nothing was ever guessed to be of it"
    few = thresholds(chance[:8], label[:8], 0.9)
    assert few[0] == NEVER, "eight right ones may be luck"
    assert thresholds(chance[:9], label[:9], 0.9)[0] == pytest.approx(top[8])


def test_no_label_is_set_that_is_less_likely_than_the_others_together() -> None:
    chance = np.tile([0.4, 0.3, 0.3], (50, 1))
    assert thresholds(chance, np.zeros(50, dtype=np.int64), 0.9)[0] == 0.5


def test_quality_is_told_by_label_and_by_language() -> None:
    chance = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    quality = measure(("a", "b"), ["a", "a", "b", "b"], chance, np.array([0.7, NEVER]), ["en", "en", "zh", "zh"])
    assert (quality.accuracy, quality.texts) == (0.75, 4)
    assert quality.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert (quality.labels["a"].precision, quality.labels["a"].recall) == (pytest.approx(2 / 3), 1.0)
    assert (quality.labels["b"].threshold, quality.labels["a"].set_texts) == (None, 2)
    assert quality.labels["a"].set_right == 2
    assert quality.languages["en"].accuracy == 1.0
    assert quality.languages["zh"].accuracy == 0.5


def test_a_label_that_was_never_learnt_lowers_the_quality() -> None:
    quality = measure(("a",), ["a", "new"], np.ones((2, 1)), np.array([0.5]), ["en", "en"])
    assert quality.labels["new"].recall == 0.0
    assert quality.macro_f1 == pytest.approx((2 / 3) / 2)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_macro_f1_of_a_perfect_answer_is_1_and_never_more(pairs: list[tuple[str, str]]) -> None:
    truth, said = [a for a, _ in pairs], [b for _, b in pairs]
    assert macro_f1_of(truth, truth) == 1.0
    assert 0 <= macro_f1_of(truth, said) <= 1.0


def test_noise_is_not_better_and_a_better_model_is() -> None:
    draw = np.random.default_rng(5)
    truth = [str(k) for k in draw.integers(0, 3, 300)]
    half = [t if draw.random() < 0.7 else "0" for t in truth]
    other = [t if draw.random() < 0.7 else "0" for t in truth]
    good = [t if draw.random() < 0.9 else "0" for t in truth]
    assert chance_better(truth, half, half) == 0.5
    assert 0.02 < chance_better(truth, half, other) < 0.98
    assert chance_better(truth, half, good) > 0.99
    assert chance_better(truth, good, half) < 0.01
    assert chance_better(truth, half, good, seed=4) == chance_better(truth, half, good, seed=4)
    assert chance_better([], [], []) == 0.5


@pytest.mark.skipif(not MESSAGES.is_file(), reason="the real data are not here")
def test_real_messages_are_sorted_as_well_as_a_third_of_them_allows_and_quickly() -> None:
    with MESSAGES.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    learn = [row for row in rows if share_of(row[0], "real") < 0.33]
    held = [row for row in rows if share_of(row[0], "real") > 0.8]
    learnt = fit(learn)
    texts, truth = [text for text, _ in held], [label for _, label in held]
    start = time.process_time()
    chances = learnt.probabilities(texts)
    pace = len(texts) / (time.process_time() - start)
    quality = measure(learnt.labels, truth, chances, learnt.threshold, ["zh-hans"] * len(truth))
    assert quality.macro_f1 > 0.88, "0.90 when this was written; 0.93 from four fifths of the messages"
    assert quality.calibration < 0.06
    assert quality.set_right / quality.set_texts > 0.87
    assert quality.set_texts > 0.5 * quality.texts
    assert pace > 2500, "some 8,000 a second on a core of its own"
