"""The fonts of letters: what each can print, and which one a paragraph takes.

A font that is a file goes into the PDF, so that it looks the same everywhere. Helvetica and the Chinese font that
PDF names need no file, but whoever opens the letter must have the second.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_LATIN, _NAMED = "Helvetica", "STSong-Light"
#: What the two fonts without a file have: the letters of Western Europe, and those of GB 2312 and more.
_WESTERN, _GUOBIAO = "cp1252", "gb18030"
_FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"),
    *("/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts"),
)
#: Files with TrueType outlines, best first; ReportLab reads no others, such as those of Noto CJK.
_OF_LETTERS = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf")
_OF_CHINESE = (
    *("NotoSansSC-Regular.ttf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf"),
    *("DroidSansFallback.ttf", "uming.ttc", "msyh.ttc", "simsun.ttc", "STHeiti Light.ttc", "Arial Unicode.ttf"),
)
#: Scripts whose letters join or move, or whose words have no space between them: from Devanagari to Sinhala, from
#: Thai to Burmese, Khmer, Mongolian. What is written from right to left is known by its direction.
_SHAPED = ((0x0900, 0x0DFF), (0x0E00, 0x109F), (0x1780, 0x18AF))


class LetterFontError(ValueError):
    """The installation's own font cannot be used; the message says why."""


@dataclass(frozen=True)
class Font:
    """A font by the name that ReportLab knows it by, and the signs that it has."""

    name: str
    signs: frozenset[int] | None  # None: those of ``encoding``
    encoding: str = ""
    wide: bool = False  # as wide as a Chinese sign is every letter but those of ASCII: no good for words

    def has(self, sign: str) -> bool:
        """Whether it prints ``sign``."""
        if self.signs is not None:
            return ord(sign) in self.signs
        if self.wide and sign.isalpha() and not (sign.isascii() or is_chinese(sign)):
            return False
        # Of GB 18030 the font has what is coded in one or two bytes; four are for all of Unicode.
        try:
            return len(sign.encode(self.encoding)) <= 2
        except UnicodeEncodeError:
            return False


def is_shaped(sign: str) -> bool:
    """Whether a sign is of a script that we would print wrong: joined, or from right to left."""
    if unicodedata.bidirectional(sign) in ("R", "AL", "AN") or unicodedata.combining(sign):
        return True
    return any(first <= ord(sign) <= last for first, last in _SHAPED)


def fonts(own: str, *, chinese: bool) -> list[Font]:
    """The fonts at hand, in the order in which they are tried. Raises :class:`LetterFontError` for ``own``."""
    ours = [_own(own)] if own else []
    letters, signs = [_latin(), *_found("letters")], [*_found("chinese"), _named()]
    in_turn = [*ours, *signs, *letters] if chinese else [*ours, *letters, *signs]
    return [*in_turn, replace(_named(), wide=False)]  # rather wide than not at all


def is_chinese(sign: str) -> bool:
    """Whether a sign is Chinese, or the punctuation that goes with it."""
    return unicodedata.east_asian_width(sign) in ("W", "F")


def in_words(own: str) -> str:
    """What letters are printed with. Raises :class:`LetterFontError`."""
    if own:
        _own(own)
    found = {kind: file.name for kind in ("letters", "chinese") if (file := _file(kind)) is not None}
    letters = found.get("letters", "Helvetica alone: Western Europe")
    chinese = found.get("chinese", f"{_NAMED}, which whoever opens the letter must have")
    return f"{own + ', ' if own else ''}{letters}; Chinese with {chinese}"


@lru_cache(maxsize=1)
def _latin() -> Font:
    return Font(_LATIN, None, _WESTERN)


@lru_cache(maxsize=1)
def _named() -> Font:
    registerFont(UnicodeCIDFont(_NAMED))
    return Font(_NAMED, None, _GUOBIAO, wide=True)


@lru_cache(maxsize=4)
def _own(file: str) -> Font:
    try:
        return _read("OwnFont", Path(file).expanduser())
    except (OSError, TTFError) as error:
        raise LetterFontError(f"letter_font: {file} cannot be read: {error}") from error


def _read(name: str, file: Path) -> Font:
    found = TTFont(name, str(file))
    registerFont(found)
    return Font(name, frozenset(found.face.charToGlyph))


@lru_cache(maxsize=2)
def _found(kind: str) -> tuple[Font, ...]:
    file = _file(kind)
    return (_read(f"Found-{kind}", file),) if file is not None else ()


@lru_cache(maxsize=2)
def _file(kind: str) -> Path | None:
    """The best file of this machine for Latin, Greek and Cyrillic letters, or for Chinese, if there is one."""
    wanted = _OF_CHINESE if kind == "chinese" else _OF_LETTERS
    there = {file.name: file for file in _files() if file.name in wanted}
    for name in wanted:
        if name in there and _is_readable(there[name]):
            return there[name]
    return None


def _files() -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from Path(folder).expanduser().rglob("*.tt[fc]")


def _is_readable(file: Path) -> bool:
    try:
        TTFont("trial", str(file))
    except (OSError, TTFError):
        return False
    return True
