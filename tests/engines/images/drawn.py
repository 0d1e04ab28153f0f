"""Pictures drawn for tests."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image


def drawn(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture of soft patches, another for each seed."""
    patches = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)


def as_file(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as the bytes of a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def photo(seed: int = 1, **options: Any) -> bytes:
    """The bytes of a JPEG."""
    return as_file(drawn(seed), **options)
