"""Whatever is held, confirmed, extended, moved, given back, let expire and closed, in whatever order.

Beside the records runs a model of a few lines: lots are numbers of units, holds are lines in a list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.registers.menu.capacity.checking import books
from lacarte.registers.menu.capacity.counting import with_free_units
from lacarte.registers.menu.capacity.holding import (
    CapacityRefusedError,
    confirm,
    extend,
    hold,
    move,
    release,
    release_expired,
)
from lacarte.registers.menu.capacity.making import set_lot
from lacarte.registers.menu.models import CapacityLot, Hold
from tests.city import build

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 28, 9, tzinfo=UTC)
LOTS = 3
lot, which, minutes, units = st.integers(0, LOTS - 1), st.integers(0, 5), st.integers(1, 30), st.integers(1, 3)
step = st.one_of(
    st.tuples(st.just("hold"), lot, units, minutes),
    st.tuples(st.just("hold"), lot, units, minutes),
    st.tuples(st.sampled_from(["confirm", "release"]), which),
    st.tuples(st.just("move"), which, lot),
    st.tuples(st.just("extend"), which, minutes),
    st.tuples(st.just("pass"), minutes),
    st.tuples(st.just("expire")),
    st.tuples(st.just("close"), lot, st.integers(0, 4)),
)


@dataclass
class Line:
    """A hold: ``until`` a minute while it is only held."""

    lot: int
    units: int
    until: int
    confirmed: bool = False
    gone: bool = False


@dataclass
class Model:
    """Units, where a lot closes to fewer, and who holds what."""

    units: list[int] = field(default_factory=lambda: [2] * LOTS)
    wanted: list[int] = field(default_factory=lambda: [2] * LOTS)
    lines: list[Line] = field(default_factory=list)
    minute: int = 0

    def lives(self, line: Line) -> bool:
        return not line.gone and (line.confirmed or line.until > self.minute)

    def taken(self, lot: int) -> int:
        return sum(line.units for line in self.lines if line.lot == lot and self.lives(line))

    def free(self) -> list[int]:
        return [self.wanted[lot] - self.taken(lot) for lot in range(LOTS)]

    def hold(self, lot: int, units: int, minutes: int) -> bool:
        if self.free()[lot] < units:
            return False
        self.lines.append(Line(lot, units, self.minute + minutes))
        return True

    def confirm(self, at: int) -> bool:
        line = self.lines[at]
        fits = self.lives(line) or self.taken(line.lot) + line.units <= self.units[line.lot]
        if line.gone or not fits:
            return False
        line.confirmed = True
        return True

    def release(self, at: int) -> bool:
        was, self.lines[at].gone = self.lines[at].gone, True
        return not was

    def move(self, at: int, lot: int) -> bool:
        line = self.lines[at]
        if not self.lives(line) or (line.lot != lot and self.free()[lot] < line.units):
            return False
        line.lot = lot
        return True

    def extend(self, at: int, minutes: int) -> bool:
        line = self.lines[at]
        if not self.lives(line):
            return False
        line.until = self.minute + minutes
        return True

    def expire(self) -> bool:
        for line in self.lines:
            line.gone = line.gone or not self.lives(line)
        return True

    def close(self, lot: int, units: int) -> bool:
        self.units[lot], self.wanted[lot] = max(units, self.taken(lot)), units
        return True


def act(kind: str, about: list[int], lots: list[CapacityLot], holds: list[Hold]) -> bool:
    """The same with the records; whether it was possible."""
    try:
        if kind == "hold":
            until = clock.now() + timedelta(minutes=about[2])
            holds.append(hold(lots[about[0]], units=about[1], expires_at=until))
        elif kind == "confirm":
            confirm(holds[about[0]])
        elif kind == "release":
            return release(holds[about[0]])
        elif kind == "move":
            move(holds[about[0]], lots[about[1]])
        elif kind == "extend":
            extend(holds[about[0]], expires_at=clock.now() + timedelta(minutes=about[1]))
        elif kind == "expire":
            release_expired()
        else:
            one = lots[about[0]]
            set_lot(one.offer_at_place, starts_at=one.starts_at, ends_at=one.ends_at, units=about[1])
    except CapacityRefusedError:
        return False
    return True


@given(steps=st.lists(step, min_size=3, max_size=30))
@settings(max_examples=40, deadline=None)
def test_what_is_free_is_what_the_model_says(steps: list[tuple]) -> None:
    with transaction.atomic():
        place, model, holds = build().offer, Model(), []
        CapacityLot.objects.all().delete()
        days = [BEGIN + timedelta(days=n + 2) for n in range(LOTS)]
        lots = [
            CapacityLot.objects.create(
                offer_at_place=place, starts_at=day, ends_at=day + timedelta(hours=1), units=2
            )
            for day in days
        ]
        for kind, *about in steps:
            if kind == "pass":
                model.minute += about[0]
            elif kind not in ("confirm", "release", "move", "extend") or about[0] < len(holds):
                with clock.stopped_at(BEGIN + timedelta(minutes=model.minute)):
                    assert act(kind, about, lots, holds) == getattr(model, kind)(*about), (kind, about)
            with clock.stopped_at(BEGIN + timedelta(minutes=model.minute)):
                counted = dict(with_free_units(CapacityLot.objects.all()).values_list("pk", "free"))
                assert [counted[one.pk] for one in lots] == model.free()
        with clock.stopped_at(BEGIN + timedelta(minutes=model.minute)):
            assert books().well
        transaction.set_rollback(True)
