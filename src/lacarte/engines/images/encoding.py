"""A photo encoded anew: the picture and nothing else, whatever was hidden in or behind the file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from lacarte.engines.images.likeness import likeness

#: What is read at all. Each of these decoders has been under attack for decades and stands.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
LONGEST_SIDE = 4096  # pixels, of what is kept
#: Pixels that are decoded at most: 160 MB of RGB. A JPEG is decoded smaller, so it may have four times as many.
MOST_PIXELS = 53_000_000
_MOST_PIXELS_OF_JPEG = 4 * MOST_PIXELS
Image.MAX_IMAGE_PIXELS = _MOST_PIXELS_OF_JPEG  # ours, so that Pillow does not warn of what we take
#: A progressive JPEG has about ten scans; one with thousands keeps a decoder busy for minutes.
_MOST_SCANS = 100
_QUALITY = 85
#: Brands of the ISO base media file format (after ``ftyp``): HEIC and AVIF, and what phones film.
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
#: Deep greyscale, which Pillow would cut off rather than scale when it is converted.
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")


class Fault(StrEnum):
    """Why something cannot be taken as a photo."""

    UNKNOWN = "unknown"  # none of FORMATS
    HEIF = "heif"
    FILM = "film"
    MOVES = "moves"
    TOO_LARGE = "too-large"  # pixels
    BROKEN = "broken"


class PhotoRefusedError(ValueError):
    """These bytes are not taken as a photo; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Photo:
    """A picture as JPEG (sRGB, upright, without any metadata), with its size in pixels and its perceptual hash."""

    jpeg: bytes
    width: int
    height: int
    likeness: int | None


def reencode(data: bytes) -> Photo:
    """``data`` (JPEG, PNG, WebP or GIF that stands still) as a fresh JPEG of at most 4096 pixels a side.

    The rotation that a camera noted is applied; positions, thumbnails, profiles, comments and anything behind
    the picture are gone. Transparent parts become white. Raises :class:`PhotoRefusedError`.
    """
    _look(data)
    try:
        picture = _decode(data)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    except PhotoRefusedError:
        raise
    except Image.DecompressionBombError as error:
        raise PhotoRefusedError(Fault.TOO_LARGE) from error
    except Exception as error:  # a decoder may stumble over hostile bytes in any way it likes
        raise PhotoRefusedError(Fault.BROKEN) from error
    grey = np.asarray(picture.convert("L").reduce(max(1, min(picture.size) // 256)))
    return Photo(out.getvalue(), picture.width, picture.height, likeness(grey))


def _look(data: bytes) -> None:
    """Refuse by the first bytes what no decoder should begin with."""
    if data[4:8] == b"ftyp":
        raise PhotoRefusedError(Fault.HEIF if data[8:12] in _HEIF else Fault.FILM)
    if data[:2] == b"\xff\xd8" and data.count(b"\xff\xda") > _MOST_SCANS:
        raise PhotoRefusedError(Fault.BROKEN)


def _decode(data: bytes) -> Image.Image:
    try:
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PhotoRefusedError(Fault.UNKNOWN) from error
    if opened.format != "MPO" and getattr(opened, "is_animated", False):  # MPO: a phone's photo and its preview
        raise PhotoRefusedError(Fault.MOVES)
    if opened.width * opened.height > _MOST_PIXELS_OF_JPEG:
        raise PhotoRefusedError(Fault.TOO_LARGE)
    opened.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded at a half, quarter or eighth
    if opened.width * opened.height > MOST_PIXELS:
        raise PhotoRefusedError(Fault.TOO_LARGE)
    flat = _flat(ImageOps.exif_transpose(opened))
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return Image.frombytes("RGB", flat.size, flat.tobytes())  # nothing but the pixels comes along


def _flat(picture: Image.Image) -> Image.Image:
    """The picture in RGB: deep grey scaled down, inks mixed, transparent parts white."""
    if picture.mode in _DEEP:
        deep = np.asarray(picture, dtype=np.float64)
        picture = Image.fromarray((np.clip(deep, 0, 65535) / 257).round().astype(np.uint8))
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen).convert("RGB")
    return picture.convert("RGB")
