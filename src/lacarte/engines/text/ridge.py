"""Least squares on sparse rows for many targets at once, by conjugate gradients."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.text.sparse import Matrix, Rows

__all__ = ["fit_ridge"]

_LEAST = 1e-20


def fit_ridge(
    rows: Rows,
    targets: Matrix,
    weight: npt.NDArray[np.float64],
    *,
    penalty: float,
    tolerance: float = 1e-3,
    rounds: int = 100,
) -> tuple[Matrix, Matrix]:
    """Weights W (columns × targets) and intercepts b with the least weighted squares of rows·W + b − targets.

    ``penalty`` times the squares of W is added; the intercepts go free. It ends where the residual of every
    target is ``tolerance`` times that of the start, or after ``rounds``. Source: Hestenes and Stiefel 1952,
    on the normal equations, each target with steps of its own.
    """
    share = (weight / weight.sum()).astype(np.float32)[:, None]
    scale = np.float32(weight.sum())
    middle = (share * targets).sum(axis=0)
    centre = rows.transposed_times(share)[:, 0]  # mean of the columns, taken off without losing sparseness

    def ahead(table: Matrix) -> Matrix:
        return rows.times(table) - centre @ table

    def back(error: Matrix) -> Matrix:
        weighted = share * error
        return scale * (rows.transposed_times(weighted) - np.outer(centre, weighted.sum(axis=0)))

    table = np.zeros((rows.columns, targets.shape[1]), dtype=np.float32)
    left = back(targets - middle)
    way, size = left.copy(), (left**2).sum(axis=0)
    until = tolerance**2 * np.maximum(size, _LEAST)
    for _ in range(rounds):
        if (size <= until).all():
            break
        curved = back(ahead(way)) + np.float32(penalty) * way
        step = size / np.maximum((way * curved).sum(axis=0), _LEAST)
        table += step * way
        left -= step * curved
        before, size = size, (left**2).sum(axis=0)
        way = left + size / np.maximum(before, _LEAST) * way
    return table, np.asarray(middle - centre @ table, dtype=np.float32)
