"""Subjects of a graph as rows of ours: which of them are records, by which code, and what their columns hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lacarte.standards.cpsv import mapping
from lacarte.standards.cpsv.fields import NUMBER, TEXT, Field, UnreadableError, read
from lacarte.standards.cpsv.naming import Names
from lacarte.standards.cpsv.reading import Graph
from lacarte.standards.cpsv.terms import CPSV, CV, DCT, FOAF, LAC, ORG, SKOS
from lacarte.standards.cpsv.turtle import compact
from lacarte.standards.cpsv.vocabularies import currency_code
from lacarte.standards.cpsv.writing import IDENTIFIER
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import Report

_LONGEST = {"service": 120, "offer": 120, "provider": 120, "event": 120, "evidence": 80}
#: Of a requirement and of a question.
_LONGEST_PART = 80
_OF_MONEY = {"JPY": 1, "KRW": 1, "VND": 1, "KWD": 1000, "BHD": 1000, "TND": 1000}
_LARGEST = 2**31 - 1
Row = dict[str, Any]


class RefusedError(Exception):
    """A record cannot be used. ``args``: the predicate, in short, and why."""


@dataclass
class Taken:
    """The records of a graph by address; ``codes`` says the code of each."""

    codes: dict[str, str] = field(default_factory=dict)
    services: dict[str, Row] = field(default_factory=dict)
    evidence: dict[str, Row] = field(default_factory=dict)
    events: dict[str, Row] = field(default_factory=dict)
    providers: dict[str, Row] = field(default_factory=dict)
    offers: dict[str, Row] = field(default_factory=dict)
    #: What each record is, and its parts by their names, to be known again by the addresses that they have.
    parts: dict[str, dict[str, str]] = field(default_factory=dict)


class Taking:
    """Takes the records out of a graph; those that cannot be used are in the report."""

    def __init__(self, graph: Graph, report: Report, currency: str, check: Callable[[str, Row], None]) -> None:
        """``currency`` is that of prices that name none.

        ``check`` gets each record with the name of its kind. It raises :class:`RefusedError` where a column cannot
        hold what the file says.
        """
        self._graph, self._report, self._currency, self._check = graph, report, currency, check
        self.taken = Taken()
        self._used: set[tuple[str, str]] = set()

    def take(self) -> Taken:
        """All of them."""
        graph, taken = self._graph, self.taken
        areas = {uri for pair in graph.said for uri in graph.values(pair, CV + "thematicArea", SKOS + "broader")}
        concepts = [
            uri for uri in graph.of(SKOS + "Concept") if uri in areas or LAC + "position" in graph.said[uri]
        ]
        services = [*concepts, *graph.of(CPSV + "PublicService")]
        offers = [uri for uri in graph.of(CV + "Channel") if not self._above(uri)]
        owners = {owner for uri in offers for owner in self._owners(uri)}
        kinds = (ORG + "Organization", CV + "PublicOrganisation", FOAF + "Agent")
        providers = [uri for uri in graph.of(*kinds) if uri in owners or LAC + "subjectKind" in graph.said[uri]]
        self._each("evidence", graph.of(CV + "EvidenceType"), self._evidence, taken.evidence)
        self._each("service", services, self._service, taken.services)
        events = graph.of(CV + "LifeEvent", CV + "BusinessEvent")
        self._each("event", events, self._event, taken.events)
        self._each("provider", providers, self._provider, taken.providers)
        self._each("offer", offers, self._offer, taken.offers)
        return taken

    def _each(self, kind: str, subjects: Iterable[str], take: Any, into: dict[str, Row]) -> None:
        for uri in subjects:
            self.taken.codes[uri] = self._code(kind, uri)
        for uri in subjects:
            try:
                row = take(uri)
                self._check(kind, row)
                into[uri] = row
            except RefusedError as error:
                name, reason = error.args
                self._report.reject(0, name, reason, uri)
            except UnreadableError as error:
                name, reason = error.args
                self._report.reject(0, compact(name), reason, uri)

    def _code(self, kind: str, uri: str) -> str:
        """What the file calls it, where that is ours to use; else a short form of its address."""
        said = self._identifier(uri)
        code = said if 0 < len(said) <= _LONGEST[kind] else slug(uri.partition("://")[2])[-_LONGEST[kind] :]
        tried, n = code, 2
        while (kind, tried) in self._used:
            tried, n = f"{code[: _LONGEST[kind] - 8]}-{n}", n + 1
        self._used.add((kind, tried))
        return tried

    def _identifier(self, uri: str) -> str:
        terms = self._graph.said[uri].get(IDENTIFIER, ())
        return terms[0].value if terms else ""

    def _read(self, fields: tuple[Field, ...], uri: str, code: str = "") -> Row:
        return read(fields, self._graph.said[uri], code or self.taken.codes.get(uri, ""))

    def _part(self, whole: str, name: str, uri: str) -> None:
        self.taken.parts.setdefault(whole, {})[name] = uri

    def _evidence(self, uri: str) -> Row:
        return self._read(mapping.EVIDENCE_TYPE, uri)

    def _service(self, uri: str) -> Row:
        graph = self._graph
        orderable = graph.is_a(uri, CPSV + "PublicService")
        row = self._read(mapping.SERVICE if orderable else mapping.AREA, uri) | {"orderable": orderable}
        above = graph.values(uri, LAC + "parent", CV + "thematicArea", SKOS + "broader")
        row["parent"] = next((one for one in above if one in self.taken.codes), None)
        row["questions"] = [self._question(uri, one) for one in graph.values(uri, LAC + "question")]
        required = (self._requirement(uri, one) for one in graph.values(uri, CV + "holdsRequirement"))
        row["requirements"] = [one for one in required if one is not None]
        if law := graph.values(uri, CV + "hasLegalResource"):
            self._part(uri, "law", law[0])
        return row

    def _question(self, service: str, uri: str) -> Row:
        code = self._part_code(service, "question", uri)
        row = self._read(mapping.QUESTION, uri, code) | {"code": code}
        self._check("question", row)
        return row

    def _part_code(self, whole: str, kind: str, uri: str) -> str:
        if uri not in self._graph.said:
            raise RefusedError(kind, f"{uri} is not told of")
        code = self._identifier(uri)
        if not 0 < len(code) <= _LONGEST_PART:
            raise RefusedError(f"{kind} {uri}", f"“{code}” is no identifier of at most {_LONGEST_PART} characters")
        self._part(whole, f"{kind}-{code}", uri)
        return code

    def _requirement(self, service: str, uri: str) -> Row | None:
        """A requirement that can be judged; ``None`` where it is only words: they are kept as they are."""
        graph = self._graph
        if LAC + "circumstance" not in graph.said.get(uri, {}):
            return None
        code = self._part_code(service, "requirement", uri)
        row = self._read(mapping.REQUIREMENT, uri, code) | {"code": code}
        self._check("requirement", row)
        lists = graph.values(uri, CV + "hasEvidenceTypeList")
        proofs = [one for each in lists for one in graph.values(each, CV + "specifiesEvidenceType")]
        row["proofs"] = [self._known(one, "cv:specifiesEvidenceType", self.taken.evidence) for one in proofs]
        return row

    def _known(self, uri: str, name: str, among: dict[str, Row]) -> str:
        if uri not in among:
            raise RefusedError(name, f"{uri} is not told of, or cannot be used")
        return uri

    def _event(self, uri: str) -> Row:
        row = self._read(mapping.LIFE_EVENT, uri)
        row["business"] = self._graph.is_a(uri, CV + "BusinessEvent")
        row["items"] = [self._item(one) for one in self._graph.values(uri, LAC + "item")]
        if not row["items"]:
            services = self._graph.values(uri, CV + "hasRelatedService")
            services += self._graph.pointing(CV + "isGroupedBy", uri)
            plain = {"order": 1, "why": {}, "suggested": True, "after": []}
            row["items"] = [
                plain | {"service": one} for one in dict.fromkeys(services) if one in self.taken.services
            ]
        return row

    def _item(self, uri: str) -> Row:
        row = self._read(mapping.BUNDLE_ITEM, uri) if uri in self._graph.said else {}
        services = self._graph.values(uri, LAC + "service")
        if not services:
            raise RefusedError("lac:service", f"{uri} calls for no service")
        row["service"] = self._known(services[0], "lac:service", self.taken.services)
        after = self._graph.values(uri, LAC + "after")
        return row | {"after": [self._known(one, "lac:after", self.taken.services) for one in after]}

    def _provider(self, uri: str) -> Row:
        graph = self._graph
        row = self._read(mapping.PROVIDER, uri)
        if DCT + "title" not in graph.said[uri]:
            row["name"] = read((Field("name", SKOS + "prefLabel", TEXT),), graph.said[uri])["name"]
        if not row["kind"]:
            row["kind"] = "government" if graph.is_a(uri, CV + "PublicOrganisation") else "social"
        row["region"] = graph.values(uri, DCT + "spatial")
        contact = next((one for one in graph.values(uri, CV + "contactPoint") if one in graph.said), None)
        if contact:
            self._part(uri, "contact", contact)
        return row | (self._read(mapping.CONTACT, contact) if contact else read(mapping.CONTACT, {}))

    def _above(self, uri: str) -> str | None:
        """The channel that a channel is part of: then it is an offer at a place."""
        above = self._graph.values(uri, DCT + "isPartOf")
        return next((one for one in above if self._graph.is_a(one, CV + "Channel")), None)

    def _services_of(self, uri: str) -> list[str]:
        return [one for one in self._graph.pointing(CV + "hasChannel", uri) if one in self.taken.services]

    def _owners(self, uri: str) -> list[str]:
        """Who owns a channel; where nobody does, who answers for its service."""
        graph = self._graph
        owners = graph.values(uri, CV + "ownedBy")
        services = graph.pointing(CV + "hasChannel", uri)
        return owners or [one for at in services for one in graph.values(at, CV + "hasCompetentAuthority")]

    def _offer(self, uri: str) -> Row:
        graph = self._graph
        row = self._read(mapping.OFFER, uri)
        services = self._services_of(uri)
        if not services:
            raise RefusedError("cv:hasChannel", "no service that can be used has this channel")
        owners = [one for one in self._owners(uri) if one in self.taken.providers]
        if not owners:
            raise RefusedError("cv:ownedBy", "nobody who can be used owns this channel")
        if DCT + "title" not in graph.said[uri]:
            row["name"] = self.taken.services[services[0]]["name"]
        row |= {"service": services[0], "provider": owners[0]} | self._price(uri, services)
        parts = [one for one in graph.pointing(DCT + "isPartOf", uri) if graph.is_a(one, CV + "Channel")]
        return row | {"places": [self._place(uri, one) for one in parts]}

    def _price(self, offer: str, services: list[str]) -> Row:
        graph = self._graph
        costs = graph.pointing(CV + "ifAccessedThrough", offer)
        of_services = (one for at in services for one in graph.values(at, CV + "hasCost"))
        costs = costs or [one for one in of_services if not graph.values(one, CV + "ifAccessedThrough")]
        found: Row = {"price_minor": None, "currency": self._in(offer), "price_note": {}}
        cost = next((one for one in costs if one in graph.said), None)
        if cost is None:
            return found
        if graph.pointing(CV + "ifAccessedThrough", offer):
            self._part(offer, "cost", cost)
        found["currency"] = self._in(cost)
        amount = read((Field("amount", CV + "hasValue", NUMBER),), graph.said[cost])["amount"]
        if amount is not None:
            found["price_minor"] = round(amount * _OF_MONEY.get(found["currency"], 100))
            if not 0 <= found["price_minor"] <= _LARGEST:
                raise RefusedError("cv:hasValue", f"{amount} is no price")
        return found | self._read(mapping.COST, cost)

    def _in(self, node: str) -> str:
        """The currency that a node names, or that of prices that name none."""
        codes = (currency_code(one) for one in self._graph.values(node, CV + "currency", LAC + "currency"))
        return next((code for code in codes if code), self._currency)

    def _place(self, offer: str, uri: str) -> Row:
        row = self._read(mapping.PLACE, uri)
        row["key"] = self._identifier(uri)
        row["region"] = self._graph.values(uri, DCT + "spatial")
        row["serves"] = self._graph.values(uri, LAC + "serves")
        x, y = row["longitude"], row["latitude"]
        if (x is None) != (y is None) or not (x is None or (-180 <= x <= 180 and -90 <= y <= 90)):
            raise RefusedError("wgs84:lat, wgs84:long", f"{y}, {x} is no place on earth")
        self._check("place", row)
        self._part(offer, f"place-{row['key']}", uri)
        return row


def regions_named(graph: Graph, names: Names, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The address and the code of each region of ours that a graph may refer to, by our name or by its own."""
    own = set(codes)
    for code in own:
        yield names.of("region", code), code
    for uri in graph.of(DCT + "Location"):
        terms = graph.said[uri].get(IDENTIFIER, ())
        if terms and terms[0].value in own:
            yield uri, terms[0].value
