"""A menu that was exported and is imported again is the same menu."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from lacarte.kernel import clock
from lacarte.registers.menu.models import (
    CapacityLot,
    CapacityRule,
    DirectoryRow,
    MenuChange,
    Offer,
    OfferAtPlace,
    ServiceType,
)
from lacarte.registers.providers.models import Provider
from lacarte.standards.cpsv.publishing import publish, validated
from lacarte.standards.imports import import_menu
from tests.city import City
from tests.standards.cpsv.menu import fill, forget, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["menu.ttl", "menu.jsonld"])
def test_a_menu_comes_back_and_nothing_is_left_over(city: City, tmp_path: Path, name: str) -> None:
    fill(city)
    before = told()
    report = publish(tmp_path / name)
    assert (report.holds, report.checked["cpsv:PublicService"], report.checked["cv:Channel"]) == (True, 3, 9)
    forget()
    loaded = import_menu(tmp_path / name)
    assert (loaded.rejected, told()) == ([], before)
    assert not DirectoryRow.objects.exists(), "our own file has nothing that no record says"
    assert import_menu(tmp_path / name).loaded == 0, "what is there stays as it is"
    first = (tmp_path / name).read_bytes()
    publish(tmp_path / name)
    assert _without_moments((tmp_path / name).read_bytes()) == _without_moments(first)


@pytest.mark.parametrize("name", ["menu.ttl", "menu.jsonld"])
def test_an_empty_menu_comes_back(city: City, tmp_path: Path, name: str) -> None:
    forget()
    assert publish(tmp_path / name).holds
    assert import_menu(tmp_path / name).rows == 0
    assert not DirectoryRow.objects.exists()


def test_an_import_is_kept_in_the_history_of_the_menu(city: City, tmp_path: Path) -> None:
    fill(city)
    publish(tmp_path / "menu.ttl")
    forget()
    MenuChange.objects.all().delete()
    now = clock.now()
    with clock.stopped_at(now):
        import_menu(tmp_path / "menu.ttl")
    kinds = (Provider, Offer, OfferAtPlace, CapacityRule, ServiceType)
    made = {str(key) for kind in kinds for key in kind.objects.values_list("pk", flat=True)} - {"0"}
    changes = MenuChange.objects.all()
    assert {one.key for one in changes} == made
    assert {(one.at, one.actor) for one in changes} == {(now, None)}


def test_times_that_come_in_can_be_booked(city: City, tmp_path: Path) -> None:
    CapacityRule.objects.create(offer_at_place=city.offer, bucket="day", units=3, since=date(2026, 1, 1))
    publish(tmp_path / "menu.ttl")
    forget()
    import_menu(tmp_path / "menu.ttl")
    lot = CapacityLot.objects.filter(offer_at_place=city.offer.pk).first()
    assert lot is not None and (lot.units, lot.rule_id) == (3, CapacityRule.objects.get().pk)


@pytest.mark.parametrize(
    "times",
    ['[{"bucket":"slot"}]', '[{"bucket":"week","since":"2026-01-01","units":1}]', "[7]",
     '[{"bucket":"day","since":"soon","units":1}]', '[{"bucket":"day","since":"2026-01-01","units":-1}]'],
)  # fmt: skip
def test_times_that_are_none_are_named(city: City, tmp_path: Path, times: str) -> None:
    CapacityRule.objects.create(offer_at_place=city.offer, bucket="day", units=3, since=date(2026, 1, 1))
    publish(tmp_path / "menu.jsonld")
    text = (tmp_path / "menu.jsonld").read_text()
    rule = CapacityRule.objects.get()
    said = json.dumps(
        json.dumps({"bucket": "day", "since": "2026-01-01", "units": 3, "weekdays": rule.weekdays},
                   separators=(",", ":"))
    )[1:-1]  # fmt: skip
    assert said in text
    (tmp_path / "menu.jsonld").write_text(text.replace(f"[{said}]", json.dumps(times)[1:-1]))
    forget()
    report = import_menu(tmp_path / "menu.jsonld")
    assert [row.field for row in report.rejected] == ["lac:times"]
    assert not Offer.objects.exists() and ServiceType.objects.filter(code="home-care").exists()


def _without_moments(text: bytes) -> list[bytes]:
    return sorted(line for line in text.replace(b" ;", b" .").splitlines() if b"dct:modified" not in line)


@pytest.mark.parametrize("media_type", ["text/turtle", "application/ld+json"])
def test_a_shacl_engine_finds_nothing_wrong_with_it(city: City, media_type: str) -> None:
    fill(city)
    report = validated(media_type)
    assert (report.faults, report.checked["cv:Channel"]) == ([], 9)
