"""One record as linked data, and the page of it for people."""

from __future__ import annotations

from urllib.parse import quote

from django.db.models import QuerySet

from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.menu.models import LifeEvent, Offer, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider
from lacarte.standards.cpsv import writing
from lacarte.standards.cpsv.naming import Names
from lacarte.standards.cpsv.records import PROVIDER, Catalogue, brief, names, rows_of, stubs
from lacarte.standards.cpsv.terms import Node


def described(kind: str, code: str) -> list[Node] | None:
    """What is said of a record and its parts, and what that refers to in brief; ``None`` where there is none.

    ``kind``: service, offer, provider, event, evidence or region.
    """
    where = names()
    if kind in ("provider", "evidence", "region"):
        return _alone(where, kind, code)
    services = _services(kind, code)
    if services is None:
        return None
    told = Catalogue(where, services, event=code if kind == "event" else "")
    nodes = [node for portion in told.portions() for node in portion.nodes]
    return nodes if kind == "service" else _about(where.of(kind, code), nodes)


def _services(kind: str, code: str) -> QuerySet[ServiceType] | None:
    """The services with which a record is told."""
    if kind == "service":
        found = ServiceType.objects.filter(code=code).exclude(number=0)
        return found if found.exists() else None
    if kind == "offer":
        number = Offer.objects.filter(code=code).values_list("service_type_id", flat=True).first()
        return None if number is None else ServiceType.objects.filter(number=number)
    event = LifeEvent.objects.filter(code=code).first()
    return None if event is None else ServiceType.objects.filter(pk__in=event.items.values("service_type"))


def _about(uri: str, nodes: list[Node]) -> list[Node]:
    """The nodes of one address and its parts, and in brief those that they refer to."""
    part = f"{uri}{'-' if '#' in uri else '#'}"
    said = [node for node in nodes if node.subject == uri or node.subject.startswith(part)]
    about = {node.subject for node in said}
    fresh = said
    while fresh:
        aims = {term.value for node in fresh for _, term in node.says} - about
        fresh = [brief(node) for node in nodes if node.subject in aims]
        about |= aims
        said = said + fresh
    return said


def _alone(where: Names, kind: str, code: str) -> list[Node] | None:
    """A record that is told without services."""
    nodes: list[Node] = []
    if kind == "provider":
        for row in rows_of(Provider.objects.filter(code=code), PROVIDER):
            nodes += writing.provider(where, row)
            at = Region.objects.filter(code=row["region_code"])
            nodes += [writing.region(where, one) for one in rows_of(at, ("code", "name"))]
    elif kind == "evidence":
        rows = rows_of(EvidenceType.objects.filter(code=code), ("code", "name", "description"))
        nodes += [writing.evidence_type(where, row) for row in rows]
    else:
        nodes += [
            writing.region(where, row) for row in rows_of(Region.objects.filter(code=code), ("code", "name"))
        ]
    told = {node.subject for node in nodes}
    return [*nodes, *(node for node in stubs(nodes) if node.subject not in told)] or None


def page_of(kind: str, code: str) -> str:
    """The address of the page on which people read of a record; empty where there is none."""
    if kind == "service":
        return f"/menu/services/{quote(code, safe='')}/"
    if kind == "event":
        return f"/menu/list/?event={quote(code)}"
    if kind == "offer":
        service = Offer.objects.filter(code=code).values_list("service_type__code", flat=True).first()
        return page_of("service", service) if service else ""
    return ""
