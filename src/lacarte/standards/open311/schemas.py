"""The shapes of what GeoReport v2 answers, as JSON Schema for the OpenAPI description."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WORDS: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
DEGREES: Schema = {"type": ["number", "null"]}
TRUTH: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MOMENT_OR_NONE: Schema = {"type": ["string", "null"], "format": "date-time"}
REFERENCE: Schema = {"type": "string", "pattern": "^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$"}


def record(**fields: Schema) -> Schema:
    """An object with all of these fields, whatever else it has."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def every(item: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": item}


def named(name: str) -> Schema:
    """A reference to one of :data:`COMPONENTS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_VALUES = every(record(key=TEXT, name=TEXT))
_REQUEST = record(
    service_request_id=REFERENCE,
    status={"enum": ["open", "closed"]},
    status_notes=WORDS,
    service_name=WORDS,
    service_code=TEXT,
    description=WORDS,
    agency_responsible=WORDS,
    service_notice=WORDS,
    requested_datetime=MOMENT,
    updated_datetime=MOMENT,
    expected_datetime=MOMENT_OR_NONE,
    address=WORDS,
    address_id=WORDS,
    zipcode=WORDS,
    lat=DEGREES,
    long=DEGREES,
    media_url=WORDS,
)
_EXTENDED = record(
    channel=TEXT,
    followers=COUNT,
    photos=every(record(media_url=TEXT, width=COUNT, height=COUNT, created_at=MOMENT)),
    answers=every(record(code=TEXT, label=WORDS, values=_VALUES)),
)

COMPONENTS: dict[str, Schema] = {
    "errors": {**every(record(code={"type": "integer"}, description=WORDS)), "minItems": 1},
    "discovery": record(
        changeset=MOMENT,
        contact=TEXT,
        key_service=TEXT,
        endpoints=every(
            record(
                specification=TEXT,
                url=TEXT,
                changeset=MOMENT,
                type={"enum": ["production", "test"]},
                formats=every(TEXT),
            )
        ),
    ),
    "services": every(
        record(
            service_code=TEXT,
            service_name=WORDS,
            description=WORDS,
            metadata=TRUTH,
            type={"enum": ["realtime"]},
            keywords=WORDS,
            group=WORDS,
        )
    ),
    "service_definition": record(
        service_code=TEXT,
        attributes=every(
            record(
                variable=TRUTH,
                code=TEXT,
                datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
                required=TRUTH,
                datatype_description=WORDS,
                order={"type": "integer"},
                description=WORDS,
                values=_VALUES,
            )
        ),
    ),
    "service_requests": every(
        {**_REQUEST, "properties": {**_REQUEST["properties"], "extended_attributes": _EXTENDED}}
    ),
    "taken": every(record(service_request_id=REFERENCE, service_notice=WORDS, account_id=WORDS)),
    "tokens": every(record(service_request_id=REFERENCE, token=TEXT)),
}
