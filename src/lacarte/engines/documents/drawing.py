"""A PDF drawn page by page, and written anew from the pictures.

Scripts, actions, links, forms, attached files, fonts and whatever hides in or behind the file are gone, because
nothing but pixels is taken over. The library that draws (PDFium) is the one that Chromium keeps in a sandbox:
whoever calls this with what strangers send does so in a process of its own (``lacarte.loop.needs.uploads.apart``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from enum import StrEnum

import pypdfium2
from pypdfium2 import raw

from lacarte.engines.documents.writing import Page, pdf_of

MOST_PAGES = 60
DOTS = 150.0  # an inch
LONGEST_SIDE = 3000  # pixels: a larger sheet is drawn with fewer dots
_POINTS = 72.0  # an inch
_QUALITY = 80


class Fault(StrEnum):
    """Why a PDF cannot be taken."""

    LOCKED = "locked"  # with a password
    TOO_LONG = "too-long"  # pages
    BROKEN = "broken"


class PdfRefusedError(ValueError):
    """These bytes are not taken as a PDF; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def redraw(data: bytes) -> bytes:
    """The pages of ``data`` as pictures in a fresh PDF; the same PDF gives the same bytes.

    Raises :class:`PdfRefusedError` for one that is damaged, locked, empty, or longer than 60 pages.
    """
    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise PdfRefusedError(Fault.LOCKED if locked else Fault.BROKEN) from error
    try:
        if len(opened) > MOST_PAGES:
            raise PdfRefusedError(Fault.TOO_LONG)
        if not len(opened):
            raise PdfRefusedError(Fault.BROKEN)
        opened.init_forms()  # what somebody filled in is drawn too
        return pdf_of(_pages(opened))
    except pypdfium2.PdfiumError as error:
        raise PdfRefusedError(Fault.BROKEN) from error
    finally:
        opened.close()


def _pages(opened: pypdfium2.PdfDocument) -> Iterator[Page]:
    for page in opened:
        width, height = page.get_size()
        scale = min(DOTS / _POINTS, LONGEST_SIDE / max(width, height, 1.0))
        picture = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=_QUALITY, optimize=True)
        yield Page(width, height, written.getvalue(), *picture.size)
        page.close()
