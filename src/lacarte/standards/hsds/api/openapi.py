"""The interface described for programs: OpenAPI 3.1, of each version of HSDS."""

from __future__ import annotations

from typing import Any

from lacarte import __version__
from lacarte.standards.hsds.api.asking import MOST, USUAL
from lacarte.standards.hsds.shapes import NEWEST, Schema, definitions

_TEXT: Schema = {"type": "string"}
_YES: Schema = {"type": "boolean"}
_PREFIX = "#/components/schemas/"
SPECIFICATION = "https://docs.openreferral.org"
#: The parameters of lists: schema, what they do.
_PARAMETERS: dict[str, tuple[Schema, str]] = {
    "search": (_TEXT, "words in any language of the menu; mistyped ones are understood"),
    "page": ({"type": "integer", "minimum": 1}, "which page, from 1"),
    "per_page": ({"type": "integer", "minimum": 1, "maximum": MOST}, f"how many on a page; {USUAL} unless said"),
    "format": ({"enum": ["json", "ndjson"]}, "ndjson: all of them, one on a line, without pages"),
    "taxonomy_term_id": (_TEXT, "with this term; of a service type of ours also those below it"),
    "taxonomy_id": (_TEXT, "with any term of this taxonomy"),
    "organization_id": (_TEXT, "of this organisation"),
    "modified_after": (_TEXT, "changed from then on, such as 2026-01-31T09:30:00Z"),
    "minimal": (_YES, "only key and date of change, all on one page"),
    "full": (_YES, "with all that is in each"),
    "full_service": (_YES, "with whole services"),
    "top_only": (_YES, "only terms that are below no other"),
    "parent_id": (_TEXT, "terms right below this one"),
    "postcode": (_TEXT, "at an address with this postcode, or with proximity around those addresses"),
    "proximity": (_TEXT, "metres around the postcode"),
}
_PAGED = ("search", "page", "per_page", "format")
_TERMS = ("taxonomy_term_id", "taxonomy_id")
#: The lists: their path, kind, and parameters.
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "services": ("service", (*_PAGED, *_TERMS, "organization_id", "modified_after", "minimal", "full")),
    "organizations": ("organization", (*_PAGED, *_TERMS, "full", "full_service")),
    "service_at_locations": (
        "service_at_location",
        (*_PAGED, *_TERMS, "organization_id", "modified_after", "full", "postcode", "proximity"),
    ),
    "taxonomies": ("taxonomy", _PAGED),
    "taxonomy_terms": ("taxonomy_term", (*_PAGED, "taxonomy_id", "top_only", "parent_id")),
}
_NUMBERS, _FLAGS = ("total_items", "total_pages", "page_number", "size"), ("first_page", "last_page", "empty")
_PAGE: Schema = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in _NUMBERS} | dict.fromkeys(_FLAGS, _YES),
    "required": [*_NUMBERS, *_FLAGS, "contents"],
}
_PROBLEM: Schema = {
    "type": "object",
    "properties": {"title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
    "required": ["title", "status", "detail"],
}
_MINIMAL: Schema = {
    "type": "object",
    "properties": {"id": {"type": "string", "format": "uuid"}, "modified_date": _TEXT},
    "required": ["id", "modified_date"],
}


def description(base: str, version: str) -> dict[str, Any]:
    """The description for a site at ``base`` (its address without a slash at the end)."""
    paths: dict[str, Any] = {"/": {"get": _root()}}
    for path, (kind, parameters) in LISTS.items():
        paths[f"/{path}"] = _list(path, kind, parameters, version)
        paths[f"/{path}/{{id}}"] = _one(path, kind)
    schemas = definitions(version, _PREFIX) | {"Page": _PAGE, "Problem": _PROBLEM, "Minimal": _MINIMAL}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Human Services Data Specification {version}",
            "version": __version__,
            "description": f"The specification is at {SPECIFICATION}.",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": f"{base}/hsds/{version}"}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _root() -> Schema:
    about = dict.fromkeys(("version", "profile", "openapi_url"), _TEXT)
    schema = {"type": "object", "properties": about, "required": list(about)}
    return {
        "operationId": "about",
        "summary": "What this is",
        "responses": _answers("what this is", schema, "429"),
    }


def _list(path: str, kind: str, parameters: tuple[str, ...], version: str) -> Schema:
    """A list by GET; from 3.1 on also by POST, which asks for the same."""
    items: Schema = {"$ref": _PREFIX + kind}
    if "minimal" in parameters:
        items = {"anyOf": [items, {"$ref": f"{_PREFIX}Minimal"}]}
    page = {"allOf": [{"$ref": f"{_PREFIX}Page"}], "properties": {"contents": {"type": "array", "items": items}}}
    found: Schema = {}
    for method in ("get", "post") if version == NEWEST else ("get",):
        responses = _answers("a page", page, "400", "429")
        responses["200"]["content"]["application/x-ndjson"] = {"schema": {}}
        found[method] = {
            "operationId": f"{method}-{path}",
            "summary": f"A page of {path.replace('_', ' ')}",
            "parameters": [_parameter(name) for name in parameters],
            "responses": responses,
        }
    return found


def _one(path: str, kind: str) -> Schema:
    whole = [_parameter("full_service")] if kind == "organization" else []
    key = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
    responses = _answers("with all that is in it", {"$ref": _PREFIX + kind}, "400", "404", "429")
    return {
        "parameters": [key],
        "get": {
            "operationId": f"one-of-{path}",
            "summary": f"One {kind.replace('_', ' ')}",
            "parameters": whole,
            "responses": responses,
        },
    }


def _parameter(name: str) -> Schema:
    schema, words = _PARAMETERS[name]
    return {"name": name, "in": "query", "schema": schema, "description": words}


def _answers(words: str, schema: Schema, *problems: str) -> dict[str, Schema]:
    problem = {"application/problem+json": {"schema": {"$ref": f"{_PREFIX}Problem"}}}
    told: dict[str, Schema] = {"200": {"description": words, "content": {"application/json": {"schema": schema}}}}
    return told | {status: {"description": "a problem", "content": problem} for status in problems}
