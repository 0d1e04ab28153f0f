"""What others publish becomes a menu as far as it fits, and none of the rest is lost."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from lacarte.registers.menu.models import LifeEvent, Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import Provider
from lacarte.standards.cpsv import validating
from lacarte.standards.cpsv.publishing import publish, validated
from lacarte.standards.imports import ImportFaultError, import_menu
from lacarte.standards.validation import MissingEngineError
from tests.city import City
from tests.standards.cpsv.menu import forget, told

SHARED = Path(__file__).parents[4] / "shared"
EXAMPLE = SHARED / "standards/cpsv-ap-3.2.0/example-rdf_public_service.ttl"
MIAMI = SHARED / "data/miami"
pytestmark = pytest.mark.django_db
PREFIXES = """
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix lac: <https://lacarte.example/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix ex: <http://ville.example/> .
"""
TOWN = """
ex:bain a cpsv:PublicService ; dct:identifier "bain" ; dct:title "Bains publics"@fr ;
  dct:description "Se laver"@fr ; cv:hasCompetentAuthority ex:mairie ; cv:hasChannel ex:guichet ;
  cv:hasCost ex:prix ; cpsv:produces [ a cv:Output ; dct:identifier "o" ; dct:title "Propreté"@fr ] ;
  cv:isGroupedBy ex:arrivee ; cv:processingTime "P1D"^^xsd:duration .
ex:mairie a cv:PublicOrganisation, org:Organization ; <http://www.w3.org/2004/02/skos/core#prefLabel> "Mairie"@fr ;
  dct:spatial <http://publications.europa.eu/resource/authority/country/FRA> .
ex:guichet a cv:Channel ; dct:identifier "1" ; cv:ownedBy ex:mairie ;
  dct:type <http://data.europa.eu/snb/com-channel/b37115f83e> .
ex:prix a cv:Cost ; dct:identifier "p" ; cv:hasValue "3.5"^^xsd:double ; cv:ifAccessedThrough ex:guichet ;
  cv:currency <http://publications.europa.eu/resource/authority/currency/EUR> .
ex:arrivee a cv:LifeEvent, cv:Event ; dct:identifier "arrivee" ; dct:title "J’arrive"@fr .
"""


def written(folder: Path, text: str, name: str = "town.ttl") -> Path:
    path = folder / name
    path.write_text(PREFIXES + text, encoding="utf-8")
    return path


def statements(path: Path) -> set[str]:
    return {
        str(quad.triple)
        for quad in pyoxigraph.parse(path.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE)
        if "BlankNode" not in f"{type(quad.subject)} {type(quad.object)}"
    }


def test_services_of_a_town_become_a_menu_and_keep_their_addresses(city: City, tmp_path: Path) -> None:
    path = written(tmp_path, TOWN)
    report = import_menu(path)
    assert (report.rejected, report.loaded) == ([], 4)
    offer = Offer.objects.select_related("service_type", "provider").get(service_type__code="bain")
    assert (offer.name, offer.provider.name) == ({"fr": "Bains publics"}, {"fr": "Mairie"})
    assert (offer.price_minor, offer.currency, offer.provider.kind) == (350, "EUR", "government")
    assert list(LifeEvent.objects.get(code="arrivee").items.values_list("service_type__code", flat=True)) == [
        "bain"
    ]
    out = tmp_path / "out.ttl"
    assert publish(out).holds
    assert statements(path) <= statements(out), "nothing of it is lost"
    assert validated("text/turtle").holds
    before = told()
    assert (import_menu(path).loaded, import_menu(out).loaded, told()) == (0, 0, before)


def test_a_menu_with_what_others_said_comes_back_too(city: City, tmp_path: Path) -> None:
    import_menu(written(tmp_path, TOWN))
    first, second = tmp_path / "first.ttl", tmp_path / "second.ttl"
    publish(first)
    before = told()
    forget()
    import_menu(first)
    assert told() == before
    publish(second)
    assert {one for one in statements(first) if "modified" not in one} <= statements(second)


@pytest.mark.skipif(not EXAMPLE.is_file(), reason="the published example is not here")
def test_the_published_example_is_kept_whole(city: City, tmp_path: Path) -> None:
    report = import_menu(EXAMPLE)
    assert report.rejected == []
    assert ServiceType.objects.get(code="Tax-on-web").name == {"en": "Tax-on-web"}
    assert Provider.objects.filter(name__en="Federal Public Service FINANCE").exists()
    assert Offer.objects.filter(code="cha-123").exists()
    out = tmp_path / "out.ttl"
    assert publish(out).holds, "as its own terms have classes now"
    assert statements(EXAMPLE) <= statements(out)
    report = import_menu(EXAMPLE)
    assert (report.loaded, report.rejections) == (0, 0)


@pytest.mark.parametrize(
    ("old", "new", "subject", "field"),
    [
        ('"3.5"^^xsd:double', '"much"^^xsd:double', "guichet", "cv:hasValue"),
        ('"3.5"^^xsd:double', '"-3"^^xsd:double', "guichet", "cv:hasValue"),
        ("; cv:ownedBy ex:mairie", "; cv:ownedBy ex:nobody", "guichet", "cv:ownedBy"),
        ("; cv:hasChannel ex:guichet", "", "guichet", "cv:hasChannel"),
        ('dct:description "Se laver"@fr', "lac:urgency 9", "bain", "urgency"),
        ('dct:description "Se laver"@fr', 'lac:urgency "soon"', "bain", "lac:urgency"),
        ('dct:description "Se laver"@fr', 'lac:subject "robot"', "bain", "subject"),
        ('dct:description "Se laver"@fr', 'lac:exactly "{"', "bain", "lac:exactly"),
        ("; cv:ownedBy ex:mairie", f'; cv:ownedBy ex:mairie ; cv:telephone "{"1" * 41}"', "guichet", "phone"),
        ('dct:title "J’arrive"@fr', "lac:item ex:nothing", "arrivee", "lac:service"),
    ],
)
def test_a_record_that_cannot_be_used_is_named_and_the_others_are_loaded(
    city: City, tmp_path: Path, old: str, new: str, subject: str, field: str
) -> None:
    report = import_menu(written(tmp_path, TOWN.replace(old, new)))
    refused = [(row.what, row.field) for row in report.rejected]
    assert (f"http://ville.example/{subject}", field) in refused
    assert f"http://ville.example/{subject}, {field}:" in report.text()
    assert Provider.objects.filter(name__fr="Mairie").exists() or subject == "guichet"
    assert not Offer.objects.filter(service_type__code="bain").exists() or subject == "arrivee"


def test_a_ring_of_services_is_named(city: City, tmp_path: Path) -> None:
    ring = """
ex:arrivee lac:item ex:one, ex:two .
ex:one lac:service ex:bain ; lac:after ex:gaz .
ex:two lac:service ex:gaz ; lac:after ex:bain .
ex:gaz a cpsv:PublicService ; dct:identifier "gaz" ; dct:title "Gaz"@fr .
"""
    report = import_menu(written(tmp_path, TOWN + ring))
    assert [(row.field, "ring" in row.reason) for row in report.rejected] == [("lac:item", True)]
    assert not LifeEvent.objects.exists()


def test_services_above_each_other_do_not_hang(city: City, tmp_path: Path) -> None:
    ring = """
ex:a a cpsv:PublicService ; dct:identifier "a" ; dct:title "A"@fr ; lac:parent ex:b .
ex:b a cpsv:PublicService ; dct:identifier "b" ; dct:title "B"@fr ; lac:parent ex:a .
"""
    assert import_menu(written(tmp_path, ring)).loaded == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.ttl", b"hello world", "line 1"),
        ("a.ttl", b"<http://a.example/a>\n <http://a.example/b> 'x\n", "line 2"),
        ("a.ttl", b"\xff\xfe\x00", "line 1"),
        ("a.ttl", b"<http://a.example/a> <http://a.example/b> <rel> .", "line 1"),
        ("a.ttl", b"[" * 50_000, "line 1"),
        ("a.ttl", b'<http://a.example/a> <http://a.example/b> "\\u0000" .', "cannot be kept"),
        ("a.ttl", b"", "no service"),
        ("a.ttl", b"<http://a.example/a> <http://a.example/b> 1 .", "no service"),
        ("a.jsonld", b"{", "line 1"),
        ("a.jsonld", b"[]", "no service"),
        ("a.jsonld", b'{"@context": "https://a.example/context", "x": 1}', "not fetched"),
        ("a.jsonld", b'{"@graph":' * 20_000, "line 1"),
        ("a.rdf", b"<html>", "no RDF"),
    ],
)
def test_what_is_no_catalogue_says_so_and_nothing_is_loaded(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportFaultError, match=says):
        import_menu(path)
    assert not Provider.objects.exists()


def test_a_file_that_is_only_checked_loads_nothing(city: City, tmp_path: Path) -> None:
    before = told()
    assert import_menu(written(tmp_path, TOWN), only_check=True).loaded == 4
    assert told() == before


@pytest.mark.crash  # all of it: a minute
@pytest.mark.skipif(not MIAMI.is_dir(), reason="the directory is not here")
def test_a_real_directory_comes_back(tmp_path: Path) -> None:
    import_menu(next(MIAMI.glob("*.zip")))
    before = told()
    assert (len(before["Offer"]), OfferAtPlace.objects.count()) >= (4089, 1)
    report = publish(tmp_path / "miami.ttl")
    forget()
    assert (import_menu(tmp_path / "miami.ttl").rejected, report.holds) == ([], True)
    assert told() == before


def test_what_is_only_checked_is_checked_by_a_shacl_engine_too(city: City, tmp_path: Path) -> None:
    holds = import_menu(written(tmp_path, TOWN), only_check=True)
    assert holds.loaded and not Offer.objects.filter(provider__name__fr="Mairie").exists()
    broken = import_menu(written(tmp_path, TOWN.replace('dct:identifier "bain" ;', "")), only_check=True)
    [told] = [note for note in broken.notes if note.startswith("CPSV-AP")]
    assert "cpsv:PublicService http://ville.example/bain, dct:identifier" in told
    assert "dct:identifier" not in "".join(holds.notes)
    assert not any(note.startswith("CPSV-AP") for note in import_menu(written(tmp_path, TOWN)).notes)


def test_where_no_engine_is_installed_the_file_is_checked_all_the_same(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise MissingEngineError("pip install it")

    monkeypatch.setattr(validating, "engine", missing)
    report = import_menu(written(tmp_path, TOWN), only_check=True)
    assert report.loaded and "pip install it" in report.notes
