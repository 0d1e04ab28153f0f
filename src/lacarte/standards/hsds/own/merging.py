"""What a program sends of a service, put over what is there: what it does not send stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from lacarte.standards.hsds.ours import Object, record_attribute, taken_apart, type_attribute
from lacarte.standards.hsds.residue import same

#: Which of our columns a field says. Where the field is new, what our own attribute said of them holds no more.
OF_SERVICE = {
    "name": (),
    "url": ("website",),
    "email": ("email",),
    "phones": ("phone",),
    "languages": ("languages",),
    "cost_options": ("price_minor", "currency"),
    "status": ("paused",),
}
OF_PLACE = {
    "location": ("longitude", "latitude", "step_free", "region"),
    "phones": ("phone",),
    "schedules": ("hours",),
    "service_areas": ("reach_metres", "serves"),
}


def merged(key: UUID, there: Object, sent: Object, columns: Mapping[str, tuple[str, ...]]) -> Object:
    """``sent`` over what is ``there``; ``None`` is as if not sent.

    An attribute of ours that came back as it was is no word of the program's: new fields go before it.
    """
    said = {name: value for name, value in sent.items() if value is not None}
    _, extras_there, term_there = taken_apart(there.get("attributes"))
    others, extras, term = taken_apart(said.get("attributes", there.get("attributes")))
    if not extras or same(extras, extras_there):
        old = [
            column
            for name, those in columns.items()
            if name in said and not same(said[name], there.get(name))
            for column in those
        ]
        extras = {name: value for name, value in extras_there.items() if name not in old}
    term = term or term_there
    attributes = [*others, record_attribute(key, extras)]
    if term is not None and isinstance(term.get("id"), str):
        attributes.append(type_attribute(key, term))
    return {**there, **said, "attributes": attributes}
