"""``lacarte export hsds`` and ``lacarte import menu``, as an operator uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings

from lacarte.cli import main
from lacarte.registers.menu.models import Offer
from tests.city import City

pytestmark = pytest.mark.django_db


def lacarte(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    """Reports are kept in a folder of the test."""
    settings.HOME = tmp_path / "home"
    return tmp_path / "home"


def test_the_menu_is_exported_with_a_report(city: City, tmp_path: Path, home: Path) -> None:
    path = tmp_path / "menu.zip"
    answer = lacarte("export", "hsds", str(path))
    assert (answer.exit_code, path.is_file()) == (0, True)
    assert "0 of them wrong" in answer.output
    report = json.loads((home / "reports" / "hsds.json").read_text())
    assert (report["version"], report["wrong"], report["checked"]["services"]) == ("3.1", 0, 1)


def test_it_can_be_checked_without_being_written(city: City, tmp_path: Path) -> None:
    answer = lacarte("export", "hsds", str(tmp_path / "menu"), "--validate")
    assert (answer.exit_code, (tmp_path / "menu").exists()) == (0, False)


def test_what_breaks_the_standard_is_refused(city: City, tmp_path: Path, home: Path) -> None:
    Offer.objects.update(carried={"hsds": {"added": {"maximum_age": "ten"}}})
    answer = lacarte("export", "hsds", str(tmp_path / "menu"))
    assert (answer.exit_code, (tmp_path / "menu").exists()) == (1, False)
    assert "maximum_age" in answer.output
    assert json.loads((home / "reports" / "hsds.json").read_text())["wrong"] == 1


def test_a_place_that_cannot_be_written_is_named(city: City, tmp_path: Path) -> None:
    answer = lacarte("export", "hsds", str(tmp_path / "nowhere" / "menu.zip"))
    assert answer.exit_code == 1
    assert "menu.zip cannot be written" in answer.output


def test_a_file_is_checked_or_loaded(city: City, tmp_path: Path) -> None:
    path = tmp_path / "menu.zip"
    lacarte("export", "hsds", str(path))
    Offer.objects.all().delete()
    answer = lacarte("import", "menu", str(path), "--validate")
    assert "1 loaded" in answer.output and "Nothing was loaded" in answer.output
    assert not Offer.objects.exists()
    assert lacarte("import", "menu", str(path)).exit_code == 0
    assert Offer.objects.exists()
    assert lacarte("import", "menu", str(path), "--currency", "euro").exit_code == 2
