"""The draw: sealed beforehand, decided by a public number, run again by anybody."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.matching.fairness import lottery

PEOPLE = ["ana", "bo", "chen", "dora", "émile"]
names = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=5), unique=True, max_size=20)


def test_a_number_is_what_sha256sum_says() -> None:
    # printf '%s:%s' 8f4e ana | sha256sum
    keys = lottery.draw(["ana", "bo"], "8f4e")
    assert [f"{key:016x}" for key in keys.tolist()] == ["d320abfb921d53b9", "a2ad42c867374eec"]
    assert keys.tolist() == [int(sha256(b"8f4e:" + who).hexdigest()[:16], 16) for who in (b"ana", b"bo")]
    assert keys.dtype == np.uint64


def test_the_seal_by_hand() -> None:
    one, two, three = (sha256(b"\0" + who).digest() for who in (b"ana", b"bo", b"chen"))
    tree = sha256(b"\1" + sha256(b"\1" + one + two).digest() + three).hexdigest()
    by_hand = sha256(b"lacarte lottery 1\n2026-1\n3\n" + tree.encode()).hexdigest()
    assert lottery.commitment(["chen", "ana", "bo"], "2026-1") == by_hand


@given(names)
def test_the_lines_in_the_documentation_give_the_seal(ids: list[str]) -> None:
    lines = re.search(r"no more::\n\n(.*?)\n\n", lottery.__doc__ or "", re.S)
    assert lines is not None
    said: list[str] = []
    scope: dict[str, Any] = {"ids": ids, "rules_version": "r1", "print": said.append}
    exec(textwrap.dedent(lines[1]), scope)
    assert said == [lottery.commitment(ids, "r1")]


@given(names.filter(bool), st.data())
def test_one_can_prove_to_take_part_without_the_others(ids: list[str], data: st.DataObject) -> None:
    person = data.draw(st.sampled_from(ids))
    seal = lottery.commitment(ids, "r1")
    shown = lottery.proof(ids, person)
    assert lottery.is_included(seal, "r1", person, shown)
    assert not lottery.is_included(seal, "r2", person, shown)
    assert not lottery.is_included(seal, "r1", person + "x", shown)
    assert not lottery.is_included(seal, "r1", person, replace(shown, place=shown.place + 1))
    assert not lottery.is_included(seal, "r1", person, replace(shown, neighbours=(*shown.neighbours, b"x")))
    if shown.neighbours:
        assert not lottery.is_included(seal, "r1", person, replace(shown, neighbours=shown.neighbours[:-1]))


def test_the_seal_changes_with_anybody_and_with_the_rules() -> None:
    seal = lottery.commitment(PEOPLE, "1")
    assert seal == lottery.commitment(reversed(PEOPLE), "1")
    assert seal != lottery.commitment(PEOPLE[1:], "1")
    assert seal != lottery.commitment(PEOPLE, "2")


@given(names, st.randoms())
def test_the_order_does_not_depend_on_how_people_are_listed(ids: list[str], random: Any) -> None:
    mixed = random.sample(ids, len(ids))
    first = dict(zip(ids, lottery.order(lottery.draw(ids, "seed")).tolist(), strict=True))
    again = dict(zip(mixed, lottery.order(lottery.draw(mixed, "seed")).tolist(), strict=True))
    assert first == again
    assert sorted(first.values()) == list(range(len(ids)))


def test_everybody_has_the_same_chance() -> None:
    """Over 400 seeds each of five people comes first 80 times, give or take four standard deviations."""
    wins = np.bincount([int(np.argmin(lottery.draw(PEOPLE, str(seed)))) for seed in range(400)], minlength=5)
    assert (abs(wins - 80) < 4 * np.sqrt(400 * 0.2 * 0.8)).all()


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="'bo' twice"):
        lottery.commitment(["bo", "ana", "bo"], "1")
    with pytest.raises(ValueError, match="empty id"):
        lottery.commitment(["bo", ""], "1")
    with pytest.raises(ValueError, match="more than one line"):
        lottery.commitment(["bo"], "1\n2")
    with pytest.raises(ValueError, match=r"ids\[1\] is empty"):
        lottery.draw(["bo", ""], "1")
    with pytest.raises(ValueError, match="seed is empty"):
        lottery.draw(["bo"], "")
    with pytest.raises(ValueError, match="'zoe' does not take part"):
        lottery.proof(PEOPLE, "zoe")


def test_nobody() -> None:
    assert lottery.draw([], "seed").tolist() == []
    assert len(lottery.commitment([], "1")) == 64
