"""Whatever whoever does to an order in whatever order: nothing is lost, nobody does what is not theirs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.conf import settings as configured
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.matching.models import Refusal
from lacarte.loop.needs.messages.conversation import write
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.checking import check
from lacarte.loop.orders.delivery.deadlines import Facts
from lacarte.loop.orders.delivery.dispatching import dispatch
from lacarte.loop.orders.delivery.extending import ask_for_extension, decide_extension
from lacarte.loop.orders.delivery.handing_over import answer_handover, ask_to_take_over
from lacarte.loop.orders.delivery.lending import lend, lent_to_nobody
from lacarte.loop.orders.delivery.lights import Light, light, lit
from lacarte.loop.orders.delivery.pausing import ask_resident, pause_of, resume
from lacarte.loop.orders.delivery.together import Part, ask_to_help, change_part, note
from lacarte.loop.orders.delivery.undoing import grace, newest_change, undo
from lacarte.loop.orders.delivery.watching import watch_deadlines
from lacarte.loop.orders.models import Contribution, Extension, Handover, Order, OrderChange, OrderState, Pause
from lacarte.loop.orders.states import ENDED, UNMET, Who, find, possible
from lacarte.registers.menu.capacity.counting import living_holds, with_free_units
from lacarte.registers.menu.models import CapacityLot, Hold, OfferAtPlace
from lacarte.registers.providers.models import Resource
from lacarte.registers.providers.resources import checking as resources
from lacarte.registers.providers.resources.holding import ResourceRefusedError
from lacarte.registers.providers.resources.holding import free as resources_free
from tests.background import work
from tests.city import build
from tests.loop.orders.delivery.at_work import AtWork

S = OrderState
CODES = {S.REJECTED: "full", S.ON_HOLD: "weather", S.FAILED: "not-met", S.CANCELLED: "not-wanted"}
WORK = (S.ACCEPTED, S.IN_PROGRESS)
people = st.sampled_from(["clerk", "other_clerk", "member", "other_member", "resident", "stranger"])
# Ends are drawn less often, so that orders live long enough to see something.
often = [S.ACCEPTED, S.ACCEPTED, S.IN_PROGRESS, S.IN_PROGRESS, S.IN_PROGRESS, S.ON_HOLD, S.ON_HOLD]
targets = st.sampled_from([S.RECEIVED, *often, S.COMPLETED, S.REJECTED, S.CANCELLED, S.FAILED])
spans = st.sampled_from([timedelta(minutes=1), timedelta(minutes=11), timedelta(hours=5), timedelta(days=3)])


class Delivery(RuleBasedStateMachine):
    """The records, and beside them what the table and the roles say must come of each step."""

    seen: ClassVar[set[str]] = set()
    undone: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self._whole = transaction.atomic()
        self._whole.__enter__()
        self.at = AtWork.of(build(units=3))
        self.now = clock.now()
        CapacityLot.objects.update(units=3, ends_at=self.now + timedelta(days=400))
        self.stranger = User.objects.create_user("stranger")
        self.order = self.at.order
        self.before: tuple[int, list[Any]] | None = None
        self.asked = False  # since the newest change

    @initialize(steps=st.sampled_from([(), (S.ACCEPTED,), (*WORK,), (*WORK, S.ON_HOLD), (*WORK, S.COMPLETED)]))
    def begin(self, steps: tuple[OrderState, ...]) -> None:
        """The order is anywhere on its way."""
        for to in steps:
            self._change(self._fresh(), to, "member", why=True, seen=self._fresh().version)

    def teardown(self) -> None:
        """Nothing stays."""
        transaction.set_rollback(True)
        self._whole.__exit__(None, None, None)

    # What is done

    @rule(at=st.integers(0, 11), who=st.sampled_from(["clerk", "member"]))
    def go_on(self, at: int, who: str) -> None:
        """Somebody does one of the things that the table lets officials and providers do."""
        order = self._fresh()
        if steps := possible(order.state, Who.PROVIDER) or possible(order.state, Who.WORKER):
            self._change(order, steps[at % len(steps)].target, who, why=True, seen=order.version)

    @rule(to=targets, who=people, why=st.booleans(), stale=st.integers(0, 9).map(lambda n: n == 0))
    def change(self, to: str, who: str, why: bool, stale: bool) -> None:
        """Somebody tries to take the order anywhere, having seen how it is or how it was."""
        order = self._fresh()
        self._change(order, to, who, why=why, seen=order.version - stale)

    def _change(self, order: Order, to: str, who: str, *, why: bool, seen: int) -> None:
        as_what = self._as_what(who)
        step = find(order.state, to, as_what) if as_what else None
        parts = order.contributions.filter(state__in=("requested", "accepted")).exists()
        may = step is not None and seen == order.version and (why or not step.needs_reason)
        may = may and not (to == S.COMPLETED and parts)
        before, code = self._all(), CODES.get(S(to), "") if why else ""
        if self._tries(may, change, order, to=to, actor=self._user(who), code=code, seen=seen):
            self.before, self.asked = (order.version + 1, before), False

    @precondition(lambda self: self.before is not None and not self.asked)
    @rule()
    def regret(self) -> None:
        """Whoever made the newest change takes it back: all is as before."""
        made = newest_change(self._fresh())
        if made is not None and made.actor is not None:
            self._take_back(made, made.actor)

    @precondition(lambda self: self.before is not None)
    @rule(who=people)
    def undo(self, who: str) -> None:
        """Somebody takes the newest change back, if it is theirs."""
        if (made := newest_change(self._fresh())) is not None:
            self._take_back(made, self._user(who))

    def _take_back(self, made: OrderChange, actor: User) -> None:
        order = self._fresh()
        theirs = made.actor == actor and made.who in (Who.WORKER, Who.PROVIDER)
        newest = made.version == order.version and self.now < made.at + grace()
        if self._tries(theirs and newest and not self.asked, undo, order, actor=actor):
            assert self.before is not None
            version, before = self.before
            if version == made.version:
                assert self._all() == before
                type(self).undone += 1
            self.before = None

    @rule(who=people)
    def ask(self, who: str) -> None:
        """The resident is asked something."""
        order = self._fresh()
        may = self._as_what(who) in (Who.WORKER, Who.PROVIDER) and order.state not in ENDED
        if self._tries(may and pause_of(order) is None, ask_resident, order, "Which?", actor=self._user(who)):
            self.asked = True

    @precondition(lambda self: Pause.objects.filter(ended_at=None).exists())
    @rule()
    def answer(self) -> None:
        """They answer, and who was in time stays in time."""
        pause, order = Pause.objects.get(ended_at=None), self._fresh()
        in_time = pause.since < order.resolution_due
        with clock.stopped_at(self.now):
            write(self.at.need, f"At {self.now}", actor=None)
            work()
        after = self._fresh()
        assert pause_of(order) is None
        assert after.resolution_due >= order.resolution_due
        if in_time and order.state not in ENDED:
            assert after.resolution_due >= min(self.now, pause.until)

    @rule(who=people)
    def hand_over(self, who: str) -> None:
        """The other provider is asked to take it over."""
        order = self._fresh()
        target = self._elsewhere(order)
        may = self._as_what(who) in (Who.WORKER, Who.PROVIDER) and order.state not in ENDED
        may = may and not order.handovers.filter(state="asked").exists()
        self._tries(may, ask_to_take_over, order, target, actor=self._user(who), words="try")

    @precondition(lambda self: Handover.objects.filter(state="asked").exists())
    @rule(who=people, accepts=st.booleans())
    def answer_handover(self, who: str, accepts: bool) -> None:
        """Somebody says yes or no to that."""
        asked = Handover.objects.select_related("target__offer__provider").filter(state="asked").first()
        assert asked is not None
        order = Order.objects.get(pk=asked.order_id)
        theirs = asked.target.offer.provider.members.filter(pk=self._user(who).pk).exists()
        may = theirs and (not accepts or order.state not in ENDED)
        said = {"accepts": accepts, "actor": self._user(who), "words": "so"}
        self._tries(may, answer_handover, asked, **said)

    @rule(who=people)
    def ask_for_help(self, who: str) -> None:
        """The other provider is asked to help."""
        order = self._fresh()
        may = self._as_what(who) in (Who.WORKER, Who.PROVIDER) and order.state not in ENDED
        part = Part(self._elsewhere(order).offer.provider, "Bring a ramp", self.now + timedelta(days=1))
        self._tries(may, ask_to_help, order, part, actor=self._user(who))

    @precondition(lambda self: Contribution.objects.filter(state__in=("requested", "accepted")).exists())
    @rule(to=st.sampled_from(["accepted", "rejected", "completed", "cancelled"]), who=people)
    def change_part(self, to: str, who: str) -> None:
        """Somebody says how a part goes."""
        parts = Contribution.objects.filter(state__in=("requested", "accepted"))
        part = parts.select_related("provider", "order").order_by("pk").first()
        assert part is not None
        order, user = Order.objects.get(pk=part.order_id), self._user(who)
        theirs = part.provider.members.filter(pk=user.pk).exists()
        if to == "cancelled":
            theirs = self._as_what(who, order) in (Who.WORKER, Who.PROVIDER)
        next_to = {"requested": "accepted", "accepted": "completed"}[part.state]
        may = theirs and to in (next_to, "rejected", "cancelled") and order.state not in ENDED
        self._tries(may, change_part, part, to=to, actor=user, words="so")

    @precondition(lambda self: Contribution.objects.filter(state__in=("requested", "accepted")).exists())
    @rule(who=people, units=st.integers(1, 3))
    def lend(self, who: str, units: int) -> None:
        """A body has a van for its part, of two that there are, for an hour from now."""
        parts = Contribution.objects.filter(state__in=("requested", "accepted")).select_related("provider")
        part = parts.order_by("pk").first()
        assert part is not None
        van, _new = Resource.objects.get_or_create(provider=part.provider, kind="equipment", quantity=2)
        order, user, until = Order.objects.get(pk=part.order_id), self._user(who), self.now + timedelta(hours=1)
        theirs = who in ("clerk", "other_clerk") or part.provider.members.filter(pk=user.pk).exists()
        with clock.stopped_at(self.now):
            may = theirs and order.state not in ENDED and units <= resources_free(van, self.now, until)
        said: dict[str, Any] = {"units": units, "since": self.now, "until": until}
        self._tries(may, lend, part, van, actor=user, **said)

    @rule(who=people, bodies=st.booleans())
    def note(self, who: str, bodies: bool) -> None:
        """Somebody notes something, for all or for the other provider, which must work on the order too."""
        order = self._fresh()
        other = self._elsewhere(order).offer.provider
        helps = order.contributions.filter(provider=other, state__in=("requested", "accepted")).exists()
        may = self._as_what(who) in (Who.WORKER, Who.PROVIDER) and (helps or not bodies)
        named = {"bodies": [other]} if bodies else {"for_all": True}
        self._tries(may, note, order, "Ring twice", actor=self._user(who), **named)

    @rule(who=people)
    def ask_for_later(self, who: str) -> None:
        """Two working days more are asked for."""
        order = self._fresh()
        may = self._as_what(who) in (Who.WORKER, Who.PROVIDER) and order.state not in ENDED
        may = may and not order.extensions.filter(state="asked").exists()
        self._tries(may, ask_for_extension, order, days=2, code="more-work", actor=self._user(who))

    @precondition(lambda self: Extension.objects.filter(state="asked").exists())
    @rule(who=people, grants=st.booleans())
    def decide_later(self, who: str, grants: bool) -> None:
        """Somebody else grants them or does not."""
        asked = Extension.objects.select_related("order").get(state="asked")
        order = Order.objects.get(pk=asked.order_id)
        user, due = self._user(who), order.resolution_due
        may = who in ("clerk", "other_clerk") and asked.asked_by_id != user.pk and order.state not in ENDED
        if self._tries(may, decide_extension, asked, grants=grants, actor=user, words="so"):
            after = Order.objects.get(pk=order.pk).resolution_due
            assert after >= due + timedelta(days=2) if grants else after == due
            self.before = None

    @precondition(lambda self: Pause.objects.filter(ended_at=None).exists())
    @rule(who=people)
    def wait_no_more(self, who: str) -> None:
        """The answer is not waited for any more."""
        order = self._fresh()
        may = self._as_what(who) in (Who.WORKER, Who.PROVIDER)
        if self._tries(may, resume, order, actor=self._user(who)):
            self.before = None

    @precondition(lambda self: self._need().state == Need.State.OPEN)
    @rule(who=people)
    def dispatch(self, who: str) -> None:
        """What came back goes to somebody else."""
        target = self._elsewhere(self._fresh())
        may = who in ("clerk", "other_clerk")
        if self._tries(may, dispatch, self._need(), target, actor=self._user(who)):
            self.order = Order.objects.filter(need=self.at.need).order_by("-pk")[0]
            self.before = None

    @rule(span=spans)
    def wait(self, span: timedelta) -> None:
        """Time goes by, and the background does its work."""
        self.now += span
        with clock.stopped_at(self.now):
            watch_deadlines()
            work()
        assert not Pause.objects.filter(ended_at=None, until__lte=self.now).exists()

    # What must be, whatever was done

    @invariant()
    def nothing_is_lost(self) -> None:
        """Units, parts, and the need stand as their order does."""
        with clock.stopped_at(self.now):
            assert check().well
            assert resources.books().well
            assert lent_to_nobody() == []
            order, need = self._fresh(), self._need()
            living = Hold.objects.filter(living_holds()).count()
            keeps = order.hold is not None and order.state not in (*UNMET, S.CANCELLED)
            assert living == int(keeps)
            wanted = {S.COMPLETED: Need.State.MET, S.CANCELLED: Need.State.WITHDRAWN}.get(S(order.state))
            assert need.state == (wanted or (Need.State.OPEN if order.state in UNMET else Need.State.ORDERED))
            type(self).seen.add(order.state)

    @invariant()
    def deadlines_are_what_they_would_be_if_reckoned_now(self) -> None:
        """And the light of one is that of the list."""
        with clock.stopped_at(self.now):
            order = Order.objects.select_related("need__service_type", "need__region").get(pk=self.order.pk)
            if order.state in ENDED:
                return
            contact, resolution = Facts.of([order]).deadlines(order)
            assert (order.contact_due, order.resolution_due) == (contact.due, resolution.due)
            pause = pause_of(order)
            colour = light(order, paused_since=pause.since if pause else None)
            assert {one for one in Light if Order.objects.filter(lit(one), pk=order.pk).exists()} == {colour}

    # What the steps need

    def _tries(self, may: bool, verb: Callable[..., Any], *said: Any, **more: Any) -> bool:
        """Do it; it must be possible just when it may be, and change nothing when it is not."""
        before = self._all()
        with clock.stopped_at(self.now):
            try:
                with transaction.atomic():
                    verb(*said, **more)
            except (OrderRefusedError, PermissionDenied, ResourceRefusedError):
                assert not may, (verb.__name__, more)
                assert self._all() == before
                return False
        assert may, (verb.__name__, more)
        return True

    def _all(self) -> list[Any]:
        """All that a change touches, but for the version."""
        order = Order.objects.filter(pk=self.order.pk).values().get()
        order.pop("version")
        need = Need.objects.filter(pk=self.at.need.pk).values("state", "closed_at").get()
        with clock.stopped_at(self.now):
            free = list(with_free_units(CapacityLot.objects.order_by("pk")).values_list("free", flat=True))
        refused = list(Refusal.objects.order_by("pk").values_list("offer_at_place", "at"))
        pauses = list(Pause.objects.order_by("pk").values_list("since", "ended_at"))
        return [order, need, free, refused, pauses]

    def _fresh(self) -> Order:
        return Order.objects.select_related("hold", "offer_at_place").get(pk=self.order.pk)

    def _need(self) -> Need:
        return Need.objects.get(pk=self.at.need.pk)

    def _elsewhere(self, order: Order) -> OfferAtPlace:
        others = OfferAtPlace.objects.select_related("offer__provider").exclude(pk=order.offer_at_place_id)
        return others.order_by("pk")[0]

    def _user(self, who: str) -> User:
        if who == "resident":
            assert self.at.person.user is not None
            return self.at.person.user  # type: ignore[return-value]
        return self.stranger if who == "stranger" else getattr(self.at, who)  # type: ignore[no-any-return]

    def _as_what(self, who: str, order: Order | None = None) -> Who | None:
        """As what somebody acts, from who they are alone."""
        provider = (order or self._fresh()).offer_at_place.offer.provider
        if who in ("clerk", "other_clerk"):
            return Who.WORKER
        if who == "resident":
            return Who.RESIDENT
        return Who.PROVIDER if provider.members.filter(pk=self._user(who).pk).exists() else None


@contextmanager
def quiet() -> Iterator[None]:
    """What is refused says so in no log."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.usefixtures("grace")
def test_nothing_is_lost_in_any_order() -> None:
    assert configured.CONFIGURED["undo_minutes"] == 10
    with quiet():
        run_state_machine_as_test(
            Delivery,
            settings=settings(
                max_examples=15,
                stateful_step_count=15,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=True,
            ),
        )
    assert Delivery.undone > 0
    assert len(Delivery.seen) > 5, "orders come about"
