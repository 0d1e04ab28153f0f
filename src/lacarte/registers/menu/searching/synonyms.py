"""Words that mean the same, in all languages: content that is shipped, and that an installation may change."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from django.conf import settings

from lacarte.engines.text.analysis import terms
from lacarte.engines.text.synonyms import Synonyms, telling_tokens

FILE = "synonyms.toml"
_LONGEST = 6  # words of a phrase


class SynonymsError(ValueError):
    """A file of synonyms cannot be read; the message says where and why."""


def synonyms() -> Synonyms:
    """Those that are shipped, with what the installation's own file says. Raises :class:`SynonymsError`."""
    own = Path(settings.HOME) / FILE
    try:
        changed = own.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read(str(own), changed)


@lru_cache(maxsize=1)
def shipped_synonyms() -> Synonyms:
    """Those that come with the program, alone."""
    return Synonyms(_shipped().values())


@lru_cache(maxsize=2)
def _read(own: str, changed: int) -> Synonyms:
    """Read anew whenever the installation's file was written anew."""
    return Synonyms((_shipped() | _groups(_text(Path(own)), own)).values()) if changed else shipped_synonyms()


def _shipped() -> dict[str, dict[str, list[str]]]:
    content = resources.files("lacarte.registers.menu").joinpath("content", FILE)
    return _groups(content.read_text(encoding="utf-8"), FILE)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SynonymsError(f"{path} cannot be read: {error}") from error


def _groups(text: str, name: str) -> dict[str, dict[str, list[str]]]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SynonymsError(f"{name}: {error}") from error
    for group, languages in found.items():
        _check(name, group, languages)
    return found


def _check(name: str, group: str, languages: Any) -> None:
    if not isinstance(languages, dict):
        raise SynonymsError(f'{name}: “{group}” is no group: write [{group}] and below it en = ["…", "…"]')
    for language, phrases in languages.items():
        if not isinstance(phrases, list) or not all(isinstance(one, str) for one in phrases):
            raise SynonymsError(f'{name}, [{group}], {language}: a list of words is due, such as ["…", "…"]')
        for phrase in phrases:
            if not 0 < len(telling_tokens(terms(phrase, language))) <= _LONGEST:
                raise SynonymsError(f"{name}, [{group}], {language}: “{phrase}” has not 1 to {_LONGEST} words")
