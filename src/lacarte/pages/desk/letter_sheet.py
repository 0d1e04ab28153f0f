"""Letters as a PDF: for an envelope with a window at the left (DIN 5008, form B; the window of ISO 269 DL)."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
)

from lacarte.pages.desk.letter_fonts import Font, LetterFontError, fonts, is_chinese, is_shaped

__all__ = ["PAPERS", "LetterFontError", "Sheet", "as_pdf", "unprintable"]
PAPERS = {"a4": A4, "letter": LETTER}
_NUMBERS = "Helvetica"
_LEFT, _RIGHT, _BOTTOM, _TOP = 25 * mm, 20 * mm, 25 * mm, 25 * mm
_WINDOW_RIGHT, _SENDER_AT, _ADDRESS_AT, _DATE_AT, _TEXT_AT = 105 * mm, 55 * mm, 60 * mm, 88 * mm, 100 * mm
_SIZE, _SMALL, _LEADING = 11, 8, 15


@dataclass(frozen=True)
class Sheet:
    """One letter: lines of its address, the line of its day, its subject, and its paragraphs."""

    to: str
    dated: str
    subject: str
    text: str
    foot: str
    language: str

    @property
    def words(self) -> str:
        """All that is printed."""
        return "\n".join((self.to, self.dated, self.subject, self.text, self.foot))


def unprintable(sheet: Sheet, font: str) -> str:
    """The signs of a letter that no font at hand has, or that would come out wrong, each once.

    ``font`` is a TrueType file, or empty. Raises :class:`LetterFontError`.
    """
    at_hand = fonts(font, chinese=False)
    words = dict.fromkeys(sign for sign in _composed(sheet.words) if sign.isprintable() and not sign.isspace())
    return "".join(sign for sign in words if is_shaped(sign) or not any(one.has(sign) for one in at_hand))


def as_pdf(sheets: Sequence[Sheet], *, sender: str = "", font: str = "", paper: str = "a4") -> bytes:
    """The letters, each from the top of a page. ``sender`` stands small above the address, for the way back."""
    width, height = PAPERS[paper]
    written = io.BytesIO()
    document = BaseDocTemplate(written, pagesize=(width, height), title="", author=sender)
    pages = _Pages(sheets, sender, font, height)
    text = width - _LEFT - _RIGHT
    first = Frame(_LEFT, _BOTTOM, text, height - _TEXT_AT - _BOTTOM, 0, 0, 0, 0)
    later = Frame(_LEFT, _BOTTOM, text, height - _TOP - _BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=pages.first),
            PageTemplate("later", [later], onPage=pages.later),
        ]
    )
    flow: list[Flowable] = []
    for number, sheet in enumerate(sheets):
        if number:
            flow += [NextPageTemplate("first"), PageBreak()]
        flow += [NextPageTemplate("later"), *_paragraphs(sheet, font)]
    document.build(flow)
    return written.getvalue()


class _Pages:
    """What stands on the pages around the text; pages are drawn in their order."""

    def __init__(self, sheets: Sequence[Sheet], sender: str, font: str, height: float) -> None:
        self._sheets, self._sender, self._font, self._height = sheets, sender, font, height
        self._letter, self._page = -1, 0

    def first(self, canvas: Any, document: Any) -> None:
        """Whom it is to, by whom, and its day."""
        self._letter, self._page = self._letter + 1, 1
        sheet, right = self._sheets[self._letter], document.pagesize[0] - _RIGHT
        small = ParagraphStyle("sender", fontSize=_SMALL, leading=_SMALL + 2)
        plain = ParagraphStyle("address", fontSize=_SIZE, leading=14)
        dated = ParagraphStyle("dated", fontSize=_SIZE, leading=14, alignment=TA_RIGHT)
        self._draw(canvas, self._sender, small, _SENDER_AT, _WINDOW_RIGHT)
        self._draw(canvas, sheet.to, plain, _ADDRESS_AT, _WINDOW_RIGHT)
        self._draw(canvas, sheet.dated, dated, _DATE_AT, right)

    def later(self, canvas: Any, document: Any) -> None:
        """Which page it is."""
        self._page += 1
        canvas.setFont(_NUMBERS, _SMALL)
        canvas.drawRightString(document.pagesize[0] - _RIGHT, self._height - 15 * mm, str(self._page))

    def _draw(self, canvas: Any, words: str, style: ParagraphStyle, top: float, right: float) -> None:
        """Draw ``words`` with their upper edge at ``top``, from the left to ``right``."""
        if words:
            block = _paragraph(words, style, self._font)
            _width, high = block.wrapOn(canvas, right - _LEFT, self._height)
            block.drawOn(canvas, _LEFT, self._height - top - high)


def _paragraphs(sheet: Sheet, font: str) -> list[Flowable]:
    style = ParagraphStyle(
        "text",
        fontSize=_SIZE,
        leading=_LEADING,
        spaceAfter=_LEADING * 0.7,
    )
    # The Chinese font has no bold: the subject is larger instead.
    subject = ParagraphStyle("subject", parent=style, fontSize=_SIZE + 2, spaceAfter=_LEADING)
    foot = ParagraphStyle("foot", parent=style, fontSize=_SMALL + 1, leading=12, spaceBefore=_LEADING)
    parts = [(sheet.subject, subject), *((part, style) for part in sheet.text.split("\n\n")), (sheet.foot, foot)]
    return [_paragraph(words, how, font) for words, how in parts if words.strip()]


def _paragraph(words: str, style: ParagraphStyle, font: str) -> Paragraph:
    """Words in the first font that has all of their signs, else each sign in the first that has it."""
    words = _composed(words.strip())
    chinese = any(map(is_chinese, words))
    at_hand = fonts(font, chinese=chinese)
    wrap = "CJK" if chinese else None
    signs = {sign for sign in words if not sign.isspace()}
    for one in at_hand:
        if all(map(one.has, signs)):
            return Paragraph(_marked(words), ParagraphStyle("one", parent=style, fontName=one.name, wordWrap=wrap))
    mixed = "".join(f'<font name="{name}">{_marked(run)}</font>' for name, run in _runs(words, at_hand))
    return Paragraph(mixed, ParagraphStyle("mixed", parent=style, fontName=at_hand[0].name, wordWrap=wrap))


def _runs(words: str, at_hand: Sequence[Font]) -> list[tuple[str, str]]:
    """The words cut where the font changes; a space belongs to what is before it."""
    runs: list[tuple[str, str]] = []
    for sign in words:
        name = next((one.name for one in at_hand if one.has(sign)), at_hand[0].name)
        if runs and (sign.isspace() or runs[-1][0] == name):
            runs[-1] = (runs[-1][0], runs[-1][1] + sign)
        else:
            runs.append((name, sign))
    return runs


def _marked(text: str) -> str:
    return escape(text).replace("\n", "<br/>")


def _composed(words: str) -> str:
    """Letters with their accents as one sign each, as fonts have them."""
    return unicodedata.normalize("NFC", words)
