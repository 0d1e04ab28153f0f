"""What breaks CPSV-AP is found before it is published: by ourselves as by two SHACL engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF

from lacarte.kernel import clock
from lacarte.registers.menu.models import Offer
from lacarte.standards.cpsv import shapes, turtle, validating, vocabularies
from lacarte.standards.cpsv.publishing import publish
from lacarte.standards.cpsv.records import Catalogue, names
from lacarte.standards.cpsv.terms import CV, DCAT, DCT, TYPE, Node, iri, plain, typed
from lacarte.standards.cpsv.turtle import compact
from lacarte.standards.validation import InvalidExportError, Validation
from tests.city import City
from tests.standards.cpsv.menu import fill

SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
EXAMPLE = Path(__file__).parents[4] / "shared/standards/cpsv-ap-3.2.0/example-rdf_public_service.ttl"
Change = Callable[[list[Node]], None]


def test_the_rules_are_those_of_the_published_shapes() -> None:
    graph = rdflib.Graph().parse(validating.SHAPES)
    published: dict[str, dict[str, dict[str, object]]] = {}
    for shape in graph.subjects(RDF.type, SHACL.NodeShape):
        for part in graph.objects(shape, SHACL.property):
            kind, path = str(graph.value(shape, SHACL.targetClass)), str(graph.value(part, SHACL.path))
            rule = published.setdefault(kind, {}).setdefault(path, {})
            for predicate, value in graph.predicate_objects(part):
                rule[str(predicate).rpartition("#")[2]] = value
    ours = {
        kind: {
            one.predicate: {
                "minCount": one.least or None,
                "maxCount": one.most,
                "datatype": one.datatype or None,
                "class": one.of or None,
            }
            for one in rules
        }
        for kind, rules in shapes.rules().items()
    }
    known = ("minCount", "maxCount", "datatype", "class")
    theirs = {
        kind: {
            path: {name: _plain(rule.get(name)) for name in known}
            for path, rule in paths.items()
            if any(name in rule for name in known)
        }
        for kind, paths in published.items()
    }
    assert ours == {kind: paths for kind, paths in theirs.items() if paths}
    used = {name for paths in published.values() for rule in paths.values() for name in rule}
    assert used <= {*known, "path", "name", "description", "seeAlso"}, "there is no other kind of rule"


def _plain(value: object) -> object:
    return value.toPython() if isinstance(value, rdflib.Literal) else value and str(value)


def about(nodes: list[Node], kind: str) -> Node:
    return next(node for node in nodes if (TYPE, iri(kind)) in node.says)


def without(kind: str, predicate: str) -> Change:
    def change(nodes: list[Node]) -> None:
        node = about(nodes, kind)
        node.says = [says for says in node.says if says[0] != predicate]

    return change


def with_more(kind: str, predicate: str, *terms: object) -> Change:
    def change(nodes: list[Node]) -> None:
        about(nodes, kind).says += [(predicate, term) for term in terms]  # type: ignore[misc]

    return change


SERVICE = "http://purl.org/vocab/cpsv#PublicService"
CHANGES: dict[str, Change] = {
    "nothing": lambda nodes: None,
    "a service without a title": without(SERVICE, DCT + "title"),
    "a service without an identifier": without(SERVICE, DCT + "identifier"),
    "a service without an authority": without(SERVICE, CV + "hasCompetentAuthority"),
    "a service without a description": without(SERVICE, DCT + "description"),
    "a channel that is not said to be one": without(CV + "Channel", TYPE),
    "a channel without an identifier": without(CV + "Channel", DCT + "identifier"),
    "a title without a language": with_more(SERVICE, DCT + "title", plain("Care")),
    "two identifiers": with_more(SERVICE, DCT + "identifier", plain("another")),
    "a time that is none": with_more(CV + "Channel", CV + "processingTime", typed("P1D", TYPE)),
    "two times": with_more(SERVICE, CV + "processingTime", typed("P1D", "http://www.w3.org/2001/XMLSchema#duration")),
    "a literal for a resource": with_more(SERVICE, CV + "hasCost", plain("12 EUR")),
    "a price of another datatype": with_more(CV + "Cost", CV + "hasValue", typed("1", "http://www.w3.org/2001/XMLSchema#integer")),
    "an authority without a place": without(CV + "PublicOrganisation", DCT + "spatial"),
    "an authority that is not said to be one": without(CV + "PublicOrganisation", TYPE),
    "a catalogue without a publisher": without(DCAT + "Dataset", DCT + "publisher"),
    "a currency that is no concept": with_more(CV + "Cost", CV + "currency", iri("https://a.example/money")),
    "a requirement without a title": without(CV + "Requirement", DCT + "title"),
    "a proof of another class": with_more(SERVICE, CV + "hasInputType", iri("https://a.example/paper")),
    "a life event without an identifier": without(CV + "LifeEvent", DCT + "identifier"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_all_engines_find_the_same(city: City, change: Change) -> None:
    fill(city)
    nodes = [node for portion in Catalogue(names()).portions() for node in portion.nodes]
    change(nodes)
    ours = Validation("CPSV-AP", shapes.VERSION, clock.now())
    shapes.check(ours, nodes)
    store = validating.store_of(((turtle.PROLOGUE + turtle.turtle(nodes)).encode(), "text/turtle"))
    found = [
        validating.faults(store, report)
        for report in (validating.slow_report(store), validating.quick_report(store))
    ]
    assert {(one["id"], one["field"]) for one in ours.faults} == {(key, field) for _, key, field, _ in found[0]}
    assert len(found[0]) == len(found[1]) == ours.wrong
    assert bool(ours.wrong) == (change is not CHANGES["nothing"])


@pytest.mark.django_db
def test_what_breaks_the_standard_is_not_published(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "menu.ttl"
    publish(path)
    before = path.read_bytes()
    monkeypatch.setattr("lacarte.standards.cpsv.writing.IDENTIFIER", "http://example.com/other")
    with pytest.raises(InvalidExportError) as refused:
        publish(path)
    report = refused.value.args[0]
    assert (report.holds, report.faults[0]["field"]) == (False, "dct:identifier")
    assert [one.name for one in tmp_path.iterdir()] == ["menu.ttl"]
    assert path.read_bytes() == before


@pytest.mark.django_db
def test_the_report_is_kept(city: City, tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.HOME = tmp_path  # type: ignore[attr-defined]
    kept = publish(tmp_path / "menu.jsonld").keep()
    assert (kept.name, '"wrong": 0' in kept.read_text()) == ("cpsv-ap.json", True)


@pytest.mark.skipif(not EXAMPLE.is_file(), reason="the published example is not here")
def test_the_published_example_holds_once_vocabularies_have_classes() -> None:
    def wrong(background: bool) -> list[str]:
        store = validating.store_of((EXAMPLE.read_bytes(), "text/turtle"))
        report = Validation("CPSV-AP", shapes.VERSION, clock.now())
        validating.check(report, store, validating.background(store) if background else ())
        return sorted(fault["wrong"].rpartition("(")[2].rstrip(")") for fault in report.faults)

    assert len(wrong(False)) == 6
    assert wrong(True) == ["http://example.com/certicate", "http://example.com/federalreduction"], "its own terms"


def test_entries_of_vocabularies_are_known_by_their_beginnings() -> None:
    assert compact(vocabularies.class_of(vocabularies.currency("CNY"))) == "skos:Concept"
    assert compact(vocabularies.class_of(vocabularies.language("zh-Hans"))) == "dct:LinguisticSystem"
    assert (vocabularies.language("xx"), vocabularies.class_of("https://a.example/")) == ("", "")


@pytest.mark.django_db
def test_a_price_is_told_in_whole_units(city: City) -> None:
    Offer.objects.filter(code="o").update(price_minor=1205, currency="JPY")
    nodes = [node for portion in Catalogue(names()).portions() for node in portion.nodes]
    told = dict(about(nodes, CV + "Cost").says)
    assert (told[CV + "hasValue"].value, told[CV + "currency"].value[-3:]) == ("1205.0", "JPY")
