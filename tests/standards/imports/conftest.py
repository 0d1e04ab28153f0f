"""Imports in small pieces."""

from __future__ import annotations

import pytest


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are written at a time."""
    monkeypatch.setattr("lacarte.standards.imports.requests._BATCH", 3)
