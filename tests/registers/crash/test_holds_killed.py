"""Holds under kill -9: nothing is given twice, and what was given back is free again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, scratch_database
from tests.registers.crash.churning import churn

pytestmark = pytest.mark.once


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("operations", "least_kills"),
    [(600, 2), pytest.param(20_000, 20, marks=pytest.mark.crash)],
    ids=["short", "full"],
)
def test_no_unit_is_given_twice_and_none_is_lost(
    kind: str, operations: int, least_kills: int, tmp_path: Path
) -> None:
    with scratch_database(kind, tmp_path) as environment:
        found = churn(environment, tmp_path, operations, every=100)
    assert found.wrong == {}
    assert found.kills >= least_kills
    assert found.figures["refused"] > 0, "nobody met a full lot: this showed nothing"
    assert found.looks > 0
