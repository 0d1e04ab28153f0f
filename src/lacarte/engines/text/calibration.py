"""Probabilities that can be believed: how sure scores are, and above which probability a label may be set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["NEVER", "calibration_error", "fit_temperature", "softmax", "thresholds"]

Vector = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

#: The threshold of a label that is never set without a person: no probability reaches it.
NEVER = 2.0
#: No label is set that is less likely than all others together.
_LEAST = 0.5
_COLDEST, _WARMEST = 0.01, 10.0
_GOLDEN = (np.sqrt(5.0) - 1) / 2


def softmax(scores: npt.NDArray[np.floating], temperature: float = 1.0) -> Vector:
    """Probabilities of ``scores / temperature``, row by row."""
    high = np.asarray(scores, dtype=np.float64) / temperature
    odds = np.exp(high - high.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit_temperature(scores: npt.NDArray[np.floating], label: Labels) -> float:
    """The temperature with which the scores of texts that were not learnt from surprise least.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks. A golden-section search.
    """

    def surprise(logarithm: float) -> float:
        chance = softmax(scores, float(np.exp(logarithm)))[np.arange(len(label)), label]
        return float(-np.log(np.maximum(chance, 1e-12)).mean())

    low, high = np.log(_COLDEST), np.log(_WARMEST)
    for _ in range(40):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, right) if surprise(left) <= surprise(right) else (left, high)
    return float(np.exp((low + high) / 2))


def calibration_error(probability: Vector, right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error of the likeliest labels, 0 to 1, over bins that hold equally many of them.

    The mean distance between what a bin's probabilities promise and the share that was right. 0 without any.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(float(probability[part].mean() - right[part].mean())) * len(part) for part in parts]
    return float(sum(gaps) / max(len(order), 1))


def thresholds(probabilities: Vector, label: Labels, target: float) -> Vector:
    """For each label the least probability from which on it is right ``target`` of the time, else :data:`NEVER`.

    ``probabilities`` (texts × labels) are of texts that were not learnt from, ``label`` what is true of them. So
    that luck is no proof, one more wrong text is counted than there is: with a target of 0.9 it takes nine right.
    """
    best = probabilities.argmax(axis=1)
    top = probabilities[np.arange(len(best)), best]
    found = np.full(probabilities.shape[1], NEVER)
    for one in range(len(found)):
        mine = np.flatnonzero(best == one)
        mine = mine[np.argsort(-top[mine], kind="stable")]
        right = np.cumsum(label[mine] == one)
        enough = right >= target * (np.arange(len(mine)) + 2)
        last_of_equal = np.append(top[mine][1:] < top[mine][:-1], True)[: len(mine)]
        if len(good := np.flatnonzero(enough & last_of_equal)):
            found[one] = max(top[mine[good[-1]]], _LEAST)
    return found
