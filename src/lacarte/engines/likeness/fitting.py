"""Weights from labelled pairs: a logistic regression with a small ridge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_MOST_STEPS = 100
_STILL = 1e-9


def fit(rows: Floats, same: npt.ArrayLike, ridge: float = 0.3) -> Floats:
    """Weights (``float64[k]``, log odds) that make the labels ``same`` (n of 0 and 1) most probable.

    ``rows`` is ``float64[n, k]``; its first column, of ones, is not held back by ``ridge``. Newton's method
    (iteratively reweighted least squares; Hastie, Tibshirani and Friedman, 2009, section 4.4.1). Raises
    ``ValueError`` for labels of one kind only.
    """
    labels = np.asarray(same, dtype=np.float64)
    if labels.shape != (len(rows),) or not 0 < labels.sum() < len(labels):
        raise ValueError("every row needs a label, and there must be labels of both kinds")
    held = np.full(rows.shape[1], ridge)
    held[0] = 0.0
    weights = np.zeros(rows.shape[1])
    for _ in range(_MOST_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -40, 40)))
        slope = rows.T @ (labels - chance) - held * weights
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(held + 1e-9)
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < _STILL:
            break
    return weights
