"""Between our words and GeoReport v2's (wiki.open311.org/GeoReport_v2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lacarte.kernel.text import in_language
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import ServiceType, Subject

#: What the standard calls closed.
_CLOSED = frozenset({Need.State.MET, Need.State.WITHDRAWN})


class Open311Error(Exception):
    """Answered with the standard's error list."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


def service(service_type: ServiceType) -> dict[str, Any]:
    """A service type as a GeoReport service."""
    return {
        "service_code": service_type.code,
        "service_name": in_language(service_type.name),
        "description": in_language(service_type.description),
        "metadata": False,
        "type": "realtime",
        "keywords": in_language(service_type.keywords),
        "group": in_language(service_type.parent.name) if service_type.parent else "",
    }


def request(need: Need) -> dict[str, Any]:
    """A need as a public GeoReport request.

    What people wrote, and where a person or household lives, is personal and stays out.
    """
    public = need.subject == Subject.PLACE
    return {
        "service_request_id": need.reference,
        "status": "closed" if need.state in _CLOSED else "open",
        "status_notes": str(need.get_state_display()),
        "service_name": in_language(need.service_type.name),
        "service_code": need.service_type.code,
        "requested_datetime": _w3c(need.received_at),
        "updated_datetime": _w3c(need.closed_at or need.received_at),
        "address": need.address if public else "",
        "lat": need.latitude if public else None,
        "long": need.longitude if public else None,
    }


def _w3c(moment: Any) -> str:
    return str(moment.isoformat(timespec="seconds"))


def coordinate(form: Mapping[str, str], name: str) -> float | None:
    """``lat`` or ``long`` in degrees. Raises :class:`Open311Error` for what is not a number."""
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Open311Error(400, _("%(name)s: “%(text)s” is not a number") % {"name": name, "text": text}) from None


def contact(form: Mapping[str, str]) -> dict[str, str]:
    """What the sender said about themselves; empty for an anonymous request."""
    name = " ".join(part for part in (form.get("first_name", ""), form.get("last_name", "")) if part)
    said = {"name": name[:200], "email": form.get("email", "")[:254], "phone": form.get("phone", "")[:40]}
    return {field: words for field, words in said.items() if words}
