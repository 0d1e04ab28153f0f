"""XML that is made to do harm, or is broken, is refused with a sentence, at once and in little memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.standards.dmn import Decision, Taken, read_csv, read_xml, write_csv, write_xml
from lacarte.standards.dmn.document import LARGEST
from lacarte.standards.dmn.elements import DEEPEST
from lacarte.standards.imports.report import ImportFaultError
from tests.standards.dmn.test_round_trips import _PRICE

_DMN = "https://www.omg.org/spec/DMN/20211108/MODEL/"
_BOMB = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10 if k else "laugh"}">' for k in range(12))


def _refused(data: bytes) -> str:
    with pytest.raises(ImportFaultError) as refused:
        read_xml(data)
    return str(refused.value)


@pytest.mark.parametrize(
    "declared",
    [
        f"<!DOCTYPE d [{_BOMB}]>",
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://localhost:1/d.dtd">',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://localhost:1/p"> %p;]>',
    ],
)
def test_no_document_type_is_read(declared: str) -> None:
    said = _refused(
        f'<?xml version="1.0"?>\n{declared}<definitions xmlns="{_DMN}">&l11;&x;</definitions>'.encode()
    )
    assert said.startswith("Line 2 declares a document type")


def test_what_is_nested_too_deep_is_refused() -> None:
    fits = "<a>" * DEEPEST + "</a>" * DEEPEST
    assert "This is no DMN file" in _refused(fits.encode())
    assert "nested too deep" in _refused(f"<a>{fits}</a>".encode())
    assert "nested too deep" in _refused(b"<a>" * 1_000_000)


def test_too_many_elements_are_refused() -> None:
    assert "too many" in _refused(b"<a>" + b"<b/>" * 1_000_000 + b"</a>")


def test_large_files_are_refused_before_they_are_read() -> None:
    data = b"<a>" + b" " * 10_000_000 + b"</a>"
    tracemalloc.start()
    try:
        assert f"over {LARGEST}" in _refused(data)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    with pytest.raises(ImportFaultError, match=f"over {LARGEST}"):
        read_csv(b"U" * 10_000_000)


def test_the_largest_file_takes_seconds() -> None:
    row = b"<rule><inputEntry><text>1</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>"
    written = write_xml([Decision(_PRICE)])
    before, after = written.split(b"<rule", 1)[0], b"</decisionTable></decision></definitions>"
    begun = time.perf_counter()
    taken = read_xml(before + row * 40_000 + after)
    assert time.perf_counter() - begun < 30
    assert len(taken.faults) == 40_000  # each rule lacks a test


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 a spreadsheet",
        b"<definitions",
        b"<a>&unknown;</a>",
        b"<a></b>",
        b"<a>\x00</a>",
        b"<a>&#0;</a>",
        '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="GBK"?><a>价</a>'.encode("gbk"),
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        b'<?xml version="1.0" encoding="zip"?><a/>',
        b'<?xml version="1.0" encoding="nobody-knows"?><a/>',
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
    ],
)
def test_what_is_broken_is_refused_with_its_line_and_what_to_do(data: bytes) -> None:
    said = _refused(data)
    assert said.startswith("Line 1 is not XML that can be read: ")
    assert said.endswith("Export the file again, as XML in UTF-8.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_an_encoding_that_is_named_rightly_is_read(encoding: str) -> None:
    label = {"en": "Größe"}
    text = write_xml([Decision(_PRICE, label)]).decode()
    data = text.replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)
    assert read_xml(data).decisions[0].name == label


@given(st.binary(max_size=60))
def test_noise_is_refused_or_named(noise: bytes) -> None:
    for read, good in (
        (read_xml, write_xml([Decision(_PRICE)])),
        (read_csv, write_csv(Decision(_PRICE)).encode()),
    ):
        for data in (noise, good[:200] + noise + good[200:]):
            try:
                assert isinstance(read(data), Taken)
            except ImportFaultError as refused:
                assert str(refused)
