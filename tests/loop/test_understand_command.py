"""``lacarte understand``: what is made of a text, or of each line of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lacarte.loop.needs.understanding import model_files
from lacarte.loop.needs.understanding.training import train
from tests.city import City
from tests.loop.test_training import examples, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def test_understand_prints_what_is_made_of_a_text(city: City) -> None:
    shown = run("understand", "the elevator is broken and stuck")
    assert shown.exit_code == 0, shown.output
    for part in ("language", "en (", "Lift repair", "← ", "set by itself", "place", "urgency", "personal data"):
        assert part in shown.output
    assert "a person chooses" in run("understand", "it is about the thing").output
    assert "nothing of it is known" in run("understand", "qqqq").output


def test_understand_prints_one_object_a_line_of_a_file(city: City, tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("the elevator is broken and stuck\n\n老人要上门护理\n", encoding="utf-8")
    lines = [json.loads(line) for line in run("understand", path, "--json").output.splitlines()]
    assert [line["types"][0]["code"] for line in lines] == ["lift-repair", "home-care"]
    assert [line["language"] for line in lines] == ["en", "zh-hans"]
    assert set(lines[0]) == {
        "text", "language", "language_certainty", "model", "types", "places", "urgency", "rules", "advice",
        "personal",
    }  # fmt: skip


def test_understand_shows_labels_that_are_no_service_types(city: City) -> None:
    train(examples(), source="a.csv")
    line = json.loads(run("understand", "rats in the yard", "--json").output)
    assert line["types"][0]["code"] == "rats"
    assert line["types"][0]["probability"] > 0.8
    assert line["model"] == model_files.in_use().fingerprint


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_understand_wants_a_text(text: str) -> None:
    done = run("understand", text)
    assert (done.exit_code, "there is no text" in done.output) == (1, True)


def test_understand_names_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"\xff\xfe\x00")
    done = run("understand", path)
    assert (done.exit_code, "is not in UTF-8" in done.output) == (1, True)
    assert run("understand", "x" * 5000).exit_code == 0
