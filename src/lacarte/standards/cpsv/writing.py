"""Our records as nodes of CPSV-AP 3.2. Rows are plain, as ``values()`` of a query gives them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from lacarte.kernel.money import Money
from lacarte.standards.cpsv import mapping
from lacarte.standards.cpsv.fields import NO_LANGUAGE, TEXT, encoded, written
from lacarte.standards.cpsv.naming import Names
from lacarte.standards.cpsv.terms import (
    CPSV,
    CV,
    DCAT,
    DCT,
    ELI,
    FOAF,
    LAC,
    ORG,
    SKOS,
    TIME,
    TYPE,
    XSD,
    Node,
    Term,
    iri,
    plain,
    tagged,
    typed,
)
from lacarte.standards.cpsv.vocabularies import OFFER, OFFER_AT_PLACE, WEEKLY, currency, language

Row = Mapping[str, Any]
Says = list[tuple[str, Term]]
IDENTIFIER = DCT + "identifier"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORKING_DAYS, _DAYS_OF_WEEK = 5, 7


def _node(subject: str, kinds: Iterable[str], code: str = "") -> Node:
    says: Says = [(TYPE, _class(kind)) for kind in kinds]
    if code:
        says.append((IDENTIFIER, plain(code)))
    return Node(subject, says)


@lru_cache(maxsize=256)
def _class(name: str) -> Term:
    return iri(name)


def catalogue(names: Names, title: Mapping[str, str], description: Mapping[str, str]) -> Node:
    """The data set that all services are part of."""
    node = _node(names.catalogue, (DCAT + "Dataset",), "catalogue")
    node.says += [(DCT + "title", term) for term in TEXT.write(title)]
    node.says += [(DCT + "description", term) for term in TEXT.write(description)]
    node.says.append((DCT + "publisher", iri(names.authority)))
    return node


def authority(names: Names, city: Row) -> Node:
    """Who answers for the services of the city, which is a region."""
    node = _node(names.authority, (CV + "PublicOrganisation", ORG + "Organization", FOAF + "Agent"), "authority")
    title = TEXT.write(city["name"]) or [tagged(city["code"], NO_LANGUAGE)]
    node.says += [(predicate, term) for term in title for predicate in (DCT + "title", SKOS + "prefLabel")]
    node.says.append((DCT + "spatial", iri(names.of("region", city["code"]))))
    return node


def region(names: Names, row: Row) -> Node:
    """A place that others refer to."""
    node = _node(names.of("region", row["code"]), (DCT + "Location",), row["code"])
    node.says += [(SKOS + "prefLabel", term) for term in TEXT.write(row["name"])]
    return node


def service_type(names: Names, row: Row) -> list[Node]:
    """A service type or a life area, with its legal basis; ``parent`` is the code of what it is below."""
    uri = names.of("service", row["code"])
    if not row["orderable"]:
        node = _node(uri, (SKOS + "Concept",), row["code"])
        node.says += written(mapping.AREA, row)
        if row["parent"]:
            node.says.append((SKOS + "broader", iri(names.of("service", row["parent"]))))
        return [node]
    node = _node(uri, (CPSV + "PublicService",), row["code"])
    node.says += written(mapping.SERVICE, row)
    if row["parent"]:
        above = LAC + "parent" if row["parent_orderable"] else CV + "thematicArea"
        node.says.append((above, iri(names.of("service", row["parent"]))))
    days = math.ceil(row["resolution_days"] * _DAYS_OF_WEEK / _WORKING_DAYS)
    node.says += [
        (CV + "hasCompetentAuthority", iri(names.authority)),
        (DCT + "isPartOf", iri(names.catalogue)),
        (CV + "processingTime", typed(f"P{days}D", XSD + "duration")),
        (DCT + "modified", _moment(row["changed_at"])),
    ]
    node.says += [(DCAT + "keyword", term) for term in _keywords(row["keywords"])]
    return [node, *_law(names, node, row["legal_basis"])]


def _law(names: Names, node: Node, legal_basis: str) -> list[Node]:
    if not legal_basis:
        return []
    law = _node(names.part(node.subject, "law"), (ELI + "LegalResource",))
    law.says.append((DCT + "title", tagged(legal_basis, NO_LANGUAGE)))
    node.says.append((CV + "hasLegalResource", iri(law.subject)))
    return [law]


def _keywords(keywords: Mapping[str, str]) -> list[Term]:
    found = (tagged(word, term.kind[1:]) for term in TEXT.write(keywords) for word in term.value.split())
    return list(dict.fromkeys(found))


def _moment(at: datetime) -> Term:
    return typed(at.astimezone(UTC).isoformat().replace("+00:00", "Z"), XSD + "dateTime")


def languages(tags: Iterable[str]) -> list[Term]:
    """The entries of languages, each once."""
    return [iri(entry) for entry in sorted({language(tag) for tag in tags}) if entry]


def question(names: Names, service: Node, row: Row) -> Node:
    """A follow-up question of a service; CPSV-AP has none."""
    node = _node(names.part(service.subject, f"question-{row['code']}"), (LAC + "Question",), row["code"])
    node.says += written(mapping.QUESTION, row)
    service.says.append((LAC + "question", iri(node.subject)))
    return node


def requirement(names: Names, service: Node, row: Row, proofs: Sequence[str]) -> list[Node]:
    """A requirement of a service with its rule; any one of ``proofs`` (codes of evidence types) proves it."""
    uri = names.part(service.subject, f"requirement-{row['code']}")
    node = _node(uri, (CV + "Requirement",), row["code"])
    node.says += written(mapping.REQUIREMENT, row)
    service.says.append((CV + "holdsRequirement", iri(uri)))
    found = [node]
    if row["legal_basis"]:
        rule = _node(names.part(uri, "rule"), (CPSV + "Rule",), row["code"])
        title = next(iter(says for says in node.says if says[0] == DCT + "title"))[1]
        rule.says += [(DCT + "title", title), (DCT + "description", title)]
        law = _node(names.part(uri, "law"), (ELI + "LegalResource",))
        law.says.append((DCT + "title", tagged(row["legal_basis"], NO_LANGUAGE)))
        rule.says.append((CPSV + "implements", iri(law.subject)))
        node.says.append((CV + "fulfils", iri(rule.subject)))
        found += [rule, law]
    for code in proofs:
        one = _node(names.part(uri, f"proof-{code}"), (CV + "EvidenceTypeList",))
        one.says.append((CV + "specifiesEvidenceType", iri(names.of("evidence", code))))
        node.says.append((CV + "hasEvidenceTypeList", iri(one.subject)))
        found.append(one)
    return found


def evidence_type(names: Names, row: Row) -> Node:
    """A kind of proof."""
    node = _node(names.of("evidence", row["code"]), (CV + "EvidenceType",), row["code"])
    node.says += written(mapping.EVIDENCE_TYPE, row)
    return node


def life_event(names: Names, row: Row) -> Node:
    """Something that happens to people or, where it is ``business``, to firms."""
    kind = CV + ("BusinessEvent" if row["business"] else "LifeEvent")
    node = _node(names.of("event", row["code"]), (kind, CV + "Event"), row["code"])
    node.says += written(mapping.LIFE_EVENT, row)
    return node


def bundle_item(names: Names, event: Node, row: Row, after: Iterable[str]) -> Node:
    """A service (``row["service"]``, its code) that a life event calls for, ``after`` others of the event."""
    part = f"item-{row['service']}"
    node = _node(names.part(event.subject, part), (LAC + "BundleItem",))
    node.says += written(mapping.BUNDLE_ITEM, row)
    service = iri(names.of("service", row["service"]))
    node.says.append((LAC + "service", service))
    node.says += [(LAC + "after", iri(names.of("service", code))) for code in after]
    event.says += [(CV + "hasRelatedService", service), (LAC + "item", iri(node.subject))]
    return node


def provider(names: Names, row: Row) -> list[Node]:
    """An organisation that supplies, and how to reach it."""
    public = row["kind"] == "government"
    kinds = (*((CV + "PublicOrganisation",) if public else ()), ORG + "Organization", FOAF + "Agent")
    node = _node(names.of("provider", row["code"]), kinds, row["code"])
    node.says += written(mapping.PROVIDER, row)
    if public:
        node.says += [(SKOS + "prefLabel", term) for said, term in node.says if said == DCT + "title"]
    node.says += [
        (DCT + "spatial", iri(names.of("region", row["region_code"]))),
        (DCT + "modified", _moment(row["changed_at"])),
    ]
    return [node, *_contact(names, node, row)]


def _contact(names: Names, node: Node, row: Row) -> list[Node]:
    """How to reach a provider or an offer."""
    says = written(mapping.CONTACT, row) if row["website"] or row["email"] or row["phone"] else []
    if not says:
        return []
    contact = _node(names.part(node.subject, "contact"), (CV + "ContactPoint",))
    contact.says.extend(says)
    node.says.append((CV + "contactPoint", iri(contact.subject)))
    pages = [term.value for predicate, term in says if predicate == CV + "contactPage"]
    return [contact, *(_node(page, (FOAF + "Document",)) for page in pages)]


def offer(names: Names, row: Row, places: Iterable[tuple[Row, Sequence[str]]]) -> list[Node]:
    """An offer with its price and its places, each with the codes of the regions that it serves.

    ``provider`` and ``service`` of ``row`` are codes. The first node is the offer's; the last says of the service
    that it can be had in these ways.
    """
    node = _node(names.of("offer", row["code"]), (CV + "Channel",), row["code"])
    node.says += written(mapping.OFFER, row)
    node.says += [(DCT + "type", _class(OFFER)), (CV + "ownedBy", iri(names.of("provider", row["provider"])))]
    link = Node(names.of("service", row["service"]), [(CV + "hasChannel", iri(node.subject))])
    found = [node]
    if row["price_minor"] is not None or any(row["price_note"].values()):
        found.append(_cost(names, node, row))
        link.says.append((CV + "hasCost", iri(found[-1].subject)))
    else:  # nothing is known of a price but what it would be in
        node.says.append((LAC + "currency", _class(currency(row["currency"]))))
    for place, serves in places:
        at = _place(names, node.subject, place, serves)
        link.says.append((CV + "hasChannel", iri(at.subject)))
        found.append(at)
    return [*found, link]


def _cost(names: Names, offer: Node, row: Row) -> Node:
    cost = _node(names.part(offer.subject, "cost"), (CV + "Cost",), row["code"])
    if row["price_minor"] is not None:
        cost.says.append((CV + "hasValue", typed(_amount(row["currency"], row["price_minor"]), XSD + "double")))
    cost.says += [
        (CV + "currency", _class(currency(row["currency"]))),
        (CV + "ifAccessedThrough", iri(offer.subject)),
    ]
    cost.says += written(mapping.COST, row)
    return cost


@lru_cache(maxsize=4096)
def _amount(code: str, minor: int) -> str:
    return repr(float(Money(code, minor).amount))


def _place(names: Names, offer: str, row: Row, serves: Sequence[str]) -> Node:
    key = str(row["id"])
    node = _node(names.part(offer, f"place-{key}"), (CV + "Channel",), key)
    node.says += written(mapping.PLACE, row)
    node.says += [
        (DCT + "type", _class(OFFER_AT_PLACE)),
        (DCT + "isPartOf", iri(offer)),
        (DCT + "spatial", iri(names.of("region", row["region_code"]))),
    ]
    node.says += [(LAC + "serves", iri(names.of("region", code))) for code in serves]
    if row["hours"] and (told := opening(names, row["hours"])):
        node.says.append((CV + "openingHours", iri(told.subject)))
    return node


def opening(names: Names, hours: Any) -> Node | None:
    """A week's opening hours, which all places share that have the same; ``None`` where no day has any."""
    return _opening(names.catalogue, encoded(hours))


@lru_cache(maxsize=8192)
def _opening(catalogue: str, hours: str) -> Node | None:
    words = _hours(json.loads(hours))
    digest = blake2b(words.encode(), digest_size=8).hexdigest()
    says: Says = [
        (TYPE, _class(TIME + "TemporalEntity")),
        (CV + "frequency", _class(WEEKLY)),
        (DCT + "description", tagged(words, "en")),
    ]
    return Node(f"{catalogue}#hours-{digest}", says) if words else None


def _hours(hours: Any) -> str:
    """Opening hours in English words."""
    said = []
    for day, spans in sorted(hours.items()) if isinstance(hours, dict) else ():
        if day in "1234567" and len(day) == 1 and isinstance(spans, list):
            times = [f"{one[0]}–{one[1]}" for one in spans if isinstance(one, list) and len(one) == 2]
            said += [f"{_DAYS[int(day) - 1]} {', '.join(times)}"] if times else []
    return "; ".join(said)
