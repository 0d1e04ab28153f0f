"""Bytes become words, in whatever character set they claim or turn out to be."""

from __future__ import annotations

import codecs

#: What programs call by the name of a smaller set (WHATWG Encoding, section 4.2).
_MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "unknown-8bit": "utf-8",
}

#: Python's own, which no e-mail is written in.
_NO_LETTERS = ("unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined")


def decoded(data: bytes, charset: str) -> str:
    """``data`` as words. A claim that is wrong or unknown is not believed; nothing raises."""
    name = charset.strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    try:
        if name and _is_text_codec(name):
            return data.decode(name)
    except (UnicodeError, ValueError):
        pass
    return readable(data)


def readable(data: bytes) -> str:
    """``data`` in UTF-8, else GB 18030 if it is that without a fault, else Windows-1252."""
    for name in ("utf-8", "gb18030"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def _is_text_codec(name: str) -> bool:
    """Whether a codec turns bytes into words: ``zip`` or ``rot13`` do not, and ``zip`` is a bomb."""
    try:
        found = codecs.lookup(name)
        return bool(getattr(found, "_is_text_encoding", True)) and found.name not in _NO_LETTERS
    except (LookupError, ValueError, UnicodeError):
        return False
