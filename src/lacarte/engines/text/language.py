"""The language of a text: by its script first, among languages in Latin letters by words and runs of letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lacarte.engines.text.language_words import MARKS, WORDS
from lacarte.engines.text.scripts import BY_LETTER, BY_SCRIPT, RANGES, SIMPLIFIED, TRADITIONAL

__all__ = ["language", "read_language"]

UNKNOWN = ("und", 0.0)
#: So much of a text is looked at.
_SIGNS, _WORDS = 2000, 60
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LATIN = tuple(WORDS)
#: What a Chinese sign weighs beside a Latin letter, and the share of kana from which on a text is Japanese.
_HAN_WEIGHT, _KANA_SHARE = 3, 0.1
#: How likely a word is one of the list, and the shares of runs of three, two and one letters in other words.
_LISTED, _RUNS, _FLAT = 0.5, (0.6, 0.3, 0.09), 0.01 / 60
#: Words of a sentence do not speak independently of each other.
_TEMPER = 0.6
#: So many letters that only another language of the script has say that it is that.
_ENOUGH_LETTERS = 2
#: How likely English is before anything was read, beside each other language; what is in none of them.
_ENGLISH, _OTHER = 2.0, 0.5
#: By how much a letter of a word that is in no language here is likelier than it is on average in those here.
_STRANGE = 0.4
_CERTAIN_ENOUGH = 0.5


def language(text: str) -> str:
    """The language's tag, such as ``"zh-hans"`` or ``"en"``; ``"und"`` where the text does not tell."""
    return read_language(text)[0]


def read_language(text: str) -> tuple[str, float]:
    """The language's tag (BCP 47, in small letters) and how certain it is, 0 to 1; ``("und", 0.0)`` if unsure.

    A Chinese character carries about as much as three Latin letters, so a Chinese sentence with an English
    name in it stays Chinese. Chinese that has neither sign of its own, simplified or traditional, is taken for
    simplified, with less certainty.
    """
    text = unicodedata.normalize("NFC", text[:_SIGNS])
    count = _scripts(text)
    if not count:
        return UNKNOWN
    weight = {name: n * (_HAN_WEIGHT if name in ("han", "kana", "hangul") else 1) for name, n in count.items()}
    if count["kana"] >= _KANA_SHARE * (count["han"] + count["kana"]) and count["kana"]:
        weight["kana"] += weight.pop("han", 0)
    script = max(weight, key=lambda name: weight[name])
    share = weight[script] / sum(weight.values())
    if share < _CERTAIN_ENOUGH:
        return UNKNOWN
    if script == "han":
        tag, certainty = _chinese(text)
    elif script == "latin":
        tag, certainty = _by_words(text)
    else:
        tag, certainty = _by_letters(text, script)
    certainty *= 1.0 if share > 0.8 else share + 0.2
    return (tag, certainty) if certainty >= _CERTAIN_ENOUGH and tag != "und" else UNKNOWN


@lru_cache(maxsize=1)
def _bounds() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return np.array([one[0] for one in RANGES]), np.array([one[1] for one in RANGES])


def _scripts(text: str) -> Counter[str]:
    """How many letters of each script there are."""
    code = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    first, last = _bounds()
    at = np.searchsorted(first, code, side="right") - 1
    inside = (at >= 0) & (code <= last[at])
    if not inside.any():
        return Counter()
    found: Counter[str] = Counter()
    for place, n in zip(*np.unique(at[inside], return_counts=True), strict=True):
        found[RANGES[int(place)][2]] += int(n)
    if "latin" in found:  # among the letters of the first block are signs such as [ and ×
        found["latin"] = sum(sign.isalpha() and ord(sign) < 0x1F00 for sign in text if ord(sign) < 0x370) + sum(
            0x1E00 <= ord(sign) <= 0x1EFF for sign in text
        )
    return +found


def _chinese(text: str) -> tuple[str, float]:
    simple = sum(sign in SIMPLIFIED for sign in text)
    full = sum(sign in TRADITIONAL for sign in text)
    if not simple + full:
        return "zh-hans", 0.6
    share = max(simple, full) / (simple + full)
    return ("zh-hant" if full > simple else "zh-hans"), 0.5 + share / 2


def _by_letters(text: str, script: str) -> tuple[str, float]:
    """The usual language of the script, unless letters of another one say so."""
    for tag, letters in BY_LETTER.get(script, {}).items():
        if sum(sign in letters for sign in text) >= _ENOUGH_LETTERS:
            return tag, 0.9
    return BY_SCRIPT[script], 0.9


def _by_words(text: str) -> tuple[str, float]:
    """Which language in Latin letters, by how likely its words and runs of letters are in each."""
    words = [word.casefold().replace("’", "'") for word in _TOKEN.findall(text)[:_WORDS]]
    latin = [word for word in words if word.isascii() or _scripts(word)["latin"]]
    if sum(map(len, latin)) < 3:
        return UNKNOWN
    score = np.sum([_likely(word) for word in latin], axis=0) * _TEMPER
    score += np.log([*(_ENGLISH if tag == "en" else 1.0 for tag in _LATIN), _OTHER])
    chance = np.exp(score - score.max())
    chance /= chance.sum()
    best = int(chance.argmax())
    return (*_LATIN, "und")[best], float(chance[best])


@lru_cache(maxsize=20_000)
def _likely(word: str) -> npt.NDArray[np.float64]:
    """The logarithm of how likely ``word`` is in each language, and, last, in none of them."""
    listed, runs = _learnt()
    spelt = np.zeros(len(_LATIN))
    padded = f"^{word}$"
    for at in range(1, len(padded)):
        parts = (padded[max(at - 2, 0) : at + 1], padded[at - 1 : at + 1], padded[at])
        spelt += np.log(_FLAT + sum(w * runs[part] for w, part in zip(_RUNS, parts, strict=True) if part in runs))
    for sign in word:
        if sign in MARKS:
            spelt += [0.0 if tag in MARKS[sign].split() else -2.0 for tag in _LATIN]
    known = listed.get(word)
    chance = (1 - _LISTED) * np.exp(np.maximum(spelt, -600.0))
    none = float(spelt.mean()) + _STRANGE * len(word)
    return np.append(np.log(chance if known is None else chance + _LISTED * known), none)


@lru_cache(maxsize=1)
def _learnt() -> tuple[dict[str, npt.NDArray[np.float64]], dict[str, npt.NDArray[np.float64]]]:
    """How likely each listed word is in each language, and each run of letters after those before it."""
    listed: dict[str, npt.NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(_LATIN)))
    runs: dict[str, npt.NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(_LATIN)))
    before: dict[str, npt.NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(_LATIN)))
    for k, tag in enumerate(_LATIN):
        words = list(dict.fromkeys(WORDS[tag].split()))
        zipf = 1.0 / (np.arange(len(words)) + 10)
        for word, chance in zip(words, zipf / zipf.sum(), strict=True):
            listed[word][k] = chance
            padded = f"^{word}$"
            for at in range(1, len(padded)):
                for first in {max(at - 2, 0), at - 1, at}:
                    runs[padded[first : at + 1]][k] += 1.0
                    before[padded[first:at] + f"#{at - first}"][k] += 1.0
    for run, counted in runs.items():
        runs[run] = counted / np.maximum(before[run[:-1] + f"#{len(run) - 1}"], 1.0)
    return dict(listed), dict(runs)
