"""What a city publishes so that anybody can tell that a match was not changed afterwards."""

from __future__ import annotations

import hashlib

import numpy as np

from lacarte.engines.matching.problem import Problem, Result

#: The arrays of a problem, in the order in which they are hashed, and how their numbers are written.
_PROBLEM = (
    ("candidate_start", "<i8"),
    ("candidate_offer", "<i4"),
    ("candidate_cost", "<i4"),
    ("capacity", "<i4"),
    ("priority_class", "<u1"),
    ("order", "<i4"),
)
_RESULT = (("assignment", "<i4"), ("price", "<i8"))


def fingerprint(problem: Problem) -> str:
    """SHA-256 of a problem, 64 hexadecimal digits; places are left out, as they change nothing.

    Hashed bytes: ``lacarte problem 1`` and a zero byte; then for each array, in the order candidate_start
    (int64), candidate_offer (int32), candidate_cost (int32), capacity (int32), priority_class (uint8), order
    (int32): how many numbers it has as int64, then the numbers. Everything is little-endian. SHA-256: FIPS 180-4.
    """
    return _digest(b"lacarte problem 1\0", problem, _PROBLEM)


def proof(problem: Problem, result: Result) -> str:
    """SHA-256 of a match and the prices that prove it, 64 hexadecimal digits.

    Hashed bytes: ``lacarte match 1`` and a zero byte; the 64 ASCII digits of :func:`fingerprint`; then assignment
    (int32) and price (int64), each as how many numbers it has (int64) and the numbers, little-endian.
    """
    return _digest(b"lacarte match 1\0" + fingerprint(problem).encode("ascii"), result, _RESULT)


def _digest(begin: bytes, record: Problem | Result, arrays: tuple[tuple[str, str], ...]) -> str:
    digest = hashlib.sha256(begin)
    for name, kind in arrays:
        values = np.ascontiguousarray(getattr(record, name), dtype=kind)
        digest.update(len(values).to_bytes(8, "little", signed=True))
        digest.update(values.data)
    return digest.hexdigest()
