"""Documents that come with a need: a PDF is drawn anew, a plain text kept; both are for download only."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from lacarte.loop.needs.uploads.apart import redrawn

PDF, TEXT = "application/pdf", "text/plain"
#: What is taken beside photos, with the ending its file gets.
DOCUMENTS = {PDF: ".pdf", TEXT: ".txt"}
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

    What begins as a PDF is one, whatever else it may be. A text is printable in UTF-8 or GB 18030 and kept in
    UTF-8. Raises ``PdfRefusedError``.
    """
    if data.startswith(b"%PDF-"):
        return Document(redrawn(data), PDF)
    for character_set in _CHARACTER_SETS:
        try:
            words = data.decode(character_set).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        if words.strip() and not any(map(_is_no_text, words)):
            return Document(words.encode(), TEXT)
    return None


def _is_no_text(sign: str) -> bool:
    return unicodedata.category(sign) in _NO_TEXT and sign not in "\r\n\t\f"
