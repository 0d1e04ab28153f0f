"""JSON and XML say the same, whatever is said."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from lacarte.standards.open311.formats import CONTENT_TYPES, preferred, rendered
from tests.standards.open311.cases import data

# Every kind of sign: also those that XML cannot hold, and the carriage return, which it would change.
_texts = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\0\x0b\x1f\r\n\t<>&\"'\ufffe\uffff]"), max_size=20
)
_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_scalars = st.none() | st.booleans() | _numbers | _texts
_photos = st.fixed_dictionaries({"media_url": _texts, "width": _scalars})
_answers = st.fixed_dictionaries(
    {"code": _texts, "values": st.lists(st.fixed_dictionaries({"key": _scalars, "name": _scalars}))}
)
_extended = st.fixed_dictionaries(
    {"channel": _scalars, "photos": st.lists(_photos), "answers": st.lists(_answers)}
)
_requests = st.lists(
    st.fixed_dictionaries({"description": _scalars, "lat": _scalars}, optional={"extended_attributes": _extended})
)


@given(_requests)
def test_both_formats_hold_the_same(value: list[dict[str, Any]]) -> None:
    said = []
    for format, kind in CONTENT_TYPES.items():
        body = rendered(format, "service_requests", value)
        assert body == rendered(format, "service_requests", value), "the same every time"
        said.append(data(HttpResponse(body, content_type=kind)))
    assert said[0] == said[1]


def test_what_is_empty_is_null_and_an_element_without_content() -> None:
    value = [{"code": 400, "description": ""}]
    assert rendered("json", "errors", value) == b'[{"code":400,"description":null}]'
    assert rendered("xml", "errors", value) == (
        b'<?xml version="1.0" encoding="utf-8"?>\n<errors><error><code>400</code><description/></error></errors>'
    )


def test_signs_that_xml_cannot_hold_are_left_out_and_the_others_kept() -> None:
    body = rendered("xml", "errors", [{"description": "a\0b\x0bc\r\n<&>\ufffe😀"}])
    assert body.decode().endswith("<description>abc&#13;\n&lt;&amp;&gt;😀</description></error></errors>")


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        ("", "xml"),
        ("*/*", "xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
        ("application/json", "json"),
        ("application/json, text/plain, */*", "json"),
        ("Application/JSON;q=0.5, text/xml;q=0.4", "json"),
        ("application/json;q=0.5, text/xml", "xml"),
        ("application/json;q=much", "xml"),
        ("application/json, text/xml", "xml"),
    ],
)
def test_without_an_ending_the_header_chooses_and_xml_is_the_standard(accept: str, format: str) -> None:
    assert preferred(accept) == format
