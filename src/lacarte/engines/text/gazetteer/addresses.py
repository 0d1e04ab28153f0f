"""House numbers and crossings around the names of streets."""

from __future__ import annotations

import re

_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_HAN_NUMBER = r"[一二三四五六七八九十百零〇两]{1,6}"
_BEFORE = re.compile(
    r"(?:^|(?<=[^\w.#]))(?:no\.? ?|#)?0*(\d{1,5})(?:[a-z]|-\d{1,5}| ?1/2)?(?: block)?(?: of)?[ ,]{1,2}$"
)
_AFTER = re.compile(
    r" ?,? ?(?:no\.? ?|#)?(\d{1,5})(?![\d.:%-]|(?:st|nd|rd|th)\b)(?! ?(?:am|pm|m|km|years|days|weeks|times)\b)"
)
_HAN_AFTER = re.compile(rf"(?:第)?(\d{{1,5}}|{_HAN_NUMBER})(?:-\d{{1,4}})?[号弄](?![楼线院门栋])")
_JOINED = re.compile(
    r"\s*(?:st|ave)?\.?,?\s*(?:and|&|/|@|\+|at|x|by|near|cross(?:ing)?|corner(?: of)?|off|und|et|y)\s*(?:the\s+)?"
)
_HAN_JOINED = re.compile(r"(?:路口)?(?:与|和|、|跟|及|同|/|-|\+|&|交)(?:近)?")
_APART = re.compile(r"(?:between|from|从|在?由)\s*$")
_SPLIT = re.compile(r"\s*[&/]\s*")


def number_before(folded: str, at: int) -> int | None:
    """The house number that ends just before a name, as in “820 Mission” or “the 800 block of Mission”."""
    found = _BEFORE.search(folded, max(0, at - 24), at)
    return int(found[1]) if found else None


def number_after(folded: str, at: int) -> int | None:
    """The house number right after a name, as in “Anchor Street 12” or “锚街十二号”."""
    if found := _HAN_AFTER.match(folded, at):
        return read_number(found[1])
    found = _AFTER.match(folded, at)
    return int(found[1]) if found else None


def read_number(text: str) -> int:
    """A number of digits, or of Chinese signs up to 999."""
    if text.isdigit():
        return int(text)
    total = latest = 0
    for sign in text:
        if sign in "十百":
            total += max(latest, 1) * (10 if sign == "十" else 100)
            latest = 0
        else:
            latest = _DIGITS[sign]
    return total + latest


def are_joined(folded: str, end: int, start: int) -> bool:
    """Whether what is between two names makes them a crossing."""
    between = folded[end:start]
    return _JOINED.fullmatch(between) is not None or _HAN_JOINED.fullmatch(between) is not None


def begins_apart(folded: str, start: int) -> bool:
    """Whether a name is the first of “between A and B”, which are not each other's crossing."""
    return _APART.search(folded, max(0, start - 10), start) is not None


def streets_of_crossing(name: str) -> list[str]:
    """The two names in the name of a crossing; fewer or more where it is none."""
    return [part for part in _SPLIT.split(name) if part]
