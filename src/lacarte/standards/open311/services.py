"""What can be ordered, as GeoReport services and service definitions."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from lacarte.kernel.text import in_language
from lacarte.registers.menu.answering import questions_of
from lacarte.registers.menu.models import Attribute, ServiceType
from lacarte.registers.menu.queries import orderable, orderable_by_code
from lacarte.standards.open311.errors import Open311Error


def service_list() -> list[dict[str, Any]]:
    """All service types that can be ordered."""
    asked = Exists(Attribute.objects.filter(service_type=OuterRef("pk")))
    return [_service(kind, metadata=kind.asks) for kind in orderable().annotate(asks=asked)]


def _service(kind: ServiceType, *, metadata: bool) -> dict[str, Any]:
    return {
        "service_code": kind.code,
        "service_name": in_language(kind.name),
        "description": in_language(kind.description),
        "metadata": metadata,
        "type": "realtime",
        "keywords": _with_commas(in_language(kind.keywords)),
        "group": in_language(kind.parent.name) if kind.parent else "",
    }


def _with_commas(words: str) -> str:
    """The standard wants commas between keywords; our menu has blanks, or commas where one is several words."""
    return words if "," in words or "，" in words else ", ".join(words.split())


def service_definition(code: str) -> dict[str, Any]:
    """The follow-up questions of a service type. Raises :class:`Open311Error` for an unknown one."""
    kind = service(code)
    return {"service_code": kind.code, "attributes": [_attribute(question) for question in questions_of(kind)]}


def _attribute(question: Attribute) -> dict[str, Any]:
    values = [{"key": one["key"], "name": in_language(one["name"]) or one["key"]} for one in question.values]
    return {
        "variable": question.variable,
        "code": question.code,
        "datatype": question.datatype,
        "required": question.required,
        "datatype_description": in_language(question.hint),
        "order": question.order,
        "description": in_language(question.question),
        "values": values,
    }


def service(code: str) -> ServiceType:
    """The service type that a client means. Raises :class:`Open311Error`: 400 for none, 404 for an unknown one."""
    if not code:
        raise Open311Error(400, _("service_code is missing"))
    kind = orderable_by_code(code)
    if kind is None:
        words = _("service_code: there is no service “%(code)s”; /services lists them")
        raise Open311Error(404, words % {"code": code[:120]})
    return kind
