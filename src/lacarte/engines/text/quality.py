"""How good labels are: shares of right ones, by label and by language, and whether a model beats another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.text.calibration import NEVER, calibration_error

__all__ = ["LabelQuality", "PartQuality", "Quality", "chance_better", "macro_f1_of", "measure"]

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LabelQuality:
    """Of one label: how many texts are of it, what share of it was found, and above which probability it is set.

    ``set_texts`` of the texts were set to it by themselves, ``set_right`` of these rightly. ``threshold`` is
    ``None`` where a person always decides.
    """

    texts: int
    precision: float
    recall: float
    f1: float
    threshold: float | None
    set_texts: int
    set_right: int


@dataclass(frozen=True)
class PartQuality:
    """Of the texts in one language: ``calibration`` is the expected calibration error."""

    texts: int
    accuracy: float
    macro_f1: float
    calibration: float


@dataclass(frozen=True)
class Quality(PartQuality):
    """Of all texts, of each label and of each language. ``set_texts`` as in :class:`LabelQuality`."""

    set_texts: int
    set_right: int
    labels: dict[str, LabelQuality]
    languages: dict[str, PartQuality]


def measure(
    labels: Sequence[str],
    truth: Sequence[str],
    probabilities: npt.NDArray[np.float64],
    threshold: npt.NDArray[np.float64],
    languages: Sequence[str],
) -> Quality:
    """The quality of ``probabilities`` (texts × labels) of texts that are ``truth``, which may name other labels.

    Macro-F1 is the mean over the labels that ``truth`` names. Without any text every share is 0.
    """
    names = [*labels, *sorted(set(truth) - set(labels))]
    number = {label: k for k, label in enumerate(names)}
    true = np.array([number[label] for label in truth], dtype=np.int64)
    guess = probabilities.argmax(axis=1) if len(true) else true
    top = probabilities[np.arange(len(true)), guess] if len(true) else np.zeros(0)
    is_set = top >= threshold[guess] if len(true) else np.zeros(0, dtype=np.bool_)
    limit = [*threshold.tolist(), *[NEVER] * (len(names) - len(labels))]
    by_label = {
        names[k]: _label(true, guess, is_set, k, None if limit[k] >= NEVER else limit[k])
        for k in sorted(set(true.tolist()))
    }
    spoken = np.array(languages, dtype=object)
    by_language = {
        tag: _part(true[spoken == tag], guess[spoken == tag], top[spoken == tag]) for tag in sorted(set(languages))
    }
    whole = _part(true, guess, top)
    return Quality(
        whole.texts, whole.accuracy, whole.macro_f1, whole.calibration,
        int(is_set.sum()), int((is_set & (true == guess)).sum()), by_label, by_language,
    )  # fmt: skip


def macro_f1_of(truth: Sequence[str], said: Sequence[str]) -> float:
    """The mean of the F1 of the labels that ``truth`` names; 0 without any."""
    names = {label: k for k, label in enumerate(sorted({*truth, *said}))}
    true, guess = (np.array([names[one] for one in side], dtype=np.int64) for side in (truth, said))
    return _macro_f1(true, guess)


def _macro_f1(true: Labels, guess: Labels, weight: npt.NDArray[np.float64] | None = None) -> float:
    """As :func:`macro_f1_of`, of numbered labels, each text counting ``weight``."""
    if not len(true):
        return 0.0
    size = int(max(true.max(), guess.max())) + 1
    there = np.bincount(true, weight, minlength=size)
    found = np.bincount(guess, weight, minlength=size)
    both = np.bincount(true[true == guess], None if weight is None else weight[true == guess], minlength=size)
    named = there > 0
    return float((2 * both[named] / (there[named] + found[named])).mean()) if named.any() else 0.0


def chance_better(
    truth: Sequence[str], old: Sequence[str], new: Sequence[str], *, seed: int = 0, draws: int = 2000
) -> float:
    """The share of redrawn held-out parts in which ``new`` has a higher macro-F1 than ``old`` (paired bootstrap).

    Texts are drawn with replacement, the same for both; where both are equal a draw counts half. 0.5 says that
    nothing is known, and so does an empty ``truth``.
    """
    names = {label: k for k, label in enumerate(sorted({*truth, *old, *new}))}
    true, before, after = (np.array([names[one] for one in side], dtype=np.int64) for side in (truth, old, new))
    if not len(true) or (before == after).all():
        return 0.5
    generator, wins = np.random.default_rng(seed), 0.0
    for _ in range(draws):
        weight = np.bincount(generator.integers(0, len(true), len(true)), minlength=len(true)).astype(np.float64)
        gain = _macro_f1(true, after, weight) - _macro_f1(true, before, weight)
        wins += 1.0 if gain > 0 else 0.5 if gain == 0 else 0.0
    return wins / draws


def _label(
    true: Labels, guess: Labels, is_set: npt.NDArray[np.bool_], label: int, threshold: float | None
) -> LabelQuality:
    there, found = true == label, guess == label
    both = int((there & found).sum())
    precision, recall = both / max(int(found.sum()), 1), both / max(int(there.sum()), 1)
    f1 = 2 * both / max(int(there.sum() + found.sum()), 1)
    mine = is_set & found
    return LabelQuality(
        int(there.sum()), precision, recall, f1, threshold, int(mine.sum()), int((mine & there).sum())
    )


def _part(true: Labels, guess: Labels, top: npt.NDArray[np.float64]) -> PartQuality:
    right = true == guess
    accuracy = float(right.mean()) if len(true) else 0.0
    return PartQuality(len(true), accuracy, _macro_f1(true, guess), calibration_error(top, right))
