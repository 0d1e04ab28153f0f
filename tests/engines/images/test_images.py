"""Photos encoded anew and hashed: only the picture is left, and like ones are found."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lacarte.engines.images import Fault, Photo, PhotoRefusedError, different_bits, likeness, reencode
from lacarte.engines.images.encoding import LONGEST_SIDE
from tests.engines.images.drawn import as_file, drawn, photo


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(reencode(data).jpeg))


def hash_of(photo: Photo) -> int:
    assert photo.likeness is not None
    return photo.likeness


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of Zhang San"
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 1.0, 5.0), 3: "E", 4: (120.0, 39.0, 1.0)})
    return photo(exif=exif, comment=b"my secret", icc_profile=b"profile of somebody" * 20)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that claims ``side`` times ``side`` pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def fault_of(data: bytes) -> Fault:
    with pytest.raises(PhotoRefusedError) as refused:
        reencode(data)
    return refused.value.fault


def test_nothing_but_the_picture_is_left() -> None:
    sent = with_exif()
    assert b"Zhang San" in sent
    assert b"my secret" in sent
    kept = reencode(sent).jpeg
    for secret in (b"Zhang San", b"my secret", b"profile of somebody", b"Exif", b"ICC_PROFILE"):
        assert secret not in kept
    again = Image.open(io.BytesIO(kept))
    assert not again.getexif()
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_what_hides_behind_a_picture_is_cut_off() -> None:
    script = b"<script>alert(1)</script>PK\x03\x04"
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        kept = reencode(as_file(drawn(), kind) + script).jpeg
        assert script not in kept
        assert kept.endswith(b"\xff\xd9")


def test_a_photo_taken_sideways_stands_upright() -> None:
    assert opened(with_exif(orientation=6)).size == (480, 640)
    assert opened(with_exif(orientation=1)).size == (640, 480)


def test_encoding_is_the_same_each_time() -> None:
    assert reencode(photo()) == reencode(photo())


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
def test_every_kind_shows_the_same_picture(kind: str) -> None:
    seen = np.asarray(opened(as_file(drawn(), kind)).convert("RGB"), dtype=float)
    assert np.abs(seen - np.asarray(drawn(), dtype=float)).mean() < 10  # a GIF has 256 colours


def test_inks_deep_grey_palettes_and_transparency_come_out_as_they_look() -> None:
    grey = np.asarray(drawn().convert("L"))
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    assert np.abs(np.asarray(opened(as_file(deep, "PNG")).convert("L"), float) - grey).mean() < 3
    inks = np.asarray(opened(as_file(drawn().convert("CMYK"))).convert("RGB"), float)
    assert np.abs(inks - np.asarray(drawn(), float)).mean() < 6
    glass = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert np.asarray(opened(as_file(glass, "PNG"))).min() > 250, "transparent is white"
    spotted = drawn().quantize(16)
    assert opened(as_file(spotted, "PNG", transparency=3)).mode == "RGB"
    assert opened(as_file(drawn().convert("1"), "PNG")).mode == "RGB"


def test_large_photos_are_made_smaller() -> None:
    kept = reencode(as_file(drawn(size=(6000, 1500)), quality=30))
    assert (kept.width, kept.height) == (LONGEST_SIDE, 1024)
    kept = reencode(as_file(drawn(size=(12000, 9000)), quality=20))  # 108 megapixels, as some phones take them
    assert max(kept.width, kept.height) <= LONGEST_SIDE


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    assert fault_of(bomb(8_000)) == Fault.TOO_LARGE
    assert fault_of(bomb(60_000)) == Fault.TOO_LARGE
    scans = photo(progressive=True)
    start = scans.index(b"\xff\xda")
    assert fault_of(scans[:start] + scans[start:-2] * 200 + scans[-2:]) == Fault.BROKEN
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(b" " * 100_000_000))
    whole = as_file(drawn(), "PNG")
    assert fault_of(whole[:33] + text + whole[33:]) == Fault.BROKEN


def test_what_is_no_photo_is_named() -> None:
    assert fault_of(b"") == Fault.UNKNOWN
    assert fault_of(b"MZ\x90\0 a program") == Fault.UNKNOWN
    assert fault_of(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>") == Fault.UNKNOWN
    assert fault_of(b"\0\0\0\x18ftypheic" + b"\0" * 100) == Fault.HEIF
    assert fault_of(as_file(drawn(), "AVIF")) == Fault.HEIF
    assert fault_of(b"\0\0\0\x18ftypisom" + b"\0" * 100) == Fault.FILM
    assert fault_of(as_file(drawn(), "TIFF")) == Fault.UNKNOWN
    assert fault_of(as_file(drawn(), "BMP")) == Fault.UNKNOWN
    for kind in ("GIF", "PNG", "WEBP"):
        assert fault_of(as_file(drawn(1), kind, save_all=True, append_images=[drawn(2)])) == Fault.MOVES
    assert fault_of(photo()[:-4000]) == Fault.BROKEN


def test_the_preview_that_phones_put_behind_a_photo_is_not_a_film() -> None:
    kept = reencode(as_file(drawn(), "MPO", save_all=True, append_images=[drawn(2)]))
    assert different_bits(hash_of(kept), hash_of(reencode(photo()))) <= 4


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_brings_more_than_a_refusal(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "MPO"]))
    whole = bytearray(as_file(drawn(size=(60, 40)), kind))
    for at, new in data.draw(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=9)):
        whole[at] = new
    cut = data.draw(st.integers(0, len(whole)))
    try:
        kept = reencode(bytes(whole[:cut] if data.draw(st.booleans()) else whole))
    except PhotoRefusedError as refused:
        assert refused.fault in Fault
    else:
        assert Image.open(io.BytesIO(kept.jpeg)).size == (kept.width, kept.height)


def test_the_same_picture_is_like_itself_in_any_form() -> None:
    first = hash_of(reencode(photo()))
    forms = [
        as_file(drawn(), quality=15),
        as_file(drawn(size=(200, 150)), "PNG"),
        as_file(drawn().point(lambda v: min(255, v * 0.8 + 30)), "WEBP"),
        as_file(drawn().convert("L")),
    ]
    assert max(different_bits(first, hash_of(reencode(form))) for form in forms) <= 6


def test_other_pictures_are_not_alike() -> None:
    hashes = [hash_of(reencode(photo(seed))) for seed in range(40)]
    apart = [different_bits(one, other) for i, one in enumerate(hashes) for other in hashes[:i]]
    assert min(apart) > 12
    assert 28 < float(np.mean(apart)) < 36


def test_a_hash_is_a_signed_64_bit_number_and_plain_pictures_have_none() -> None:
    hashes = [hash_of(reencode(photo(seed))) for seed in range(20)]
    assert all(-(2**63) <= value < 2**63 for value in hashes)
    assert min(hashes) < 0 < max(hashes)
    assert different_bits(-1, 0) == 64
    assert likeness(np.full((30, 40), 7, dtype=np.uint8)) is None
    assert likeness(np.array([[0, 255]], dtype=np.uint8)) is not None
    with pytest.raises(ValueError, match="two sides"):
        likeness(np.zeros((0, 3), dtype=np.uint8))
