"""Whether what goes out is HSDS: every row and object against the schemas, before anything is published."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs

from lacarte.kernel import clock
from lacarte.standards.hsds.shapes import NEWEST, kinds, row_schema, schema
from lacarte.standards.hsds.tables import Tables
from lacarte.standards.validation import Validation


@lru_cache
def row_validator(name: str, version: str) -> Any:
    """Checks the rows of a kind's table."""
    return jsonschema_rs.validator_for(row_schema(kinds(version)[name]))


@lru_cache
def object_validator(name: str, version: str) -> Any:
    """Checks objects of a kind with all that is in them."""
    return jsonschema_rs.validator_for(schema(name, version))


def validated(tables: Tables, version: str = NEWEST) -> Validation:
    """Check every row of every table."""
    found = Validation("HSDS", version, clock.now())
    for name, rows in tables.items():
        if rows:
            found.check(kinds(version)[name].table, row_validator(name, version), rows.values())
    return found
