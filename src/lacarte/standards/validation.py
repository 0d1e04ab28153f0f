"""What was checked of an export before it was published, and the report of it that is kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

#: Faults that a report lists; it counts all.
_LISTED = 100
Validator = Any


class MissingEngineError(Exception):
    """What reads or checks a standard's files is not installed; the message says what to do."""


class InvalidExportError(Exception):
    """What was made breaks its standard; nothing was published. ``args``: the :class:`Validation`."""

    @property
    def validation(self) -> Validation:
        """What was checked, and what is wrong."""
        found: Validation = self.args[0]
        return found


@dataclass
class Validation:
    """What was checked of one export, and what is wrong with it."""

    standard: str
    version: str
    at: datetime
    checked: Counter[str] = field(default_factory=Counter)  # by table or kind
    faults: list[dict[str, str]] = field(default_factory=list)  # the first hundred
    wrong: int = 0
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong == 0

    def check(self, name: str, validator: Validator, values: Iterable[Mapping[str, Any]]) -> None:
        """Check rows or objects, each with an ``id``, by a validator of jsonschema-rs."""
        is_valid, checked = validator.is_valid, 0
        for value in values:
            checked += 1
            if not is_valid(value):
                self._note(name, validator, value)
        self.checked[name] += checked

    def _note(self, name: str, validator: Validator, value: Mapping[str, Any]) -> None:
        error = next(iter(validator.iter_errors(value)))
        where = "/".join(str(part) for part in error.instance_path)
        self.note(name, str(value.get("id", "")), where, error.message)

    def note(self, name: str, key: str, field: str, wrong: str) -> None:
        """Note a fault: in which table or class, of which record, in which field, and what it is."""
        self.wrong += 1
        if len(self.faults) < _LISTED:
            self.faults.append({"in": name, "id": key, "field": field, "wrong": wrong[:300]})

    def as_json(self) -> dict[str, Any]:
        """The report as it is kept."""
        return {
            "standard": self.standard,
            "version": self.version,
            "at": self.at.isoformat(),
            "checked": dict(self.checked),
            "wrong": self.wrong,
            "faults": self.faults,
            "seconds": round(self.seconds, 3),
        }

    def text(self) -> str:
        """A few readable lines."""
        total = sum(self.checked.values())
        lines = [f"{total:,} rows checked against {self.standard} {self.version}, {self.wrong:,} of them wrong."]
        lines += [f"  {one['in']} {one['id']}, {one['field']}: {one['wrong']}" for one in self.faults[:10]]
        return "\n".join(lines)

    def keep(self) -> Path:
        """Keep the report in the installation's home folder, in the place of the one before. Returns its path."""
        path = Path(settings.HOME) / "reports" / f"{self.standard.lower()}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(path)
        return path
