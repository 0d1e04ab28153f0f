"""PDFs drawn anew: what is seen stays, what could act is gone."""

from lacarte.engines.documents.drawing import Fault, PdfRefusedError, redraw
from lacarte.engines.documents.writing import Page, pdf_of

__all__ = ["Fault", "Page", "PdfRefusedError", "pdf_of", "redraw"]
