"""A need is understood by the model in use, or by the menu's own words; models are files that prove themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lacarte.engines.text import fit
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel
from lacarte.loop.needs.understanding import model_files
from lacarte.loop.needs.understanding.model_files import (
    ModelFileError,
    Stored,
    choose,
    fingerprint_of,
    in_use,
    load,
    read,
    write,
)
from lacarte.loop.needs.understanding.reading import suggest, understand
from lacarte.registers.menu.models import ServiceType
from lacarte.site.health import findings
from tests.city import City

pytestmark = pytest.mark.django_db

WORDS = {"home-care": "quaggy socks", "lift-repair": "wobbly doors"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """An installation of its own for the models of each test."""
    settings.HOME = tmp_path
    return tmp_path


def stored(labels: dict[str, str] = WORDS) -> Stored:
    """A model that has learnt that each label's words call for it."""
    examples = [(f"{words} {one}", label) for label, words in labels.items() for one in ("please", "now", "again")]
    model = replace(fit(examples * 3), threshold=np.full(len(labels), 0.5))
    return Stored(model, fingerprint_of(model), np.arange(3, dtype=np.uint64), {"source": "test"})


def put_in_use(one: Stored) -> None:
    write(one)
    choose({"model": one.fingerprint})


def test_without_any_model_the_menu_teaches(city: City) -> None:
    reading = understand("the elevator is broken and stuck")
    assert reading.service_type == city.lift
    assert reading.certainty >= 0.9
    assert reading.model.startswith("menu-")
    assert reading.language == "en"
    assert "broken" in " ".join(reading.types[0].words)


def test_what_is_not_clear_is_left_to_a_person_with_suggestions(city: City) -> None:
    reading = understand("it is about the thing")
    assert reading.service_type.number == ROOT_NUMBER
    assert reading.certainty < 0.9


def test_without_a_menu_nothing_is_suggested() -> None:
    assert suggest("the elevator is broken") == []
    assert understand("the elevator is broken").service_type.number == ROOT_NUMBER


def test_changed_words_of_the_menu_are_learnt(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    assert suggest("zebra") == []
    ServiceType.objects.filter(pk=city.care.pk).update(keywords={"en": "zebra"})
    monkeypatch.setattr("lacarte.loop.needs.understanding.menu_words.time.monotonic", lambda: 1e9)
    assert suggest("zebra")[0][0] == city.care


def test_the_model_in_use_decides_and_is_named_with_the_need(city: City) -> None:
    put_in_use(one := stored())
    need = receive(text="my quaggy socks please", channel=Channel.WEB, region=city.west)
    assert need.service_type == city.care
    assert 0.5 <= need.type_certainty < 1
    assert need.understanding.model == one.fingerprint
    assert need.understanding.types[0]["code"] == "home-care"
    assert "quaggy socks" in " ".join(need.understanding.types[0]["words"])


def test_what_a_person_chose_stands_and_what_was_read_is_kept_beside_it(city: City) -> None:
    put_in_use(stored())
    need = receive(text="wobbly doors", channel=Channel.WEB, region=city.west, service_type=city.care)
    assert (need.service_type, need.type_certainty) == (city.care, 1.0)
    assert need.understanding.types[0]["code"] == "lift-repair"


def test_a_type_below_its_threshold_is_not_set(city: City) -> None:
    one = stored()
    never = replace(one.classifier, threshold=np.full(2, 2.0))
    put_in_use(Stored(never, fingerprint_of(never), one.seen))
    reading = understand("wobbly doors")
    assert reading.service_type.number == ROOT_NUMBER
    assert reading.types[0].code == "lift-repair"
    assert reading.certainty > 0.5


def test_labels_that_cannot_be_ordered_are_never_set(city: City) -> None:
    put_in_use(stored({"health": "wobbly doors", "home-care": "quaggy socks"}))
    reading = understand("wobbly doors")
    assert reading.service_type.number == ROOT_NUMBER
    assert {one.code for one in reading.types} == {"home-care"}


def test_a_model_of_other_labels_alone_leaves_needs_to_the_menu(city: City) -> None:
    put_in_use(stored({"甲": "wobbly doors", "乙": "quaggy socks"}))
    assert understand("the elevator is broken and stuck").service_type == city.lift


def test_a_type_that_is_newer_than_the_model_is_suggested_and_never_set(city: City) -> None:
    put_in_use(stored({"home-care": "quaggy socks", "health": "wobbly doors"}))
    reading = understand("the elevator is broken and stuck")
    assert reading.types[0].code == "lift-repair"
    assert reading.service_type.number == ROOT_NUMBER
    assert understand("my quaggy socks please").service_type == city.care


def test_a_running_server_notices_another_model(city: City) -> None:
    put_in_use(stored())
    assert understand("wobbly doors").service_type == city.lift
    put_in_use(other := stored({"home-care": "wobbly doors", "lift-repair": "quaggy socks"}))
    assert understand("wobbly doors").service_type == city.care
    assert in_use().fingerprint == other.fingerprint


def test_a_written_model_comes_back_to_the_last_bit() -> None:
    put_in_use(one := stored())
    back = load()
    texts = ["wobbly doors", "quaggy", "", "电梯"]
    assert np.array_equal(back.classifier.probabilities(texts), one.classifier.probabilities(texts))
    assert back.classifier.suggest("wobbly doors") == one.classifier.suggest("wobbly doors")
    assert (back.fingerprint, back.seen.tolist()) == (one.fingerprint, one.seen.tolist())
    assert back.card["source"] == "test"


def test_the_same_examples_make_the_same_file_name() -> None:
    assert stored().fingerprint == stored().fingerprint != stored({"a": "x y", "b": "z w"}).fingerprint


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _one_bit(path: Path) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    arrays["table"] = -arrays["table"]
    np.savez(path, **arrays)


def _of_another_program(path: Path) -> None:
    np.savez(path, something=np.arange(3))


def _of_another_version(path: Path) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    card = json.loads(arrays["card"].tobytes()) | {"format": "lacarte model of needs, 0"}
    arrays["card"] = np.frombuffer(json.dumps(card).encode(), dtype=np.uint8)
    np.savez(path, **arrays)


def _with_objects(path: Path) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    arrays["table"] = np.array([{"a": 1}], dtype=object)
    np.savez(path, **arrays)


def _no_numbers(path: Path) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    arrays["weight"] = arrays["weight"] * np.float32("nan")
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    "spoil",
    [_cut, _one_bit, _of_another_program, _of_another_version, _with_objects, _no_numbers, Path.unlink,
     lambda path: path.write_bytes(b""), lambda path: path.write_text("no model")],
)  # fmt: skip
def test_a_file_that_is_no_model_is_named_and_the_menu_takes_over(
    city: City, spoil: object, caplog: pytest.LogCaptureFixture
) -> None:
    put_in_use(one := stored())
    path = model_files.folder() / f"needs-{one.fingerprint[:16]}.npz"
    spoil(path)
    choose({"model": one.fingerprint, "again": True})
    with pytest.raises(ModelFileError, match=str(path)):
        read(path, one.fingerprint)
    assert understand("the elevator is broken and stuck").service_type == city.lift
    assert understand("wobbly doors").model in ("",) or understand("wobbly doors").model.startswith("menu-")
    assert sum(str(path) in line for line in caplog.messages) == 1, "said once, not for every need"


def test_the_check_of_an_installation_names_a_damaged_model() -> None:
    def looked() -> tuple[bool, str]:
        return next((one.well, one.words) for one in findings() if one.what == "model of texts")

    assert looked() == (True, "none yet: the menu's own words decide")
    put_in_use(one := stored())
    assert looked()[1].startswith(one.fingerprint[:16])
    _cut(path := model_files.folder() / f"needs-{one.fingerprint[:16]}.npz")
    assert looked()[0] is False
    assert str(path) in looked()[1]


@pytest.mark.parametrize("said", ["", "[]", "{", '{"model": 5}', '{"model": ["a"]}'])
def test_a_pointer_that_says_nothing_leaves_needs_to_the_menu(city: City, home: Path, said: str) -> None:
    (home / "models").mkdir()
    (home / "models" / "needs.json").write_text(said)
    with pytest.raises(ModelFileError, match=r"needs\.json"):
        load()
    assert understand("the elevator is broken and stuck").service_type == city.lift


def test_old_models_are_removed_and_the_one_in_use_is_not(home: Path) -> None:
    put_in_use(first := stored())
    for letter in "abcdefgh":
        write(stored({"a": f"word{letter} xx", "b": f"other{letter} yy"}))
    choose({"model": first.fingerprint})
    assert len(list((home / "models").glob("needs-*.npz"))) == 5
    assert load().fingerprint == first.fingerprint
    assert not list((home / "models").glob("tmp*"))
