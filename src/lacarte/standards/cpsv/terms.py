"""RDF as plain data: terms, nodes, and the namespaces of CPSV-AP and of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

#: Ours. The domain is one that nobody can own (RFC 2606): the terms are described in docs/reference/cpsv.md.
LAC = "https://lacarte.example/ns#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCT = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
CPSV = "http://purl.org/vocab/cpsv#"
CV = "http://data.europa.eu/m8g/"
ELI = "http://data.europa.eu/eli/ontology#"
FOAF = "http://xmlns.com/foaf/0.1/"
LOCN = "http://www.w3.org/ns/locn#"
ORG = "http://www.w3.org/ns/org#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TIME = "http://www.w3.org/2006/time#"
ADMS = "http://www.w3.org/ns/adms#"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
#: The tables of the Publications Office, whose entries are named by a code.
AUTHORITY = "http://publications.europa.eu/resource/authority/"
PREFIXES = {
    "rdf": RDF, "rdfs": RDFS, "xsd": XSD, "dct": DCT, "dcat": DCAT, "cpsv": CPSV, "cv": CV, "eli": ELI,
    "foaf": FOAF, "locn": LOCN, "org": ORG, "skos": SKOS, "time": TIME, "wgs84": GEO, "adms": ADMS, "lac": LAC,
}  # fmt: skip
TYPE = RDF + "type"
#: Kinds of terms that are no literals.
IRI, BLANK = "", "_"
JSON = "^" + RDF + "JSON"
STRING = "^" + XSD + "string"


class Term(NamedTuple):
    """A value. ``kind`` is :data:`IRI`, :data:`BLANK`, ``@`` with a language tag, or ``^`` with a datatype."""

    value: str
    kind: str = IRI


@dataclass(slots=True)
class Node:
    """What is said of a subject: predicates, which are IRIs, and their values."""

    subject: str
    says: list[tuple[str, Term]]


def iri(value: str) -> Term:
    """A resource."""
    return Term(value, IRI)


def plain(value: str) -> Term:
    """A text without a language."""
    return Term(value, STRING)


def typed(value: str, datatype: str) -> Term:
    """A literal of a datatype, in its lexical form."""
    return Term(value, "^" + datatype)


def tagged(value: str, language: str) -> Term:
    """A text in a language."""
    return Term(value, "@" + language)
