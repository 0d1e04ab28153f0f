"""What is read by a person before anything else happens: abuse, floods of text, advertising. Held, never lost.

Anger is no abuse. Rude words about a thing, about others, or told of somebody else are a need like any other;
held is what is aimed at whoever reads it, and what says nothing at all.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.loop.needs.models import Channel

_CONTENT = Path(__file__).parent / "content" / "abuse.toml"
#: What is held for this is never answered by itself: two machines that answer each other would not stop.
MACHINE = "machine"
#: Why a need is held, in words for the desk. The first three are found by
#: :func:`why_held`, the next three by the question pages, the last two where messages come in.
REASONS: dict[str, str | Promise] = {
    "abuse": _("It insults or threatens whoever reads it."),
    "flood": _("It says the same over and over."),
    "links": _("It looks like advertising."),
    "trap": _("A field that people do not see was filled in."),
    "fast": _("It was told faster than people write."),
    "unproven": _("It came during an attack, without proof that somebody waits for it."),
    MACHINE: _("A machine may have written it."),
    "pace": _("Its sender has told us a lot in a short time."),
}
#: A call-taker wrote it, a machine measured it, or another system took it in before.
_KNOWN_SENDERS = frozenset({Channel.PHONE, Channel.SENSOR, Channel.IMPORT, Channel.CITY})

_LONG_ENOUGH = 300  # bytes, for its own repetition to be told from a short text
_REPETITIVE = 0.15  # compressed to this share; ordinary text of this length stays above 0.4
_SAME_SIGN = re.compile(r"([^\W_])\1{24,}")
_ADDRESS = re.compile(r"(?:https?://|www\.)([^\s/\"'<>]+)|(?:<a\s|\[url|\[link)", re.IGNORECASE)
_ADDRESS_PARTS = ("http", "www.", "<a", "[")
_MOST_ADDRESSES, _MOST_HOSTS, _SPAM_WORDS = 4, 3, 2
_NEAR = 60  # signs around a rude word in which somebody may be quoted
#: Marks that take no room, and apostrophes.
_UNSEEN = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0xAD, 0x27, 0x2019]
)
_HAN = "\u3400-\u9fff"
#: Days and exercises that end in a sign with which a curse begins.
_NO_CURSE_AFTER = "体早课节生周今明昨次每末本假平终期近往"


def why_held(text: str, *, channel: str = "") -> str:
    """A code of :data:`REASONS`: why a person reads ``text`` first; empty where nothing speaks against it."""
    if channel in _KNOWN_SENDERS:
        return ""
    if _floods(text):
        return "flood"
    plain = _plain(text)
    if _advertises(text, plain):
        return "links"
    return "abuse" if _abuses(plain) else ""


def _floods(text: str) -> bool:
    """Whether the text is mostly one sign, or the same words over and over."""
    run = _SAME_SIGN.search(text)
    if run and len(run[0]) * 2 > len(text):
        return True
    raw = text.encode(errors="replace")
    return len(raw) >= _LONG_ENOUGH and len(zlib.compress(raw, 6)) < _REPETITIVE * len(raw)


def _advertises(text: str, plain: str) -> bool:
    found = list(_ADDRESS.finditer(text)) if any(sign in plain for sign in _ADDRESS_PARTS) else []
    if any(one[1] is None for one in found):
        return True  # mark-up of links is for machines
    hosts = {one[1].lower() for one in found}
    if (len(found) >= _MOST_ADDRESSES and len(hosts) > 1) or len(hosts) >= _MOST_HOSTS:
        return True
    words = _words()
    if not any(word in plain for word in words.spam_parts):
        return False
    spam = len({one[0] for one in words.spam.finditer(plain)})
    return spam + bool(found) >= _SPAM_WORDS and spam > 0 and not words.about_spam.search(plain)


def _abuses(plain: str) -> bool:
    words = _words()
    if not any(word in plain for word in words.rude_parts):
        return False
    for found in words.aimed.finditer(plain):
        if not _reported(plain, found.start(), found.end()):
            return True
    return _says_nothing(plain)


def _reported(plain: str, start: int, end: int) -> bool:
    """Whether somebody else is quoted there. What the writer themselves said before is no quotation."""
    near = plain[max(0, start - _NEAR) : end + _NEAR]
    return any(not _OWN_WORDS.search(near[: one.start()]) for one in _words().reported.finditer(near))


_OWN_WORDS = re.compile(
    r"(?:\b(?:i|we|ive|weve)(?:\s+(?:have|already|just|even|keep|had))*\s+|我们?(?:都|也|已经)?)$"
)


def _says_nothing(plain: str) -> bool:
    """Whether there are only rude words."""
    words = _words()
    left, strong = words.strong.subn(" ", plain)
    return strong > 0 and not re.search(r"[^\W_]", words.weak.sub(" ", left))


def _plain(text: str) -> str:
    """One spelling for the many in which a word is hidden: width, marks, stars, gaps, drawn-out letters."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(_UNSEEN)
    text = re.sub(r"([a-z])\1{2,}", r"\1", text)
    text = re.sub(
        r"(?<![a-z])(?:[a-z][ .*_-]){2,}[a-z](?![a-z])", lambda one: re.sub(r"[ .*_-]", "", one[0]), text
    )
    text = re.sub(rf"(?<=[{_HAN}])[\s*·._-]+(?=[{_HAN}])", "", text)
    return re.sub(r"[a-z]+[*#@$!]+[a-z]*", lambda one: _uncovered(one[0]), text)


def _uncovered(token: str) -> str:
    """The rude word that a token with stars in it stands for; the token itself where it is none."""
    pattern = re.compile(re.sub(r"[*#@$!]+", lambda one: f"[a-z]{{1,{len(one[0])}}}", token))
    return next((word for word in _words().single if pattern.fullmatch(word)), token)


@dataclass(frozen=True)
class _Words:
    """The lists of ``content/abuse.toml``, ready to be searched in plain text."""

    aimed: re.Pattern[str]
    reported: re.Pattern[str]
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    spam: re.Pattern[str]
    about_spam: re.Pattern[str]
    single: tuple[str, ...]
    rude_parts: tuple[str, ...]  # without any of these, which are quick to look for, the patterns find nothing
    spam_parts: tuple[str, ...]


@lru_cache(maxsize=1)
def _words() -> _Words:
    lists: dict[str, Any] = tomllib.loads(_CONTENT.read_text(encoding="utf-8"))
    aimed, insults, empty = lists["aimed"], lists["insults"], lists["empty"]
    called = _any(insults["en"], insults["zh"])
    between_en, between_zh = _any(insults["between_en"], []), _any([], insults["between_zh"])
    said_to_you = (
        rf"(?<![a-z])(?:you|youre|u|ur)(?:[\s:]+{between_en}){{0,6}}[\s:]+{called}"
        rf"|你(?:{between_zh}){{0,6}}{called}|{called}[\s,]+(?:like[\s]+)?you(?![a-z])"
    )
    outright = _any([*aimed["en"], *aimed["slurs_en"]], [*aimed["zh"], *aimed["slurs_zh"]])
    return _Words(
        aimed=re.compile(f"{outright}|{said_to_you}"),
        reported=re.compile(_any(lists["reported"]["en"], lists["reported"]["zh"])),
        strong=re.compile(_any([*empty["strong_en"], *insults["en"]], [*empty["strong_zh"], *insults["zh"]])),
        weak=re.compile(_any(empty["weak_en"], empty["weak_zh"])),
        spam=re.compile(_any(lists["spam"]["en"], lists["spam"]["zh"])),
        about_spam=re.compile(_any(lists["spam"]["about_en"], lists["spam"]["about_zh"])),
        single=tuple(word for word in (*empty["strong_en"], *insults["en"], *aimed["slurs_en"]) if word.isalpha()),
        rude_parts=_parts(aimed["en"], aimed["zh"], aimed["slurs_en"], aimed["slurs_zh"])
        + _parts(insults["en"], insults["zh"], empty["strong_en"], empty["strong_zh"]),
        spam_parts=_parts(lists["spam"]["en"], lists["spam"]["zh"]),
    )


def _parts(*lists: list[str]) -> tuple[str, ...]:
    """The longest word of each phrase."""
    return tuple({max(words.replace("'", "").split(), key=len) for one in lists for words in one})


def _any(words: Iterable[str], signs: Iterable[str]) -> str:
    """A pattern of whole ``words``, and of ``signs`` of a script without blanks, wherever they are."""
    whole = "|".join(_phrase(word) for word in sorted(words, key=len, reverse=True))
    parts = "|".join(_guarded(sign) for sign in sorted(signs, key=len, reverse=True))
    both = [rf"(?<![a-z])(?:{whole})(?![a-z])"] if whole else []
    return f"(?:{'|'.join([*both, parts] if parts else both)})"


def _phrase(words: str) -> str:
    pattern = r"[\s,]+".join(re.escape(word) for word in words.replace("'", "").split())
    # “Why the fuck you do not answer” is anger, not a curse.
    return rf"(?<!the )(?<!a ){pattern}" if words.startswith("fuck ") else pattern


def _guarded(sign: str) -> str:
    return rf"(?<![{_NO_CURSE_AFTER}]){re.escape(sign)}" if sign[0] in "日操" else re.escape(sign)
