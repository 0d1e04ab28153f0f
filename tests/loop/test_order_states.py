"""The table of states is sound whatever path an order takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lacarte.loop.orders.models import OrderState
from lacarte.loop.orders.states import ENDED, TRANSITIONS, Who, find, possible


def test_every_state_can_be_reached_and_every_path_can_end() -> None:
    reached = {OrderState.REQUESTED}
    for _ in OrderState:
        reached |= {t.target for t in TRANSITIONS if t.source in reached}
    assert reached == set(OrderState)
    ending = set(ENDED)
    for _ in OrderState:
        ending |= {t.source for t in TRANSITIONS if t.target in ending}
    assert ending == set(OrderState)


@given(st.lists(st.tuples(st.sampled_from(list(OrderState)), st.sampled_from(list(Who)))))
def test_an_ended_order_never_moves_again(steps: list) -> None:
    state = OrderState.REQUESTED
    for target, who in steps:
        transition = find(state, target, who)
        if state in ENDED:
            assert transition is None
        if transition:
            assert transition in possible(state, who)
            state = transition.target


def test_an_end_that_disappoints_must_be_explained() -> None:
    for transition in TRANSITIONS:
        if transition.target in (OrderState.REJECTED, OrderState.FAILED, OrderState.ON_HOLD):
            assert transition.needs_reason
