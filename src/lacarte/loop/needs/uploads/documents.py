"""Documents that come with a need, PDF and plain text: never opened here, only handed on for download."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

PDF, TEXT = "application/pdf", "text/plain"
#: What is taken beside photos, with the ending its file gets.
DOCUMENTS = {PDF: ".pdf", TEXT: ".txt"}
_END_OF_PDF = b"%%EOF"
#: Readers look for the end of a PDF in its last 1,024 bytes (ISO 32000-1, annex H.3, note 18).
_TAIL = 1024
_CHARACTER_SETS = ("utf-8", "gb18030")
#: Control characters, lone surrogates, and what Unicode has not assigned: not what people write.
_NO_TEXT = ("Cc", "Cs", "Cn", "Co")


@dataclass(frozen=True)
class Document:
    """A document as it is kept."""

    data: bytes
    media_type: str


def document(data: bytes) -> Document | None:
    """``data`` as a document, ``None`` when it is none.

    A PDF begins with its mark and ends with it: what hides behind is cut off. A text is printable in UTF-8
    or GB 18030 and kept in UTF-8.
    """
    if is_pdf(data):
        end = data.rfind(_END_OF_PDF)
        whole = end >= max(0, len(data) - _TAIL) and b"startxref" in data[:end]
        return Document(data[: end + len(_END_OF_PDF)] + b"\n", PDF) if whole else None
    for character_set in _CHARACTER_SETS:
        try:
            words = data.decode(character_set).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        if words.strip() and not any(map(_is_no_text, words)):
            return Document(words.encode(), TEXT)
    return None


def is_pdf(data: bytes) -> bool:
    """Whether ``data`` claims to be a PDF, whole or not."""
    return data.startswith(b"%PDF-")


def _is_no_text(sign: str) -> bool:
    return unicodedata.category(sign) in _NO_TEXT and sign not in "\r\n\t\f"
