"""PDFs made for tests, and what they show."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pypdfium2
from reportlab.pdfgen.canvas import Canvas


def pdf(words: str = "A letter", pages: int = 1, size: tuple[float, float] = (595, 842), **options: Any) -> bytes:
    """A PDF with ``words`` on each page."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=size, invariant=1, **options)
    for _ in range(pages):
        canvas.setFont("Helvetica", 24)
        canvas.drawString(72, size[1] - 100, words)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def acting(words: str = "A form") -> bytes:
    """One with all that may act: a script, a link, a field that is filled in, and an attached file."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    canvas.drawString(72, 742, words)
    canvas.linkURL("https://evil.example/", (72, 700, 300, 760))
    canvas.acroForm.textfield(name="field", value="filled in", x=72, y=600, width=200, height=30)
    canvas.showPage()
    canvas.save()
    plain = written.getvalue()
    script = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/AA<</WC<</S/Launch/F(evil.exe)>>>>"
    return plain.replace(b"/Type /Catalog", b"/Type /Catalog " + script, 1) + b"<script>alert(1)</script>"


def inked(data: bytes) -> float:
    """Which share of the first page is dark."""
    document = pypdfium2.PdfDocument(data)
    grey = np.asarray(document[0].render(scale=0.5).to_pil().convert("L"))
    document.close()
    return float((grey < 128).mean())
