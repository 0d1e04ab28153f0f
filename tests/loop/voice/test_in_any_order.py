"""Whoever proposes, decides, answers and verifies in whatever order: two people, nothing lost, sums that hold.

Beside the records runs a model of a few lines.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.kernel.models import Role, User
from lacarte.loop.orders.models import Order
from lacarte.loop.voice import exclusions, replies
from lacarte.loop.voice.actions import rate
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.counting import total
from lacarte.loop.voice.models import Exclusion, Reply
from tests.city import City, official
from tests.loop.voice.rated import member, order, rated

ORDERS = 3
#: Who acts: two officials of the place, one of elsewhere, a member of the provider, and one who is both.
WHO = ("first", "second", "far", "member", "both")
MAY_DECIDE = ("first", "second")

exclusion_step = st.tuples(
    st.sampled_from(("propose", "approve", "refuse")), st.integers(0, ORDERS - 1), st.sampled_from(WHO)
)
reply_step = st.tuples(st.sampled_from(("answer", "accept", "turn down")), st.sampled_from(WHO))


@pytest.mark.django_db
def test_what_is_left_out_is_what_two_people_decided(city: City) -> None:
    people = _people(city)
    orders = [rated(city, satisfaction) for satisfaction in (5, 3, 1)]

    @settings(max_examples=20, deadline=None)
    @given(steps=st.lists(exclusion_step, max_size=14))
    def holds(steps: list[tuple[str, int, str]]) -> None:
        state: dict[int, tuple[str, str]] = {}  # order -> state, who proposed it
        with transaction.atomic():
            for act, at, who in steps:
                before = state.get(at)
                possible = _excludes(state, act, at, who)
                assert _exclude(orders[at], act, people[who]) == possible, (act, at, who, before)
            out = [at for at, (now, _by) in state.items() if now == "approved"]
            found = total()
            assert (found.orders, found.excluded) == (ORDERS - len(out), len(out))
            assert found.satisfied == (0 not in out)
            assert not Exclusion.objects.filter(decided_by=people["far"]).exists()
            transaction.set_rollback(True)

    holds()


def _excludes(state: dict[int, tuple[str, str]], act: str, at: int, who: str) -> bool:
    """Whether the model does it; then it is done there."""
    now, by = state.get(at, ("", ""))
    if act == "propose":
        if who == "far" or now in ("proposed", "approved"):
            return False
        state[at] = ("proposed", who)
        return True
    if who not in MAY_DECIDE or who == by or now not in ("proposed", "approved"):
        return False
    if act == "approve" and now == "approved":
        return False
    state[at] = ("approved" if act == "approve" else "refused", by)
    return True


def _exclude(made: Order, act: str, actor: User) -> bool:
    try:
        if act == "propose":
            exclusions.propose(made, reason="test", words="A test.", actor=actor)
        else:
            newest = made.exclusions.order_by("-proposed_at", "-id").first()
            if newest is None:
                return False
            exclusions.decide(newest, approve=act == "approve", words="So it is.", actor=actor)
    except (RefusedError, PermissionDenied):
        return False
    return True


@pytest.mark.django_db
def test_a_bad_rating_has_one_reply_that_lives_and_none_is_verified_by_its_provider(city: City) -> None:
    people = _people(city)
    rate(order(city), contacted_in_time=True, solved=True, satisfaction=1)

    @settings(max_examples=20, deadline=None)
    @given(steps=st.lists(reply_step, max_size=14))
    def holds(steps: list[tuple[str, str]]) -> None:
        state, texts = "due", 0
        with transaction.atomic():
            for act, who in steps:
                done = _reply(act, people[who])
                if act == "answer":
                    assert done == (state == "due" and who in ("member", "both"))
                    state, texts = ("answered", texts + 1) if done else (state, texts)
                else:
                    assert done == (state == "answered" and who in MAY_DECIDE)
                    state = {"accept": "verified", "turn down": "due"}[act] if done else state
            living = Reply.objects.exclude(state=Reply.State.TURNED_DOWN)
            assert [one.state for one in living] == [state]
            assert Reply.objects.exclude(text="").count() == texts, "nothing that was said is lost"
            ours = [people["member"], people["both"]]
            assert not Reply.objects.filter(verified_by__in=ours).exists()
            transaction.set_rollback(True)

    holds()


def _reply(act: str, actor: User) -> bool:
    newest = Reply.objects.order_by("id").last()
    assert newest is not None
    try:
        if act == "answer":
            replies.answer(newest, text="We do.", actor=actor)
        else:
            replies.verify(newest, accepted=act == "accept", verdict="So.", actor=actor)
    except (RefusedError, PermissionDenied):
        return False
    return True


def _people(city: City) -> dict[str, User]:
    there = {name: official(Role.CASE_WORKER, city.west, name=name) for name in ("first", "second", "both")}
    city.offer.offer.provider.members.add(there["both"])
    far = official(Role.CASE_WORKER, city.east, name="far")
    return {**there, "far": far, "member": member(city)}
