"""Teaching from files and from what people chose: a model takes over only if it is better beyond chance."""

from __future__ import annotations

import csv
import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lacarte.cli import main
from lacarte.engines.text import share_of
from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import classify, receive, withdraw
from lacarte.loop.needs.held.holding import release, turn_away
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.needs.understanding import model_files, training
from lacarte.loop.needs.understanding.examples import Example, ExamplesError, examples_in, examples_of_needs
from lacarte.loop.needs.understanding.reading import understand
from lacarte.loop.needs.understanding.training import corrections_since, train, train_if_due, train_in_the_night
from tests.city import City, official

pytestmark = pytest.mark.django_db

SAID = {
    "lamp": ["the lamp is dark", "street light broken", "no light at night", "light out on the corner"],
    "rats": ["rats in the yard", "mice in the kitchen", "a rat ran past", "vermin near the bins"],
    "noise": ["loud music again", "noise until three", "drilling at night", "the bar is noisy"],
}
PLACES = ["Harbour", "Mill", "Church", "Station", "Garden", "River", "Market", "Castle", "School", "Bridge"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def examples(n: int = 240, wrong: float = 0.0, seed: int = 0) -> list[Example]:
    """``n`` short texts on three matters; a share of them has the wrong label."""
    draw = random.Random(seed)
    found = []
    for k in range(n):
        label = draw.choice(sorted(SAID))
        where = f"{draw.choice(PLACES)} {draw.choice(PLACES)} {chr(97 + k % 26)}{'x' * (k // 26)}"
        text = f"{draw.choice(SAID[label])}, {where}"
        found.append(Example(text, draw.choice(sorted(SAID)) if draw.random() < wrong else label, "en"))
    return found


def written(path: Path, rows: list[Example], header: str = "text,category") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        csv.writer(file).writerows([(row.text, row.label) for row in rows])
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_the_first_model_is_kept_and_says_how_good_it_is() -> None:
    outcome = train(examples(), source="a.csv")
    assert outcome.kept
    assert "no model in use" in outcome.why
    assert outcome.quality.macro_f1 > 0.95
    assert set(outcome.quality.labels) == set(SAID)
    assert outcome.quality.languages["en"].texts == outcome.held_out
    card = model_files.load().card
    assert (card["source"], card["learnt"], card["held_out"]) == ("a.csv", outcome.learnt, outcome.held_out)
    assert card["quality"]["macro_f1"] == outcome.quality.macro_f1
    assert len(card["data"]) == 64
    assert model_files.in_use().fingerprint == outcome.model


def test_a_better_model_takes_over() -> None:
    worse = train(examples(wrong=0.9, seed=1), source="wrong.csv")
    better = train(examples(seed=2), source="right.csv")
    assert worse.kept
    assert better.kept, better.why
    assert better.after > better.before
    assert better.chance >= training.SURE
    assert model_files.in_use().fingerprint == better.model


def test_a_worse_model_does_not_and_the_file_says_why() -> None:
    good = train(examples(seed=2), source="right.csv")
    bad = train(examples(wrong=0.9, seed=1), test=examples(60, seed=9), source="wrong.csv")
    assert not bad.kept
    assert bad.chance < training.SURE
    assert model_files.in_use().fingerprint == good.model
    assert model_files.note()["last_try"] == bad.why
    assert "Not kept: macro-F1" in bad.why


def test_one_that_is_as_good_does_not_take_over() -> None:
    first = train(examples(seed=2), source="a.csv")
    second = train(examples(seed=3), source="b.csv")
    assert second.quality.macro_f1 > 0.95
    assert not second.kept
    assert model_files.in_use().fingerprint == first.model


def test_the_same_examples_in_another_order_give_the_model_in_use() -> None:
    first = train(examples(), source="a.csv")
    again = train(list(reversed(examples())), source="a.csv")
    assert again.model == first.model
    assert not again.kept
    assert "very model that is in use" in again.why


def test_models_are_compared_on_texts_that_neither_has_learnt_from() -> None:
    rows = examples()
    train(rows, test=examples(30, seed=8), source="all.csv")
    outcome = train(rows[:150], source="some.csv")
    new_to_both = {row.text for row in rows[:150] if share_of(row.text, "held out") < training.HELD_OUT}
    assert outcome.compared < len(new_to_both)
    assert not outcome.kept
    assert "are new to the model in use" in outcome.why


def test_texts_that_are_in_both_files_are_not_learnt_from() -> None:
    rows = examples()
    outcome = train(rows, test=rows[:40], source="a.csv")
    assert outcome.learnt == len({row.text for row in rows}) - len({row.text for row in rows[:40]})
    assert "in both files" in outcome.notes[0]


def test_the_held_out_part_stays_the_same_when_examples_come_to_it() -> None:
    few, many = examples(100), examples(100) + examples(100, seed=5)
    held = {row.text for row in training._parted(few, ())[1]}
    assert held <= {row.text for row in training._parted(many, ())[1]}
    assert 8 <= len(held) <= 35


@pytest.mark.parametrize("rows", [[], [Example("only one thing", "a", "en")] * 9])
def test_too_little_to_learn_from_is_said(rows: list[Example]) -> None:
    with pytest.raises(ExamplesError, match="it takes two categories"):
        train(rows, source="a.csv")


def test_a_category_that_was_only_held_out_is_named() -> None:
    rows = examples(60)
    outcome = train(rows, test=[Example("a ship in the sky", "ships", "en")], source="a.csv")
    assert outcome.notes == ("Held out, but nowhere learnt from: ships.",)
    assert outcome.quality.macro_f1 == 0


def need(city: City, text: str, chosen: Any = None, **values: Any) -> Need:
    return receive(text=text, channel=Channel.PHONE, region=city.west, service_type=chosen, **values)


def test_people_teach_by_what_they_choose_and_correct(city: City) -> None:
    need(city, "quaggy socks", city.care)
    unclear = need(city, "it is about the thing")
    need(city, "something else entirely")
    receive(text="PM: 7", channel=Channel.SENSOR, service_type=city.lift, external_id="alarm:1")
    classify(unclear, service_type=city.lift, actor=official(Role.CASE_WORKER))
    assert {(one.text, one.label) for one in examples_of_needs()} == {
        ("quaggy socks", "home-care"),
        ("it is about the thing", "lift-repair"),
    }


def test_what_is_held_teaches_nothing_before_a_person_passed_it_on(city: City) -> None:
    clerk = official(Role.CASE_WORKER)
    passed, refused, waits = (
        receive(
            text=f"quaggy socks {k}", channel=Channel.WEB, region=city.west, service_type=city.care, held="trap"
        )
        for k in range(3)
    )
    assert (examples_of_needs(), corrections_since(None)) == ([], 0)
    release(passed, actor=clerk)
    turn_away(refused, actor=clerk)
    withdraw(waits, actor=None)
    assert [one.text for one in examples_of_needs()] == [passed.text]
    assert corrections_since(None) == 1


def teach(city: City, n: int = 60, first: int = 0) -> None:
    for k in range(first, first + n):
        word = f"{PLACES[k % 10]} {PLACES[k // 10]}"
        need(city, f"quaggy socks {word}", city.care)
        need(city, f"wobbly doors {word}", city.lift)


def test_a_model_of_needs_knows_the_menu_as_well(city: City) -> None:
    teach(city)
    outcome = train(examples_of_needs(), source="needs")
    assert outcome.kept, outcome.why
    assert outcome.before < outcome.after
    assert understand("wobbly doors in the hall").service_type == city.lift
    assert understand("my mother needs help at home with washing").types[0].code == "home-care"


def test_labels_that_are_no_service_types_do_not_displace_a_model_that_reads_needs(city: City) -> None:
    teach(city)
    reads = train(examples_of_needs(), source="needs")
    foreign = train(examples(), source="other-city.csv")
    assert foreign.quality.macro_f1 > 0.95
    assert not foreign.kept
    assert "none of its categories is the code of a service type" in foreign.why
    assert "no need gets its type" in foreign.notes[-1]
    assert model_files.in_use().fingerprint == reads.model
    assert understand("wobbly doors in the hall").service_type == city.lift


def test_a_model_is_compared_with_the_menus_words_where_the_one_in_use_reads_no_need(city: City) -> None:
    assert train(examples(), source="other-city.csv").kept
    teach(city)
    outcome = train(examples_of_needs(), source="needs")
    assert outcome.kept, outcome.why
    assert "of the menu's own words" in outcome.why
    assert outcome.before > 0


def test_a_night_trains_when_people_have_chosen_enough(city: City, settings: Any) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"retrain_needs": 100}
    teach(city, 40)
    assert corrections_since(None) == 80
    assert train_if_due() is None
    teach(city, 40, first=40)
    outcome = train_if_due()
    assert outcome is not None
    assert outcome.kept, outcome.why
    assert train_if_due() is None, "nothing new since"
    unclear = [need(city, f"it is about the thing {k}") for k in range(3)]
    since = clock.now()
    worker = official(Role.CASE_WORKER)
    for one in unclear:
        classify(one, service_type=city.lift, actor=worker)
    assert corrections_since(since - timedelta(seconds=1)) >= 3
    assert corrections_since(since + timedelta(days=1)) == 0


def test_no_night_trains_where_the_setting_says_never(city: City, settings: Any) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"retrain_needs": 0}
    teach(city)
    assert train_if_due() is None


def test_the_nights_job_works_in_its_hour_only(city: City, settings: Any) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"retrain_needs": 10}
    teach(city)
    day = clock.now().replace(hour=12, minute=0)
    with clock.stopped_at(day):
        train_in_the_night()
    assert not model_files.pointer().exists()
    with clock.stopped_at(day.replace(hour=training.NIGHT_HOUR) + timedelta(days=1)):
        train_in_the_night()
    assert model_files.in_use() is not None


def test_bad_rows_are_listed_with_their_lines_and_the_rest_is_learnt(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(
        b"\xef\xbb\xbfText,Category,language\n"
        b"the lamp is dark,lamp,EN\n"
        b",lamp,\n"
        b"no category,,\n"
        b"\xff\xfe broken bytes,rats,\n"
        b"a nul \x00 here,rats,\n"
        b'"two\nlines of rats",rats,\n'
        b"one,rats,en,too many\n"
        + b"long category," + b"c" * 121 + b",\n"
        + "路灯不亮,lamp,\n".encode()
    )  # fmt: skip
    found, rejected = examples_in(path)
    assert [(one.label, one.language) for one in found] == [("lamp", "en"), ("rats", "en"), ("lamp", "zh-hans")]
    assert [(one.line, one.column) for one in rejected] == [
        (3, "text"), (4, "category"), (5, "text"), (6, "text"), (9, "all columns"), (10, "category"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no column"),
        (b"text;category\na;b\n", "there is no column"),
        (b"words,category\na,b\n", "there is no column .text."),
        ("文本,分类\n路灯,灯\n".encode("gb18030"), "not in UTF-8"),
        (b"text,category\n,\n", "no row to learn from; line 2, text: it is empty"),
    ],
)
def test_a_file_that_teaches_nothing_is_one_clear_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ExamplesError, match=says):
        examples_in(path)
    done = run("train", "needs", "--from", path)
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1, done.output
    assert "bad.csv" in done.output


def test_the_command_prints_the_table_and_what_was_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", examples())
    with path.open("a") as file:
        file.write(",lamp\n")
    done = run("train", "needs", "--from", path)
    assert done.exit_code == 0, done.output
    for part in (
        "category",
        "lamp",
        "precision",
        "recall",
        "set from",
        "language",
        "en ",
        "Kept: there was no model",
    ):
        assert part in done.output
    assert f"line {len(examples()) + 2}, text: it is empty" in done.output
    assert "1 rows were left out" in done.output


def test_the_command_prints_json_and_takes_a_held_out_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", examples())
    test = written(tmp_path / "t.csv", examples(50, seed=7))
    done = run("train", "needs", "--from", path, "--test", test, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["kept"] is True
    assert said["held_out"] == len({row.text for row in examples(50, seed=7)})
    assert set(said["quality"]["labels"]) == set(SAID)
    assert said["rejected"] == {}


def test_the_command_learns_from_needs_without_a_file(city: City) -> None:
    teach(city)
    done = run("train", "needs")
    assert done.exit_code == 0, done.output
    assert "lift-repair" in done.output
    assert run("train", "needs", "--test", "x.csv").exit_code == 2


def test_the_command_says_when_there_is_nothing_to_learn_from(tmp_path: Path) -> None:
    assert "it takes two categories" in run("train", "needs").output
    missing = run("train", "needs", "--from", tmp_path / "nowhere.csv")
    assert (missing.exit_code, "nowhere.csv cannot be read: No such file" in missing.output) == (1, True)


def test_a_model_that_cannot_be_written_changes_nothing(home: Path) -> None:
    (home / "models").write_text("a file where the folder should be")
    with pytest.raises(model_files.ModelFileError, match="cannot be written"):
        train(examples(), source="a.csv")


def test_thresholds_keep_their_promise_on_texts_that_were_not_learnt_from(settings: Any) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"type_precision": 90}
    outcome = train(examples(600, wrong=0.15), test=examples(400, wrong=0.15, seed=4), source="a.csv")
    right, done = outcome.quality.set_right, outcome.quality.set_texts
    assert done > 0
    assert right / done >= 0.85
    assert np.isfinite(outcome.quality.calibration)
