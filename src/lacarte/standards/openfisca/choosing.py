"""Which law counts in an installation, and which of its facts our facts are: ``law.toml`` in its folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from lacarte.standards.openfisca.systems import LawError

FILE = "law.toml"


@dataclass(frozen=True)
class Chosen:
    """The package, the variable that each of our facts is, and the variables whose usual value is assumed.

    ``people`` is the fact that says how many live together; empty where none does.
    """

    package: str
    facts: Mapping[str, str]
    assumed: tuple[str, ...]
    people: str = ""


def chosen() -> Chosen:
    """What the installation's file says. Raises :class:`LawError` where there is none, or it is wrong."""
    path = Path(settings.HOME) / FILE
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise LawError(f"{path} is not there: it names the package of the law") from error
    return _read(path, changed)


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> Chosen:
    """Read anew whenever the file was written anew."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LawError(f"{path} cannot be read: {error}") from error
    if strange := sorted(said.keys() - {"package", "facts", "assumed", "people"}):
        raise LawError(f"{path}: “{strange[0]}” is nothing that is asked for")
    package, facts, assumed = said.get("package"), said.get("facts", {}), said.get("assumed", [])
    if not isinstance(package, str):
        raise LawError(f'{path}: package is missing, such as package = "openfisca_country_template"')
    if not isinstance(facts, dict) or not _texts(facts.values()):
        raise LawError(f'{path}: [facts] has one line for each of our facts, such as age = "age"')
    if not isinstance(assumed, list) or not _texts(assumed):
        raise LawError(f'{path}: assumed is a list of variables, such as ["capital_returns"]')
    if not isinstance(people := said.get("people", ""), str):
        raise LawError(f'{path}: people is one of our facts, such as people = "household-size"')
    return Chosen(package, facts, tuple(assumed), people)


def _texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
