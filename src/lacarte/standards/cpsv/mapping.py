"""Which column is said by which predicate: those of CPSV-AP 3.2 where it has one, else our own."""

from __future__ import annotations

from lacarte.standards.cpsv.fields import (
    DAY,
    EMAIL,
    FLAG,
    INTEGER,
    KEY,
    LIST,
    NUMBER,
    OBJECT,
    STRING_,
    TELEPHONE,
    TEXT,
    URL,
    VALUE,
    WORDS,
    YES,
    Field,
)
from lacarte.standards.cpsv.terms import CV, DCT, GEO, LAC, LOCN, SKOS

_TITLE = Field("name", DCT + "title", TEXT, instead="code")
_DESCRIPTION = Field("description", DCT + "description", TEXT)
_KEYWORDS = Field("keywords", LAC + "keywords", TEXT)
_ORDER = Field("order", LAC + "order", INTEGER)
_LEGAL_BASIS = Field("legal_basis", LAC + "legalBasis", STRING_)
_CARRIED = Field("carried", LAC + "carried", OBJECT)
_OF_TYPES = (
    _KEYWORDS,
    Field("subject", LAC + "subject", STRING_),
    Field("urgency", LAC + "urgency", INTEGER),
    Field("contact_days", LAC + "contactDays", INTEGER),
    Field("resolution_days", LAC + "resolutionDays", INTEGER),
    Field("position", LAC + "position", INTEGER),
    _LEGAL_BASIS,
    _CARRIED,
)
#: A service type that can be ordered.
SERVICE = (_TITLE, Field("description", DCT + "description", TEXT, instead="name"), *_OF_TYPES)
#: One that cannot: a concept that others are below.
AREA = (
    Field("name", SKOS + "prefLabel", TEXT, instead="code"),
    Field("description", SKOS + "definition", TEXT),
    *_OF_TYPES,
)
QUESTION = (
    Field("question", DCT + "title", TEXT, instead="code"),
    Field("hint", DCT + "description", TEXT),
    Field("datatype", LAC + "datatype", STRING_),
    Field("required", LAC + "required", FLAG),
    Field("variable", LAC + "variable", FLAG),
    _ORDER,
    Field("values", LAC + "values", LIST),
    Field("circumstance", LAC + "circumstance", STRING_),
)
REQUIREMENT = (
    Field("text", DCT + "title", TEXT, instead="code"),
    Field("circumstance", LAC + "circumstance", STRING_),
    Field("comparison", LAC + "comparison", STRING_),
    Field("value", LAC + "value", VALUE),
    _LEGAL_BASIS,
    _ORDER,
)
EVIDENCE_TYPE = (_TITLE, _DESCRIPTION)
LIFE_EVENT = (_TITLE, _DESCRIPTION, _KEYWORDS, _ORDER, Field("active", LAC + "active", FLAG))
BUNDLE_ITEM = (_ORDER, Field("why", LAC + "why", TEXT), Field("suggested", LAC + "suggested", FLAG))
PROVIDER = (
    Field("id", LAC + "key", KEY),
    _TITLE,
    _DESCRIPTION,
    Field("kind", LAC + "subjectKind", STRING_),
    _CARRIED,
)
CONTACT = (
    Field("website", CV + "contactPage", URL),
    Field("email", CV + "email", EMAIL),
    Field("phone", CV + "telephone", TELEPHONE),
)
OFFER = (
    Field("id", LAC + "key", KEY),
    _TITLE,
    _DESCRIPTION,
    Field("conditions", LAC + "conditions", TEXT),
    Field("languages", LAC + "languages", WORDS),
    Field("since", LAC + "since", DAY),
    Field("until", LAC + "until", DAY),
    Field("paused", LAC + "paused", YES),
    _CARRIED,
    *CONTACT,
)
COST = (Field("price_note", DCT + "description", TEXT),)
PLACE = (
    Field("longitude", GEO + "long", NUMBER),
    Field("latitude", GEO + "lat", NUMBER),
    Field("reach_metres", LAC + "reachMetres", INTEGER),
    Field("step_free", LAC + "stepFree", FLAG),
    Field("hours", LAC + "hours", OBJECT),
    Field("times", LAC + "times", LIST),
    Field("phone", CV + "telephone", TELEPHONE),
    Field("address", LOCN + "fullAddress", TEXT),
    _CARRIED,
)
