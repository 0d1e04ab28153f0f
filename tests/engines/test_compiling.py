"""What runs in plain Python, and what is compiled."""

from __future__ import annotations

import numpy as np
import pytest

from lacarte.engines import compiling
from lacarte.engines.compiling import COMPILE_FROM, STEPS_OF_A_NEED, kernel


@kernel
def total(values):  # type: ignore[no-untyped-def]
    found = 0
    for value in values:
        found += value
    return found


def test_much_work_is_compiled_and_little_is_not() -> None:
    pytest.importorskip("numba")
    enough = COMPILE_FROM * STEPS_OF_A_NEED
    assert total.for_steps(enough - 1) is total.function
    assert total.for_steps(enough) is total.compiled
    values = np.arange(10)
    assert total.for_steps(0)(values) == total.for_steps(enough)(values) == total(values) == 45


def test_without_numba_all_is_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "find_spec", lambda name: None)
    assert total.for_steps(10**12) is total.at_size(10**6) is total.function
