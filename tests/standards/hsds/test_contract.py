"""Our description has every operation and every parameter of the standard's contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lacarte.standards.hsds.api.openapi import description
from lacarte.standards.hsds.shapes import VERSIONS

STANDARDS = Path(__file__).parents[4] / "shared" / "standards"
needs_shared = pytest.mark.skipif(
    not STANDARDS.is_dir(), reason="the standards' own files are not beside this checkout"
)


def operations(contract: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """The names of the parameters of each operation, by path and method."""
    found = {}
    for path, methods in contract["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method != "parameters":
                told = [*shared, *operation.get("parameters", [])]
                found[path, method] = {one.get("name") or one["$ref"].rsplit("/", 1)[1] for one in told}
    return found


@needs_shared
@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_of_the_contract_is_there_with_its_parameters(version: str) -> None:
    theirs = operations(json.loads((STANDARDS / f"hsds-{version}" / "openapi.json").read_text()))
    ours = operations(description("https://city.example", version))
    assert set(ours) == set(theirs)
    assert [(name, theirs[name] - ours[name]) for name in theirs if not theirs[name] <= ours[name]] == []
