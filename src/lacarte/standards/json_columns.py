"""Columns of JSON that are read as text, because in a menu the same texts come again and again."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.db.models import JSONField, Model


def json_columns(model: type[Model]) -> frozenset[str]:
    """The columns of a model that hold JSON."""
    return frozenset(field.name for field in model._meta.concrete_fields if isinstance(field, JSONField))


@lru_cache(maxsize=8192)
def loaded(text: str) -> Any:
    """What JSON says. It is shared: nobody may change it."""
    return json.loads(text)
