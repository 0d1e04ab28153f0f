"""What a gateway posts, checked: every fault names its field (docs/reference/gateways.md)."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from lacarte.kernel.text import storable
from lacarte.loop.needs.messages.hearing import Enclosure

LONGEST_ID, LONGEST_FROM, LONGEST_TEXT, LONGEST_NAME = 100, 200, 20_000, 200
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_FIELDS = {"id", "from", "text", "name", "language", "at", "longitude", "latitude", "media"}
_MEDIA_FIELDS = {"name", "data"}
#: No message is older; what a clock says that was never set is no time.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field."""

    field: str
    message: str


class BodyError(ValueError):
    """The body cannot be taken; ``faults`` say why, all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Body:
    """What a gateway posted."""

    id: str
    sender: str
    text: str
    name: str = ""
    language: str = ""
    at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None
    media: tuple[Enclosure, ...] = ()


def parse(data: bytes) -> Body:
    """The body of a post. Raises :class:`BodyError`."""
    said = _json(data)
    faults: list[Fault] = [Fault(_shown(name), "there is no such field") for name in sorted(set(said) - _FIELDS)]
    body = Body(
        id=_text(said, "id", LONGEST_ID, faults, required=True),
        sender=_text(said, "from", LONGEST_FROM, faults, required=True),
        text=_text(said, "text", LONGEST_TEXT, faults),
        name=_text(said, "name", LONGEST_NAME, faults),
        language=_language(said, faults),
        at=_time(said, faults),
        longitude=_degrees(said, "longitude", 180, faults),
        latitude=_degrees(said, "latitude", 90, faults),
        media=_media(said, faults),
    )
    if (body.longitude is None) != (body.latitude is None):
        faults.append(Fault("longitude", "a point needs both longitude and latitude"))
    if not body.text.strip() and not body.media and not faults:
        faults.append(Fault("text", "empty, and no media either"))
    if faults:
        raise BodyError(faults)
    return body


def _json(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data.decode("utf-8"), parse_int=float)
    except UnicodeDecodeError as error:
        raise BodyError([Fault("", "the body is not in UTF-8")]) from error
    except (ValueError, RecursionError) as error:
        raise BodyError([Fault("", f"the body is not JSON: {error}"[:200])]) from error
    if not isinstance(said, dict):
        raise BodyError([Fault("", "the body is a JSON object")])
    return cast("dict[str, Any]", said)


def _shown(name: str) -> str:
    """The name of a field that is not ours, as it can be sent back: JSON may hold half a character."""
    return name[:_LONGEST_SHOWN].encode("utf-8", "backslashreplace").decode()


def _text(said: dict[str, Any], name: str, longest: int, faults: list[Fault], *, required: bool = False) -> str:
    value = said.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        faults.append(Fault(name, "a text is required" if required else "not a text"))
        return ""
    if len(value) > longest:
        faults.append(Fault(name, f"at most {longest} characters"))
    if not storable(value):
        faults.append(Fault(name, "holds a NUL or half a character"))
    return value


def _language(said: dict[str, Any], faults: list[Fault]) -> str:
    value = _text(said, "language", 40, faults)
    if value and not _LANGUAGE.fullmatch(value):
        faults.append(Fault("language", "not a language tag such as zh-Hans or en"))
    return value


def _time(said: dict[str, Any], faults: list[Fault]) -> datetime | None:
    value = _text(said, "at", 40, faults)
    if not value:
        return None
    try:
        told = datetime.fromisoformat(value)
        at = told.astimezone(UTC) if told.tzinfo else None
    except (ValueError, OverflowError):  # the first and the last days there are lie in no other zone
        at = None
    if at is None:
        faults.append(Fault("at", "not a time with its zone such as 2026-03-01T09:30:00+08:00"))
    elif at < _EARLIEST:
        faults.append(Fault("at", f"before {_EARLIEST.year}; leave it out where it is not known"))
    return at


def _degrees(said: dict[str, Any], name: str, most: int, faults: list[Fault]) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    number = value if isinstance(value, float) else math.nan
    if not -most <= number <= most:
        faults.append(Fault(name, f"not degrees from -{most} to {most}"))
        return None
    return number


def _media(said: dict[str, Any], faults: list[Fault]) -> tuple[Enclosure, ...]:
    value = said.get("media")
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 50:
        faults.append(Fault("media", "not a list of at most 50"))
        return ()
    return tuple(one for at, item in enumerate(value) if (one := _enclosure(item, f"media[{at}]", faults)))


def _enclosure(item: object, where: str, faults: list[Fault]) -> Enclosure | None:
    if not isinstance(item, dict) or set(item) - _MEDIA_FIELDS or not isinstance(item.get("data"), str):
        faults.append(Fault(where, "an object with data (base64) and perhaps a name"))
        return None
    name = item.get("name") or ""
    if not isinstance(name, str) or not storable(name):
        faults.append(Fault(f"{where}.name", "not a text"))
        return None
    try:
        return Enclosure(name[:200], base64.b64decode(item["data"], validate=True))
    except (binascii.Error, ValueError):
        faults.append(Fault(f"{where}.data", "not base64"))
        return None
