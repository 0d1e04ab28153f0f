"""Whatever is joined, parted, ordered, met and withdrawn in whatever order: cases are what the decisions say.

Beside the records runs a model of a few lines, in which a decision is an arrow from one need to another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import withdraw
from lacarte.loop.needs.cases.joining import JoiningRefusedError, join, keep_in_step, part, part_own
from lacarte.loop.needs.models import Channel, Joining, Need
from lacarte.loop.needs.queries import broken_cases, late_cases
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region
from tests.city import build, official

S = Need.State
NEEDS = 6
OTHER = ("part", "part own", "withdraw", "hold", "order", "meet", "fail", "cancel", "reopen")
number = st.integers(0, NEEDS - 1)
step = st.one_of(
    st.tuples(st.just("join"), number, number),
    st.tuples(st.just("join"), number, number),
    st.tuples(st.sampled_from(OTHER), number, number),
)


@dataclass
class Model:
    """Arrows between needs, by number; the lower the number, the older the need."""

    state: list[str] = field(default_factory=lambda: [S.OPEN] * NEEDS)
    to: dict[int, int] = field(default_factory=dict)
    was: dict[int, str] = field(default_factory=dict)

    def lead(self, one: int) -> int:
        while one in self.to:
            one = self.to[one]
        return one

    def case(self, lead: int) -> list[int]:
        return [one for one in range(NEEDS) if one != lead and self.lead(one) == lead]

    def shown(self, one: int) -> tuple[str, int | None]:
        lead = self.lead(one)
        if lead == one:
            return self.state[one], None
        return (S.MET if self.state[lead] == S.MET else S.JOINED), lead

    def join(self, one: int, other: int) -> bool:
        lead = self.lead(other)
        if one in self.to:
            return self.lead(one) == lead
        states = {self.state[one], self.state[lead]}
        if one == lead or states & {S.MET, S.WITHDRAWN} or (states == {S.ORDERED}):
            return False
        if self.state[one] == S.ORDERED or (self.state[one] == S.OPEN and self.state[lead] == S.HELD):
            one, other = lead, one
        self.to[one], self.was[one] = other, self.state[one]
        return True

    def part(self, one: int) -> bool:
        if one not in self.to:
            return False
        del self.to[one]
        first = one
        if self.was[one] == S.HELD:
            first = next((other for other in self.case(one) if self.was[other] == S.OPEN), one)
        self.turn_round(first, one)
        self.state[first] = self.was[first]
        return True

    def turn_round(self, one: int, lead: int) -> None:
        """The arrows from one to its lead point the other way."""
        if one != lead:
            above = self.to.pop(one)
            self.turn_round(above, lead)
            self.to[above] = one

    def gone(self, one: int) -> None:
        """Withdrawn, by its resident or with its order."""
        if one in self.to:
            above = self.to.pop(one)
            self.to = {child: above if to == one else to for child, to in self.to.items()}
        elif case := self.case(one):
            heirs = [other for other in case if self.was[other] == S.OPEN][:1] or case
            for heir in heirs:
                del self.to[heir]
                self.state[heir] = self.was[heir]
            self.to = {child: heirs[0] if to == one else to for child, to in self.to.items()}
        self.state[one] = S.WITHDRAWN


def set_state(need: Need, state: str) -> None:
    """What orders do to a lead, and the job that follows."""
    closed = clock.now() if state in (S.MET, S.WITHDRAWN) else None
    Need.objects.filter(pk=need.pk).update(state=state, closed_at=closed)
    keep_in_step(need.pk)


#: What happens to a lead: from which states, and to which.
CHANGES = {
    "hold": ({S.OPEN}, S.HELD),
    "order": ({S.OPEN}, S.ORDERED),
    "meet": ({S.ORDERED}, S.MET),
    "fail": ({S.ORDERED}, S.OPEN),
    "cancel": ({S.ORDERED}, S.WITHDRAWN),
    "reopen": ({S.MET}, S.OPEN),
}


def take(kind: str, one: int, other: int, needs: list[Need], model: Model, clerk: object) -> None:
    """One step, in the records and in the model; both must say yes or both no."""
    need = needs[one]
    try:
        if kind == "join":
            expected = model.join(one, other)
            join(need, needs[other], actor=clerk)  # type: ignore[arg-type]
        elif kind in ("part", "part own"):
            expected = model.part(one)
            (part if kind == "part" else part_own)(need, actor=clerk)  # type: ignore[operator]
        elif kind == "withdraw":
            if model.shown(one)[0] in (S.OPEN, S.HELD, S.JOINED):
                model.gone(one)
                withdraw(need, actor=None)
                keep_in_step(need.pk)
            return
        else:
            before, after = CHANGES[kind]
            if one not in model.to and model.state[one] in before:
                if after == S.WITHDRAWN:
                    model.gone(one)
                else:
                    model.state[one] = after
                set_state(need, after)
            return
    except JoiningRefusedError:
        assert not expected, (kind, one, other)
    else:
        assert expected, (kind, one, other)


#: What is hardly ever drawn: a need that waits to be read is taken out, and two that came by it with it.
READ_FIRST = [("hold", 1, 0), ("join", 1, 0), ("join", 2, 1), ("join", 3, 2), ("part", 1, 0), ("part", 2, 0)]


@pytest.mark.django_db
@example(steps=READ_FIRST)
@given(steps=st.lists(step, min_size=3, max_size=25))
@settings(max_examples=80, deadline=None)
def test_cases_are_what_the_decisions_say(steps: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        city = build()
        clerk = official(Role.CASE_WORKER)
        needs = [_need(city.lift, city.west, at) for at in range(NEEDS)]
        model = Model()
        for kind, one, other in steps:
            take(kind, one, other, needs, model, clerk)
            found = {need.pk: need for need in Need.objects.all()}
            leads = {need.pk: at for at, need in enumerate(needs)}
            shown = [(found[need.pk].state, leads.get(found[need.pk].lead_id)) for need in needs]
            assert shown == [model.shown(at) for at in range(NEEDS)]
            assert Joining.objects.count() == len(model.to)
        assert broken_cases() == []
        assert late_cases(clock.now() + timedelta(hours=1)) == []
        transaction.set_rollback(True)


def _need(kind: ServiceType, region: Region, at: int) -> Need:
    return Need.objects.create(
        channel=Channel.WEB,
        subject="place",
        service_type=kind,
        region=region,
        text=str(at),
        received_at=clock.now() - timedelta(days=NEEDS - at),
    )
