"""The catalogues of translations: found in the source, kept in ``.po`` files, compiled to ``.mo`` files.

Needs Babel, a development tool, so only the command ``lacarte translations`` imports this module.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path("src", "lacarte")
_ONE, _SEVERAL = (1,), (1, 2)
_IN_CONTEXT, _SEVERAL_IN_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    "_": _ONE,
    **{f"gettext{lazy}": _ONE for lazy in ("", "_lazy", "_noop")},
    **{f"ngettext{lazy}": _SEVERAL for lazy in ("", "_lazy")},
    **{f"pgettext{lazy}": _IN_CONTEXT for lazy in ("", "_lazy")},
    **{f"npgettext{lazy}": _SEVERAL_IN_CONTEXT for lazy in ("", "_lazy")},
}
_PERCENT = re.compile(r"%(?:\(\w+\))?[#0+-]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]|%%")
_BRACES = re.compile(r"\{[^{}]*\}")


class CatalogueError(Exception):
    """A file of the catalogue, or a template, that cannot be read."""


class _Steady(Catalog):
    """A catalogue whose header changes neither with the day nor with the version of Babel."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", f"text/plain; charset={self.charset}"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a translation, and where (``file:line``)."""

    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.where}: {self.words}"


def messages(root: Path) -> Catalog:
    """Every message in the Python files and templates of the checkout, in order of file and line."""
    found = Catalog()
    package = root / PACKAGE
    for path in sorted(path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        if "templates" in path.parts:
            code = _as_python(path)
        elif path.suffix == ".py" and "migrations" not in path.parts:
            code = path.read_text(encoding="utf-8")
        else:
            continue
        name = path.relative_to(root).as_posix()
        found_here = extract("python", io.BytesIO(code.encode()), KEYWORDS, ["Translators:"])
        for line, message, comments, context in found_here:
            found.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return found


def _as_python(template: Path) -> str:
    """The translation tags of a template as calls, line by line, without the indentation that Python minds."""
    try:
        code = templatize(template.read_text(encoding="utf-8"), origin=str(template))
    except SyntaxError as error:
        raise CatalogueError(str(error)) from error
    return "\n".join(line.lstrip() for line in code.split("\n"))


def languages(root: Path) -> list[str]:
    """The locales that have a folder: ``zh_Hans``, …"""
    return sorted(folder.parent.name for folder in (root / PACKAGE / "locale").glob("*/LC_MESSAGES"))


def update(root: Path) -> list[Finding]:
    """Bring every .po and .mo file up to date with the source; what is left to translate."""
    source = messages(root)
    left: list[Finding] = []
    for language in languages(root):
        path = _po(root, language)
        merged = _merged(source, _read(path, language), language)
        with path.open("wb") as file:
            write_po(file, merged, width=115, include_lineno=False)
        path.with_suffix(".mo").write_bytes(_compiled(merged))
        left += _findings(root, source, language)
    return left


def _merged(source: Catalog, known: Catalog, language: str) -> Catalog:
    """The messages of ``source`` with the translations of ``known``; nothing is guessed, nothing stale is kept."""
    merged = _empty(language)
    for message in _real(source):
        old = _same(known, message)
        merged.add(
            message.id,
            old.string if old else None,
            locations=message.locations,
            flags={"fuzzy"} if old and old.fuzzy else (),
            auto_comments=message.auto_comments,
            user_comments=old.user_comments if old else (),
            context=message.context,
        )
    return merged


def findings(root: Path) -> list[Finding]:
    """Everything that is missing, stale or wrong in the catalogues; empty when all is well."""
    source = messages(root)
    return [wrong for language in languages(root) for wrong in _findings(root, source, language)]


def _findings(root: Path, source: Catalog, language: str) -> Iterator[Finding]:
    path = _po(root, language)
    name = path.relative_to(root).as_posix()
    known = _read(path, language)
    for message in _real(source):
        file, line = message.locations[0]
        if not (old := _same(known, message)):
            yield Finding(f"{file}:{line}", f"{_quoted(message)} is missing in {language}")
        elif not _complete(old):
            yield Finding(f"{file}:{line}", f"{_quoted(message)} is not translated in {language}")
    for message in [*_real(known), *known.obsolete.values()]:
        if not _same(source, message):
            yield Finding(f"{name}:{message.lineno}", f"{_quoted(message)} is not in the source any more")
        for words in _misplaced(message, known.num_plurals):
            yield Finding(f"{name}:{message.lineno}", f"the translation of {_quoted(message)} {words}")
    compiled = path.with_suffix(".mo")
    if not compiled.is_file() or compiled.read_bytes() != _compiled(known):
        where = compiled.relative_to(root).as_posix()
        yield Finding(f"{where}:1", f"does not match {path.name}; run `lacarte translations`")


def _misplaced(message: Message, forms: int) -> Iterator[str]:
    """Where a translation and its original do not have the same placeholders.

    The first of several plural forms speaks of one, so it needs only what the original for one has.
    """
    originals = [_placeholders(words) for words in _texts(message.id)]
    known = set().union(*originals)
    for form, words in enumerate(_texts(message.string)):
        needed = originals[0 if form == 0 and forms > 1 else -1]
        used = _placeholders(words)
        if not words:
            continue
        for token in sorted(needed.keys() - used.keys()):
            yield f"lacks {token}"
        for token in sorted(used.keys() - known):
            yield f"has {token}, which the original does not have"
        for token in sorted(needed.keys() & used.keys()):
            if "(" not in token and "{" not in token and needed[token] != used[token]:
                yield f"has {token} {used[token]}×, the original {needed[token]}×"
        if any(token.startswith("%") for token in known) and "%" in _PERCENT.sub("", words):
            yield "has a single %, which must be %%"


def _placeholders(words: str) -> Counter[str]:
    return Counter(_PERCENT.findall(words) + _BRACES.findall(words))


def _real(catalogue: Catalog) -> Iterator[Message]:
    """The messages of a catalogue without its header."""
    return (message for message in catalogue if message.id)


def _same(catalogue: Catalog, message: Message) -> Message | None:
    """The message of ``catalogue`` with the same original, context and plural."""
    found = catalogue.get(_texts(message.id)[0], message.context)
    return found if found and _texts(found.id) == _texts(message.id) else None


def _complete(message: Message) -> bool:
    return not message.fuzzy and all(_texts(message.string))


def _texts(words: object) -> tuple[str, ...]:
    """The forms of an original or a translation, which is one text, several or none."""
    return tuple(str(form or "") for form in words) if isinstance(words, tuple | list) else (str(words or ""),)


def _quoted(message: Message) -> str:
    return f"“{_texts(message.id)[0]}”" + (f" ({message.context})" if message.context else "")


def _po(root: Path, language: str) -> Path:
    return root / PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def _read(path: Path, language: str) -> Catalog:
    """The .po file, or an empty catalogue where there is none yet."""
    try:
        Locale.parse(language)
        if not path.is_file():
            return _empty(language)
        with path.open("rb") as file:
            return read_po(file, locale=language, abort_invalid=True)
    except PoFileError as error:
        raise CatalogueError(f"{path}:{error.lineno + 1}: cannot read “{error.line}”") from error
    except (UnknownLocaleError, ValueError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def _empty(language: str) -> Catalog:
    catalogue = _Steady(language, fuzzy=False)
    catalogue.header_comment = f"# Lacarte in {Locale.parse(language).english_name}"
    return catalogue


def _compiled(catalogue: Catalog) -> bytes:
    """The .mo file: what is translated completely; the rest is shown in English."""
    ready = _empty(str(catalogue.locale_identifier))
    for message in filter(_complete, _real(catalogue)):
        ready.add(message.id, message.string, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, ready)
    return buffer.getvalue()
