"""Our records as nodes, portion by portion: however large the menu, a portion takes the same room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext, override

from lacarte.kernel.text import in_language
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.keeping.times import OF_RULE
from lacarte.registers.menu.models import (
    Attribute,
    BundleItem,
    CapacityRule,
    DirectoryRow,
    LifeEvent,
    Offer,
    OfferAtPlace,
    ServiceType,
)
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider
from lacarte.standards.cpsv import shapes, writing
from lacarte.standards.cpsv.naming import Names
from lacarte.standards.cpsv.terms import CV, DCT, ELI, FOAF, ORG, SKOS, TIME, TYPE, Node, Term, iri
from lacarte.standards.cpsv.vocabularies import class_of
from lacarte.standards.json_columns import json_columns, loaded

STANDARD = "cpsv"
#: Tables of what belongs to none of our records.
NAMED, STATEMENTS = "named", "statements"
#: Offers in a portion.
_PORTION = 2500
_TYPE = (
    "number", "last", "code", "name", "description", "keywords", "orderable", "subject", "urgency",
    "contact_days", "resolution_days", "legal_basis", "carried", "changed_at", "parent__number", "parent__code",
    "parent__orderable",
)  # fmt: skip
_QUESTION = (
    "service_type_id", "code", "datatype", "question", "hint", "required", "variable", "order", "values",
    "circumstance",
)  # fmt: skip
_REQUIREMENT = (
    "pk", "service_type_id", "code", "circumstance", "comparison", "value", "text", "legal_basis", "order",
)  # fmt: skip
_EVENT = ("pk", "code", "name", "description", "keywords", "business", "order", "active")
PROVIDER = (
    "id", "code", "name", "description", "kind", "website", "email", "phone", "carried", "changed_at",
    "region__code",
)  # fmt: skip
_OFFER = (
    "id", "code", "name", "description", "conditions", "website", "email", "phone", "languages", "price_minor",
    "currency", "price_note", "since", "until", "paused", "carried", "changed_at", "service_type__code",
    "provider__code",
)  # fmt: skip
_PLACE = (
    "id", "offer_id", "address", "longitude", "latitude", "reach_metres", "step_free", "hours", "phone", "carried",
    "region__code",
)  # fmt: skip
_NAMES = {
    "region__code": "region_code",
    "parent__code": "parent",
    "parent__orderable": "parent_orderable",
    "service_type__code": "service",
    "provider__code": "provider",
    "service_type_id": "service_number",
}
#: What of a service, a life event or a provider is told where it is only referred to.
_BRIEF = {
    TYPE, writing.IDENTIFIER, DCT + "title", DCT + "description", SKOS + "prefLabel",
    CV + "hasCompetentAuthority", DCT + "spatial",
}  # fmt: skip
#: What others said of these goes before what we would say.
_THEIRS_FIRST = {
    CV + "hasCompetentAuthority", CV + "processingTime", CV + "hasValue", CV + "currency", DCT + "type",
    DCT + "modified", DCT + "publisher", writing.IDENTIFIER,
}  # fmt: skip
Row = dict[str, Any]


@dataclass
class Portion:
    """Nodes to be published, and what they refer to, told as far as the shapes want it, to check them with."""

    nodes: list[Node] = field(default_factory=list)
    beside: list[Node] = field(default_factory=list)


def names() -> Names:
    """The addresses of this installation."""
    rows = DirectoryRow.objects.filter(standard=STANDARD, table=NAMED).values_list("values", flat=True)
    return Names(settings.CONFIGURED["site_address"], {row["name"]: row["uri"] for row in rows})


def rows_of(found: QuerySet[Any], columns: tuple[str, ...]) -> Iterator[Row]:
    """Plain rows, as they are written."""
    plain = [_NAMES.get(column, column) for column in columns]
    texts = json_columns(found.model).intersection(columns)
    asked = [Cast(column, TextField()) if column in texts else column for column in columns]
    for values in found.values_list(*asked).iterator(chunk_size=2000):
        row = dict(zip(plain, values, strict=True))
        for column in texts:
            row[column] = loaded(row[column])
        yield row


def brief(node: Node) -> Node:
    """What of a node is told where it is only referred to."""
    return Node(node.subject, [says for says in node.says if says[0] in _BRIEF])


class Catalogue:
    """The menu, or the part of it below some service types, with names from ``where``."""

    def __init__(self, where: Names, services: QuerySet[ServiceType] | None = None, event: str = "") -> None:
        """``services``: those that are told, with their offers; all of them by default.

        Of ``event``, the code of a life event, the bundle is told too, even where not all is.
        """
        self._event = event
        self._names = where
        self._all = services is None
        found = ServiceType.objects.exclude(number=0) if services is None else services
        self._types = [_with_position(row) for row in rows_of(found.order_by("number"), _TYPE)]
        self._services: dict[str, Node] = {}
        self._brief: dict[str, Node] = {}  # as they are told beside offers
        self._others = _of_others()
        self._told: set[str] = set()
        self._asked: list[Node] = []  # who answers for all services

    def portions(self) -> Iterator[Portion]:
        """All nodes: first services and what they refer to, then offers."""
        yield self._first()
        yield from self._offers()

    def _first(self) -> Portion:
        found = Portion(self._frame())
        numbers = {row["number"]: row for row in self._types}
        for row in self._types:
            nodes = writing.service_type(self._names, row)
            self._services[row["code"]] = nodes[0]
            self._brief[row["code"]] = brief(nodes[0])
            found.nodes += nodes
        only = {} if self._all else {"service_type__in": list(numbers)}
        services = {number: self._services[row["code"]] for number, row in numbers.items()}
        for row in rows_of(Attribute.objects.filter(**only).order_by("service_type", "order", "code"), _QUESTION):
            found.nodes.append(writing.question(self._names, services[row["service_number"]], row))
        proofs = self._requirements(found, services, only)
        evidence = EvidenceType.objects.order_by("code")
        for row in rows_of(
            evidence if self._all else evidence.filter(code__in=proofs), ("code", "name", "description")
        ):
            found.nodes.append(writing.evidence_type(self._names, row))
        self._events(found, services)
        self._languages(services, only)
        self._providers(found)
        if self._all:
            found.nodes += [other.node for other in self._others.values() if not other.offered]
        else:
            found.nodes += self._said_by_others(found.nodes)
        return self._finished(found)

    def _finished(self, found: Portion) -> Portion:
        """Without what others said in the place of ours; with a class for whatever it refers to."""
        for node in found.nodes:
            other = self._others.get(node.subject)
            if other is not None and other.node is not node:
                theirs = {says[0] for says in other.node.says} & _THEIRS_FIRST
                node.says = [says for says in node.says if says[0] not in theirs]
        self._told.update(node.subject for node in found.nodes)
        classes = stubs([*found.nodes, *found.beside])
        found.beside += classes
        found.nodes += [node for node in classes if node.subject not in self._told]
        self._told.update(node.subject for node in classes)
        return found

    def _frame(self) -> list[Node]:
        """The catalogue, who answers for it, and regions: all, or the city alone."""
        regions = Region.objects.order_by("number")
        columns = ("number", "code", "name", "parent__number")
        rows = list(rows_of(regions if self._all else regions.filter(Q(parent__number=0) | Q(number=0)), columns))
        city = next((row for row in rows if row["parent__number"] == 0), rows[0])
        if not self._all:
            rows = [city]
        title, about = {}, {}
        for code, _name in settings.LANGUAGES:
            with override(code):
                place = in_language(city["name"], code) or city["code"]
                title[code] = gettext("Public services of %(place)s") % {"place": place}
                about[code] = gettext("What people in %(place)s can order, who offers it and where.") % {
                    "place": place
                }
        self._asked = [writing.authority(self._names, city), writing.region(self._names, city)]
        return [
            writing.catalogue(self._names, title, about),
            self._asked[0],
            *(writing.region(self._names, row) for row in rows),
        ]

    def _requirements(self, found: Portion, services: dict[int, Node], only: dict[str, Any]) -> set[str]:
        """Adds them with what proves them. Returns the codes of all kinds of proof."""
        chosen = Requirement.objects.filter(**only).order_by("service_type", "order", "code")
        proofs: dict[int, list[str]] = defaultdict(list)
        for key, code in (
            chosen.filter(proofs__isnull=False).order_by("proofs__code").values_list("pk", "proofs__code")
        ):
            proofs[key].append(code)
        asked: dict[str, dict[str, None]] = defaultdict(dict)
        for row in rows_of(chosen, _REQUIREMENT):
            service = services[row["service_number"]]
            found.nodes += writing.requirement(self._names, service, row, proofs[row["pk"]])
            asked[service.subject].update(dict.fromkeys(proofs[row["pk"]]))
        for node in services.values():
            node.says += [
                (CV + "hasInputType", iri(self._names.of("evidence", code))) for code in asked[node.subject]
            ]
        return {code for codes in proofs.values() for code in codes}

    def _events(self, found: Portion, services: dict[int, Node]) -> None:
        """Life events with their bundles; of those that only call for one of the services, what they are."""
        after: dict[int, list[str]] = defaultdict(list)
        waits = BundleItem.after.through.objects.order_by("to_bundleitem__order", "to_bundleitem_id")
        for key, code in waits.values_list("from_bundleitem_id", "to_bundleitem__service_type__code"):
            after[key].append(code)
        items: dict[int, list[Row]] = defaultdict(list)
        columns = ("pk", "life_event_id", "service_type_id", "service_type__code", "order", "why", "suggested")
        for row in rows_of(BundleItem.objects.order_by("life_event", "order", "pk"), columns):
            items[row["life_event_id"]].append(row)
        for row in rows_of(LifeEvent.objects.order_by("order", "code"), _EVENT):
            event = writing.life_event(self._names, row)
            inside = [writing.bundle_item(self._names, event, one, after[one["pk"]]) for one in items[row["pk"]]]
            called = [
                services[one["service_number"]] for one in items[row["pk"]] if one["service_number"] in services
            ]
            for service in called:
                service.says.append((CV + "isGroupedBy", iri(event.subject)))
            if self._all or row["code"] == self._event:
                found.nodes += [event, *inside]
            elif called:
                found.nodes.append(brief(event))

    def _languages(self, services: dict[int, Node], only: dict[str, Any]) -> None:
        spoken: dict[int, set[str]] = defaultdict(set)
        for number, tags in Offer.objects.filter(**only).values_list("service_type_id", "languages").distinct():
            spoken[number].update(tag for tag in tags if isinstance(tag, str))
        for number, tags in spoken.items():
            services[number].says += [(DCT + "language", term) for term in writing.languages(tags)]

    def _providers(self, found: Portion) -> None:
        told = Provider.objects.order_by("code")
        if not self._all:
            told = told.filter(offers__service_type__in=[row["number"] for row in self._types]).distinct()
        for row in rows_of(told, PROVIDER):
            found.nodes += writing.provider(self._names, row)

    def _offers(self) -> Iterator[Portion]:
        offers = Offer.objects.order_by("service_type", "pk")
        if not self._all:
            offers = offers.filter(service_type__in=[row["number"] for row in self._types])
        batch: list[Row] = []
        for row in rows_of(offers, _OFFER):
            batch.append(row)
            if len(batch) == _PORTION:
                yield self._offered(batch)
                batch = []
        if batch:
            yield self._offered(batch)

    def _offered(self, batch: list[Row]) -> Portion:
        found = Portion()
        at, serves = _places([row["id"] for row in batch])
        for row in batch:
            places = [(place, serves.get(place["id"], ())) for place in at.get(row["id"], ())]
            found.nodes += writing.offer(self._names, row, places)
        weeks = (writing.opening(self._names, place["hours"]) for places in at.values() for place in places)
        weekly = {node.subject: node for node in weeks if node is not None}
        found.nodes += [node for node in weekly.values() if node.subject not in self._told]
        found.nodes += [node for node in self._said_by_others(found.nodes) if node.subject not in self._told]
        codes = {row["service"] for row in batch}
        found.beside = [
            *weekly.values(),
            *self._asked,
            *(self._brief[code] for code in codes if code in self._brief),
        ]
        found.beside += self._said_by_others(found.nodes)
        return self._finished(found)

    def _said_by_others(self, nodes: list[Node]) -> list[Node]:
        """What others said of these nodes, of what they refer to, and so on."""
        found: dict[str, Node] = {}
        if not self._others:
            return []
        ahead = [node.subject for node in nodes if node.subject not in self._services_told()]
        ahead += [term.value for node in nodes for _, term in node.says if not term.kind]
        while ahead:
            subject = ahead.pop()
            if subject in self._others and subject not in found:
                found[subject] = self._others[subject].node
                ahead += [term.value for _, term in found[subject].says if not term.kind]
        return list(found.values())

    def _services_told(self) -> set[str]:
        """Services that are whole already; offers only add to them."""
        return {node.subject for node in self._services.values()} & self._told


@dataclass(frozen=True)
class _Other:
    """What somebody else said of a subject; ``offered`` where we tell of it with offers."""

    node: Node
    offered: bool


def _of_others() -> dict[str, _Other]:
    """What came in catalogues and no column keeps, by the address that it is about."""
    rows = DirectoryRow.objects.filter(standard=STANDARD, table=STATEMENTS).order_by("pk")
    found = {}
    for values in rows.values_list("values", flat=True).iterator():
        if values.get("left_out"):
            continue  # it breaks the standard
        node = Node(values["subject"], [(p, Term(v, kind)) for p, v, kind in values["says"]])
        found[node.subject] = _Other(node, values["offered"])
    return found


def _with_position(row: Row) -> Row:
    """With its place among those below the same type."""
    width = row["last"] - row["number"] + 1
    parent = row.pop("parent__number") or 0
    if parent == 0:
        row["parent"] = None
    return row | {"position": (row["number"] - parent) // width}


def _times(places: QuerySet[OfferAtPlace]) -> dict[UUID, list[Row]]:
    """The rules by which places have capacity, by the place, as JSON has them."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    rules = CapacityRule.objects.filter(offer_at_place__in=places).order_by("since", "pk")
    for key, *values in rules.values_list("offer_at_place_id", *OF_RULE):
        plain = (one.isoformat() if isinstance(one, date | time) else one for one in values)
        found[key].append({name: one for name, one in zip(OF_RULE, plain, strict=True) if one is not None})
    return found


def _places(offers: list[UUID]) -> tuple[dict[UUID, list[Row]], dict[UUID, list[str]]]:
    """Offers at places by their offer, and the regions that each serves by the place; three queries."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    places = OfferAtPlace.objects.filter(offer__in=offers)
    times = _times(places)
    for row in rows_of(places.order_by("pk"), _PLACE):
        found[row["offer_id"]].append(row | {"times": times.get(row["id"], [])})
    serves: dict[UUID, list[str]] = defaultdict(list)
    named = places.filter(serves__isnull=False).order_by("serves__number")
    for key, code in named.values_list("pk", "serves__code"):
        serves[key].append(code)
    return found, serves


#: Classes that the shapes ask nothing of: what is referred to as one of them is taken for one.
_BARE = {
    SKOS + "Concept", DCT + "Location", DCT + "LinguisticSystem", FOAF + "Document", ELI + "LegalResource",
    ORG + "Organization", TIME + "TemporalEntity",
}  # fmt: skip


@lru_cache
def _points_to() -> dict[str, str]:
    """The bare class of what a predicate points to, where every class that has the predicate wants the same."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for rules in shapes.rules().values():
        for rule in rules:
            wanted[rule.predicate].add(rule.of)
    bare = {predicate: next(iter(of)) for predicate, of in wanted.items() if len(of) == 1}
    return {predicate: of for predicate, of in bare.items() if of in _BARE}


def stubs(nodes: list[Node]) -> list[Node]:
    """A node for each thing that these refer to and that has a class by itself, with no more than its class."""
    found: dict[str, str] = {}
    points_to = _points_to()
    for node in nodes:
        for predicate, (value, kind) in node.says:
            if kind or predicate == TYPE or value in found:
                continue
            of = points_to.get(predicate) or class_of(value)
            if of:
                found[value] = of
    return [Node(value, [(TYPE, iri(of))]) for value, of in found.items()]
