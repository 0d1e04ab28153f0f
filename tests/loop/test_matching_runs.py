"""A run is computed and changes nothing else; one at a time; the same again, to the last bit."""

from __future__ import annotations

import io
from datetime import timedelta

import numpy as np
import pytest

from lacarte.kernel import clock
from lacarte.loop.matching import nights
from lacarte.loop.matching.actions import match, match_urgent
from lacarte.loop.matching.inputs import fingerprint, pack, read, unpack
from lacarte.loop.matching.lease import LEASE, RunUnderwayError, lease
from lacarte.loop.matching.models import Match, MatchingRun, RunInput, Unserved
from lacarte.loop.matching.queries import decision_of, latest_run
from lacarte.loop.matching.replaying import replay
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.models import CapacityLot, Hold
from tests.background import work
from tests.city import build
from tests.loop.runs import State, preview, waiting_needs

pytestmark = pytest.mark.django_db


# Computed


def test_a_preview_changes_nothing_but_itself() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    run = preview()
    work()
    assert (run.state, run.matched, run.needs) == (State.COMPUTED, 1, 2)
    assert not Order.objects.exists()
    assert not Hold.objects.exists()
    assert Need.objects.filter(state=Need.State.OPEN).count() == 2
    assert latest_run() is None
    assert decision_of(Match.objects.get().need_id) is None, "nobody is told of a preview"


def test_all_that_a_run_is_about_is_recorded() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    run = preview(seed="drawn in public: 7")
    assert run.seed == "drawn in public: 7"
    assert len(run.fingerprint) == len(run.digest) == 64
    assert run.certificate["objective"] == run.certificate["bound"] > run.certificate["step"] > 0
    assert (run.certificate["gap"], run.gap) == (0, 0)
    assert "lacarte" in run.engine_version
    assert "matching" in run.rules_version
    assert run.served_by_class == {"1": 1}
    decided = Match.objects.get(run=run)
    assert (decided.priority_class, decided.order) == (1, 1)
    assert Unserved.objects.get(run=run).order == 2


def test_who_waits_longer_goes_first_and_then_the_draw_decides() -> None:
    city = build(units=1)
    first, second, third = waiting_needs(city, 3)
    served = set()
    for seed in "abcdefgh":
        run = preview(seed=seed)
        served.add(Match.objects.get(run=run).need_id)
        assert preview(seed=seed).digest == run.digest, "the same draw again"
    assert len(served) > 1, "equals take turns by the draw"
    Need.objects.filter(pk=second.pk).update(received_at=clock.now() - timedelta(days=20))
    assert {Match.objects.get(run=preview(seed=seed)).need_id for seed in "abcdefgh"} == {second.pk}
    assert first.pk != third.pk


# Again


def test_a_run_computed_again_is_the_same_to_the_last_bit() -> None:
    city = build(units=3)
    waiting_needs(city, 5)
    run = match()
    work()
    waiting_needs(city, 2)
    CapacityLot.objects.update(units=9)
    assert replay(run) == [], "whatever has happened to the records since"


def test_a_difference_is_named() -> None:
    city = build()
    waiting_needs(city, 3)
    run = preview()
    MatchingRun.objects.filter(pk=run.pk).update(digest="0" * 64, engine_version="lacarte 0")
    run.refresh_from_db()
    assert {difference.what for difference in replay(run)} == {"digest", "engine_version"}
    assert any(str(difference).startswith("digest: 0000") for difference in replay(run))


def test_inputs_that_are_gone_or_broken_say_so() -> None:
    city = build()
    waiting_needs(city, 1)
    run = preview()
    RunInput.objects.update(arrays=b"nothing of the kind")
    with pytest.raises(ValueError, match="cannot be read"):
        replay(run)
    with clock.stopped_at(clock.now() + timedelta(days=366)):
        assert nights.forget_old() == 1
    with pytest.raises(LookupError, match="run_days"):
        replay(run)


def test_what_is_kept_is_what_was_read_and_names_nobody() -> None:
    city = build()
    waiting_needs(city, 3, text="My name is Ines Falk", address="Long Lane 7")
    inputs = read("seed")
    packed = pack(inputs)
    assert fingerprint(unpack(packed)) == fingerprint(inputs)
    assert fingerprint(unpack(packed)) != fingerprint(read("another seed"))
    assert unpack(packed).needs.ids == inputs.needs.ids
    assert unpack(packed).supply.agreements == inputs.supply.agreements
    with np.load(io.BytesIO(packed)) as arrays:
        text = {name for name, values in arrays.items() if values.dtype.kind not in "iuf"}
    assert text == {"seed"}, "the rest is ids and numbers"


def test_a_run_over_nothing_is_a_run() -> None:
    run = match()
    work()
    run.refresh_from_db()
    assert (run.needs, run.matched, run.state) == (0, 0, State.PUBLISHED)
    assert replay(run) == []


# One at a time


def test_runs_never_overlap_and_the_second_says_so() -> None:
    build()
    with lease():
        with pytest.raises(RunUnderwayError, match="under way"):
            match()
        with pytest.raises(RunUnderwayError):
            match_urgent()
    assert match().state == State.PUBLISHING


def test_a_run_that_died_does_not_bar_the_next_for_long() -> None:
    build()
    with pytest.raises(KeyboardInterrupt), lease():
        raise KeyboardInterrupt
    assert preview().needs == 0
    with lease() as dead, clock.stopped_at(clock.now() + LEASE * 2):
        assert preview().needs == 0
        with pytest.raises(RunUnderwayError, match="another one"):
            dead.renew()


def test_a_run_that_weighs_a_whole_city_for_longer_than_its_lease_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    city = build()
    waiting_needs(city, 3)
    monkeypatch.setattr("lacarte.loop.priority.actions.SLICE", 1)
    start, said = clock.now(), []

    def look(line: str) -> None:
        said.append(line)
        if "weighed" in line:  # nearly the whole lease has gone by since the last slice
            monkeypatch.setattr(clock, "now", lambda: start + LEASE * 0.9 * len(said))
            with pytest.raises(RunUnderwayError, match="under way"):
                match()

    assert preview(progress=look).needs == 3
    assert said[:3] == ["1 of 3 needs weighed", "2 of 3 needs weighed", "3 of 3 needs weighed"]


def test_a_run_that_lost_its_lease_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from lacarte.loop.matching import actions
    from lacarte.loop.matching.models import RunLease

    city = build()
    waiting_needs(city, 1)

    def slow(*arguments: object) -> None:
        RunLease.objects.update(token=None, until=None)

    monkeypatch.setattr(actions, "keep_decisions", slow)
    with pytest.raises(RunUnderwayError):
        preview()
    assert not MatchingRun.objects.exists()
    assert not RunInput.objects.exists()
