"""The two formats of GeoReport v2, from the same plain data, byte for byte the same every time.

JSON is the Spark convention of the XML: a list is a container whose children bear one name, and what is
empty is ``null`` there and an element without content here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

#: The two formats by the ending of an address.
CONTENT_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
#: What the items of each list are called in XML.
_ITEMS = {
    "attributes": "attribute",
    "answers": "answer",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "photos": "photo",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
#: What XML 1.0 cannot hold (section 2.2, Char).
_NO_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: A carriage return would be read as a line feed otherwise (section 2.11).
_ESCAPES = {"\r": "&#13;"}

Value = None | bool | int | float | str | Sequence[Any] | Mapping[str, Any]


def rendered(format: str, root: str, value: Value) -> bytes:
    """``value`` in ``format`` (``json`` or ``xml``); ``root`` names the outermost XML element."""
    plain = _plain(value)
    if format == "json":
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    parts = [_DECLARATION]
    _write(parts, root, plain)
    return "".join(parts).encode()


def _plain(value: Value) -> Any:
    """``value`` without what one of the formats cannot hold, so that both say the same."""
    if isinstance(value, str):
        return _NO_XML.sub("", value) or None
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [_plain(part) for part in value]
    return value


def _write(parts: list[str], name: str, value: Any) -> None:
    if value is None:
        parts.append(f"<{name}/>")
        return
    parts.append(f"<{name}>")
    if isinstance(value, dict):
        for child, part in value.items():
            _write(parts, child, part)
    elif isinstance(value, list):
        for part in value:
            _write(parts, _ITEMS[name], part)
    elif isinstance(value, str):
        parts.append(escape(value, _ESCAPES))
    else:
        parts.append(json.dumps(value))
    parts.append(f"</{name}>")


def preferred(accept: str) -> str:
    """The format for an ``Accept`` header, where the address has no ending; XML, the standard's, by default."""
    weights = {"xml": 0.0, "json": 0.0}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((_weight(said) for said in parameters if said.startswith("q=")), 1.0)
        for format, kinds in (("xml", ("text/xml", "application/xml")), ("json", ("application/json",))):
            if kind in kinds:
                weights[format] = max(weights[format], weight)
    return "json" if weights["json"] > weights["xml"] else "xml"


def _weight(said: str) -> float:
    try:
        return float(said.removeprefix("q="))
    except ValueError:
        return 0.0
