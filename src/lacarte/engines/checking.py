"""Arrays that are given are taken exactly or refused by name, index and value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["refuse", "whole_numbers"]


def whole_numbers(name: str, values: Any, kind: Any) -> npt.NDArray[Any]:
    """``values`` as a one-dimensional array of the integer ``kind``, exactly; the same array if it is one already.

    Raises ``ValueError`` for another shape or dtype, naming the first value that does not fit.
    """
    given = np.asarray(values)
    if given.ndim != 1:
        raise ValueError(f"{name} has {given.ndim} dimensions, it must have 1")
    if given.dtype == kind:
        return np.ascontiguousarray(given)
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"{name} holds {given.dtype}, it must hold whole numbers")
    limits = np.iinfo(kind)
    if given.size and (int(given.min()) < limits.min or int(given.max()) > limits.max):
        refuse(name, (given < limits.min) | (given > limits.max), given, f"does not fit {np.dtype(kind)}")
    return given.astype(kind)


def refuse(name: str, wrong: npt.NDArray[np.bool_], values: npt.NDArray[Any], why: str, shift: int = 0) -> None:
    """Raise ``ValueError`` naming the first of ``values`` that is wrong; ``shift`` is added to its index."""
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"{name}[{at + shift}] = {values[at]} {why}")
