"""What the tests of GeoReport v2 share: a city that asks questions, forms, and XML read as data."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np
from django.http import HttpResponse
from PIL import Image

from lacarte.engines.geography import cells
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Attribute, ServiceType
from lacarte.standards.open311.formats import _ITEMS
from tests.city import City, build

ROOT = "/open311/v2"
GOOD = {"service_code": "lift-repair", "lat": "28.05", "long": "122.15", "description": "The lift is stuck"}
#: A question of each type, and a notice.
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"code": "NOTE", "datatype": "text", "variable": False, "question": {"en": "Lifts < 3 floors & ramps: no"}},
    {"code": "NUMBER", "datatype": "string", "question": {"en": "Which lift?", "zh-hans": "哪部电梯？"}},
    {"code": "FLOORS", "datatype": "number", "question": {"en": "How many floors?"}, "required": True},
    {"code": "SINCE", "datatype": "datetime", "question": {"en": "Since when?"}, "hint": {"en": "day and time"}},
    {"code": "MORE", "datatype": "text", "question": {"en": "What else?"}},
    {
        "code": "STATE",
        "datatype": "singlevaluelist",
        "question": {"en": "Does it move?"},
        "values": [{"key": "stuck", "name": {"en": "No"}}, {"key": "slow", "name": {"en": "Slowly"}}],
    },
    {
        "code": "WHO",
        "datatype": "multivaluelist",
        "question": {"en": "Who is hindered?"},
        "values": [{"key": "old", "name": {"en": "Old people"}}, {"key": "wheels", "name": {"en": "On wheels"}}],
    },
)
ANSWERS = {"attribute[FLOORS]": "12"}


def asking_city() -> City:
    """The small city, where a broken lift calls for answers."""
    city = build()
    ask(city.lift)
    return city


def ask(kind: ServiceType) -> None:
    """Give a service type all the :data:`QUESTIONS`."""
    for order, fields in enumerate(QUESTIONS, start=1):
        Attribute.objects.create(service_type=kind, order=order, **fields)


def photo(colour: str = "red") -> bytes:
    """A small photo."""
    written = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, "JPEG")
    return written.getvalue()


def tell(city: City, **fields: Any) -> Need:
    """A need about the lift in the east, as it is when it has just come."""
    told = {
        "channel": "open311",
        "subject": "place",
        "service_type": city.lift,
        "region": city.east,
        "text": "The lift is stuck",
        "longitude": 122.15,
        "latitude": 28.05,
    }
    all_of_it = told | fields
    point = np.array([all_of_it["longitude"], all_of_it["latitude"]], dtype=float)
    return Need.objects.create(cell=int(cells(*point)), **all_of_it)


def data(answer: HttpResponse) -> Any:
    """What an answer says, whichever format it is in; everything that is not a list or a record as text."""
    if answer["Content-Type"] == "application/json; charset=utf-8":
        return _as_text(json.loads(answer.content))
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return _read(ElementTree.fromstring(answer.content))


def _read(element: ElementTree.Element) -> Any:
    if element.tag in _ITEMS:
        assert {child.tag for child in element} <= {_ITEMS[element.tag]}
        return [_read(child) for child in element]
    if len(element):
        return {child.tag: _read(child) for child in element}
    return element.text


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
