"""The interface described for programs: OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from lacarte import __version__
from lacarte.standards.open311.discovery import SPECIFICATION
from lacarte.standards.open311.schemas import COMPONENTS, TEXT, Schema, every, named
from lacarte.standards.open311.searching import MOST

_FORMAT = {"name": "format", "in": "path", "required": True, "schema": {"enum": ["json", "xml"]}}
_JURISDICTION = "which of the jurisdictions of this installation is meant"
_KEY = ("api_key", {"type": "string"}, "counted by the key, and not by the address, where one is sent")
_WHEN = "a W3C date and time, such as 2026-01-31T09:30:00Z; without an offset in the city's time"
#: The filters of GET requests: name, schema, what it does.
_FILTERS: tuple[tuple[str, Schema, str], ...] = (
    ("service_request_id", TEXT, "these requests and no filter; several with commas"),
    ("service_code", TEXT, "of these services; several with commas"),
    ("status", TEXT, "open, closed or both with a comma"),
    ("start_date", TEXT, f"received from then on: {_WHEN}"),
    ("end_date", TEXT, f"received up to then, at most 90 days after start_date: {_WHEN}"),
    ("updated_after", TEXT, f"changed from then on; the latest change comes first: {_WHEN}"),
    ("updated_before", TEXT, f"changed up to then: {_WHEN}"),
    ("page", {"type": "integer", "minimum": 1}, "which page, from 1"),
    ("page_size", {"type": "integer", "minimum": 1, "maximum": MOST}, f"how many on a page; {MOST} unless said"),
    ("lat", {"type": "number"}, "with long and radius: near this point, degrees (WGS84)"),
    ("long", {"type": "number"}, "with lat and radius"),
    ("radius", {"type": "number"}, "in metres; 1000 unless said"),
    ("bbox", TEXT, "west,south,east,north in degrees (WGS84)"),
)
_EXTENSIONS = ("extensions", TEXT, "true: with extended_attributes")
#: The fields of POST requests: name, what it holds.
_FIELDS: dict[str, str] = {
    "service_code": "which service; /services lists them",
    "lat": "degrees (WGS84), with long",
    "long": "degrees (WGS84), with lat",
    "address_string": "where, in words",
    "address_id": "the code of a place of this city",
    "description": "what is the matter",
    "first_name": "of the sender",
    "last_name": "of the sender",
    "email": "of the sender",
    "phone": "of the sender",
    "account_id": "the sender's account at the client; it is answered",
    "device_id": "the sender's device",
    "media_url": "a link to a photo; it is kept and never followed",
    "api_key": "the key of the client",
    "jurisdiction_id": _JURISDICTION,
}


def description(base: str) -> dict[str, Any]:
    """The description for a site at ``base`` (its address without a slash at the end)."""
    found = "/requests/{service_request_id}.{format}"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Open311 GeoReport v2, {settings.CONFIGURED['jurisdiction']}",
            "version": __version__,
            "description": f"The specification is at {SPECIFICATION}.",
        },
        "servers": [{"url": f"{base}/open311/v2"}],
        "paths": {
            "/discovery.{format}": _path("discovery", "Endpoints, formats and whom to ask", "discovery"),
            "/services.{format}": _path("services", "All services", "services"),
            "/services/{service_code}.{format}": _path(
                "definition", "The follow-up questions of a service", "service_definition", _part("service_code")
            ),
            "/requests.{format}": {
                **_path("requests", "A page of requests", "service_requests", *_SEARCH),
                "post": _post(),
            },
            found: _path(
                "request", "One request", "service_requests", _part("service_request_id"), _query(_EXTENSIONS)
            ),
            "/tokens/{token}.{format}": _path("token", "The request of a token", "tokens", _part("token")),
        },
        "components": {"schemas": COMPONENTS},
    }


def _path(name: str, summary: str, schema: str, *parameters: Schema) -> dict[str, Any]:
    """A path that is read."""
    get = {
        "operationId": name,
        "summary": summary,
        "parameters": [*parameters, _query(("jurisdiction_id", TEXT, _JURISDICTION)), _query(_KEY)],
        "responses": {"200": _answer("what was asked for", schema)} | _errors("400", "404", "429"),
    }
    return {"parameters": [_FORMAT], "get": get}


def _post() -> dict[str, Any]:
    fields: dict[str, Schema] = {name: {"type": "string", "description": words} for name, words in _FIELDS.items()}
    attributes: dict[str, Schema] = {
        "attribute[CODE]": {"type": "string", "description": "the answer to the follow-up question CODE"},
        "attribute[CODE][]": {**every(TEXT), "description": "the answers, where several may be given"},
    }
    photo = {"type": "string", "contentMediaType": "application/octet-stream", "description": "a photo"}
    form = {"type": "object", "properties": fields | attributes, "required": ["service_code"]}
    with_files = {**form, "properties": fields | attributes | {"media": photo}}
    return {
        "operationId": "take-in",
        "summary": "Send a request in",
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {"schema": form},
                "multipart/form-data": {"schema": with_files},
            },
        },
        "responses": {"201": _answer("taken in", "taken")} | _errors("400", "403", "404", "413", "429"),
    }


def _part(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _query(parameter: tuple[str, Schema, str]) -> Schema:
    name, schema, words = parameter
    return {"name": name, "in": "query", "schema": schema, "description": words}


def _answer(words: str, schema: str) -> Schema:
    return {
        "description": words,
        "content": {"application/json": {"schema": named(schema)}, "text/xml": {"schema": {}}},
    }


def _errors(*statuses: str) -> dict[str, Schema]:
    return {status: _answer("the standard's list of errors", "errors") for status in statuses}


_SEARCH = [_query(parameter) for parameter in (*_FILTERS, _EXTENSIONS)]
