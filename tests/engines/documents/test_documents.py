"""A PDF drawn anew shows the same and can do nothing."""

from __future__ import annotations

from contextlib import suppress

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.engines.documents import Fault, Page, PdfRefusedError, pdf_of, redraw
from lacarte.engines.documents.drawing import LONGEST_SIDE, MOST_PAGES
from tests.engines.documents.drawn import acting, inked, pdf
from tests.engines.images.drawn import photo

pytestmark = pytest.mark.once


def test_the_pages_look_the_same_in_the_same_size() -> None:
    before, after = pdf("A letter", pages=3), redraw(pdf("A letter", pages=3))
    read = pypdfium2.PdfDocument(after)
    assert [page.get_size() for page in read] == [(595, 842)] * 3
    assert inked(after) == pytest.approx(inked(before), rel=0.3)
    assert inked(after) > 0


def test_the_same_pdf_gives_the_same_bytes() -> None:
    assert redraw(pdf("once")) == redraw(pdf("once"))
    assert redraw(pdf("once")) != redraw(pdf("twice"))


def test_nothing_is_left_that_acts() -> None:
    before, after = acting(), redraw(acting())
    for word in (b"JavaScript", b"OpenAction", b"Launch", b"/URI", b"AcroForm", b"<script", b"/AA"):
        assert word in before
        assert word not in after
    assert after.endswith(b"%%EOF\n")
    assert inked(after) >= inked(pdf("A form")) * 0.2, "what was filled in is drawn"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"%PDF-1.4", Fault.BROKEN),
        (pdf()[:200], Fault.BROKEN),
        (pdf(pages=MOST_PAGES + 1), Fault.TOO_LONG),
        (pdf(encrypt="secret"), Fault.LOCKED),
    ],
)
def test_what_cannot_be_drawn_is_refused(data: bytes, fault: Fault) -> None:
    with pytest.raises(PdfRefusedError) as refused:
        redraw(data)
    assert refused.value.fault == fault


def test_a_sheet_as_large_as_a_house_is_drawn_with_fewer_dots() -> None:
    read = pypdfium2.PdfDocument(redraw(pdf(size=(14000, 14000))))
    picture = next(iter(read[0].get_objects())).get_px_size()
    assert max(picture) <= LONGEST_SIDE
    assert read[0].get_size() == (14000, 14000)


def test_a_pdf_of_no_pages_is_one() -> None:
    with pytest.raises(PdfRefusedError):
        redraw(pdf_of([]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_ones_are_drawn_or_refused(data: st.DataObject) -> None:
    whole = bytearray(acting())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(5, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PdfRefusedError):
        assert redraw(bytes(whole)).startswith(b"%PDF-1.4")


def test_it_is_written_without_dates_or_names() -> None:
    page = Page(100, 50, photo(), 640, 480)
    written = pdf_of([page, page])
    assert len(pypdfium2.PdfDocument(written)) == 2
    assert b"Date" not in written
    assert b"Info" not in written
