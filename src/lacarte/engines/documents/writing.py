"""A PDF that is nothing but pictures, one a page. Source: ISO 32000-1, 7.5 and 8.9.5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page: its size in points (1/72 inch), and its picture as JPEG (RGB, size in pixels)."""

    width: float
    height: float
    jpeg: bytes
    across: int
    down: int


def pdf_of(pages: Iterable[Page]) -> bytes:
    """The pages as a PDF 1.4 without dates, names or anything else: the same pages give the same bytes."""
    objects: dict[int, bytes] = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    kids = []
    for page in pages:
        number = len(objects) + 2
        kids.append(f"{number} 0 R")
        drawn = f"q {page.width:.2f} 0 0 {page.height:.2f} 0 0 cm /P Do Q".encode()
        objects[number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {page.width:.2f} {page.height:.2f}]"
            f"/Resources<</XObject<</P {number + 2} 0 R>>>>/Contents {number + 1} 0 R>>"
        ).encode()
        objects[number + 1] = _stream("", drawn)
        picture = (
            f"/Type/XObject/Subtype/Image/Width {page.across}/Height {page.down}"
            "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
        )
        objects[number + 2] = _stream(picture, page.jpeg)
    objects[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
    return _file(objects)


def _stream(entries: str, data: bytes) -> bytes:
    return f"<<{entries}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: dict[int, bytes]) -> bytes:
    written, starts = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number in range(1, len(objects) + 1):
        starts.append(len(written))
        written += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    at, n = len(written), len(objects) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n" % n + table
    written += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (n, at)
    return bytes(written)
