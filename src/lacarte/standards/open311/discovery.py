"""Service discovery: where the endpoints are, in which formats, and since when the services are as they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import Event
from lacarte.registers.menu.models import Attribute
from lacarte.registers.menu.queries import orderable
from lacarte.standards.open311.moments import write_w3c

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_FORMATS = ["text/xml", "application/json"]
#: The timeline on which changes of the services are kept (a name-based UUID of the specification's address).
_STREAM = UUID("25e90ffe-cbd4-5f43-83b2-1451d3ef926d")


@dataclass(frozen=True, kw_only=True)
class ServicesChanged(DomainEvent):
    """What clients see of services and their questions is not what it was."""

    name: ClassVar[str] = "open311.services-changed"
    sentence: ClassVar[str | Promise] = gettext_lazy("The services or their questions were changed.")
    fingerprint: str


def described(base: str) -> dict[str, Any]:
    """The discovery document of a site at ``base`` (its address without a slash at the end)."""
    changeset = write_w3c(changed_at())
    endpoints = [_endpoint(f"{base}/open311/v2", settings.CONFIGURED["open311_type"], changeset)]
    if other := settings.CONFIGURED["open311_test_url"]:
        endpoints.append(_endpoint(other, "test", changeset))
    contact = settings.CONFIGURED["open311_contact"] or _("Please ask the city: %(address)s") % {"address": base}
    return {
        "changeset": changeset,
        "contact": contact,
        "key_service": f"{_keys()} {contact}",
        "endpoints": endpoints,
    }


def _keys() -> str:
    if settings.CONFIGURED["open311_key_required"]:
        return _("A key is needed to send requests.")
    return _("No key is needed; with one, more can be sent.")


def _endpoint(url: str, kind: str, changeset: str | None) -> dict[str, Any]:
    return {
        "specification": SPECIFICATION,
        "url": url,
        "changeset": changeset,
        "type": kind,
        "formats": _FORMATS,
    }


def changed_at() -> datetime:
    """When the services or their questions were last seen to change; whoever changed them, and how."""
    now = _fingerprint()
    last = Event.objects.filter(name=ServicesChanged.name).order_by("-at", "-id").first()
    if last is None or last.payload["fingerprint"] != now:
        with transaction.atomic():
            last = publish(ServicesChanged(fingerprint=now), stream=_STREAM)
    return last.at


def _fingerprint() -> str:
    services = orderable().values_list("number", "code", "name", "description", "keywords", "parent__name")
    questions = Attribute.objects.order_by("service_type", "order", "code").values_list(
        "service_type", "code", "datatype", "question", "hint", "required", "variable", "order", "values"
    )
    seen = json.dumps([list(services), list(questions)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(seen.encode()).hexdigest()
