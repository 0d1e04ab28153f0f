"""Those who decide at the same moment; run as ``python -m tests.loop.orders.delivery.deciding ROUNDS``.

Each round is a need and an order of its own. Prints how often each of the two at an order won.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db import connections  # noqa: E402

from lacarte.kernel import clock  # noqa: E402
from lacarte.loop.needs.actions import receive  # noqa: E402
from lacarte.loop.orders.actions import OrderRefusedError, change, place_order  # noqa: E402
from lacarte.loop.orders.checking import check  # noqa: E402
from lacarte.loop.orders.delivery.dispatching import dispatch  # noqa: E402
from lacarte.loop.orders.delivery.handing_over import answer_handover, ask_to_take_over  # noqa: E402
from lacarte.loop.orders.models import Order, OrderChange, OrderState  # noqa: E402
from lacarte.loop.orders.working.assigning import AssignmentRefusedError, take  # noqa: E402
from lacarte.registers.menu.capacity.holding import confirm, hold  # noqa: E402
from lacarte.registers.menu.models import CapacityLot  # noqa: E402
from lacarte.registers.providers.models import Resource  # noqa: E402
from lacarte.registers.providers.resources import checking  # noqa: E402
from lacarte.registers.providers.resources.holding import ResourceRefusedError  # noqa: E402
from lacarte.registers.providers.resources.holding import hold as lend  # noqa: E402
from tests.city import build  # noqa: E402
from tests.loop.orders.delivery.at_work import AtWork, second_offer  # noqa: E402

S = OrderState


def at_once(refusal: type[Exception], *verbs: Callable[[], Any]) -> tuple[list[Any], list[str]]:
    """Run all at the same moment, each in a thread of its own: what was done, and why the rest was not."""
    begin, done, refused = threading.Barrier(len(verbs)), [], []

    def run(verb: Callable[[], Any]) -> None:
        try:
            begin.wait(30)
            done.append(verb())
        except refusal as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(done) + len(refused) == len(verbs), "a fault is no refusal"
    return done, refused


def ordered(at: AtWork) -> AtWork:
    """Another need, with an order at the first provider."""
    need = receive(text="", channel="web", service_type=at.city.care, region=at.city.west)
    order = place_order(need, offer_at_place=at.city.offer, hold=confirm(hold(at.city.lot)))
    return replace(at, need=need, order=order)


def two_decide(at: AtWork) -> str:
    """One wins, and the other is told who did what."""
    (done,), (why,) = at_once(
        OrderRefusedError,
        lambda: change(at.order, to=S.ACCEPTED, actor=at.member, seen=0),
        lambda: change(at.order, to=S.REJECTED, actor=at.clerk, code="full", seen=0),
    )
    assert at.fresh().state == done.state
    winner = "member-of-p" if done.state == S.ACCEPTED else "clerk-1"
    assert why.startswith(f"{winner} changed this at "), why
    assert OrderChange.objects.filter(order=at.order.pk).count() == 1
    return winner


def two_send(at: AtWork, third: Any) -> None:
    """What came back is sent once."""
    change(at.order, to=S.REJECTED, actor=at.clerk, code="full")
    done, refused = at_once(
        OrderRefusedError,
        lambda: dispatch(at.need, at.other, actor=at.clerk),
        lambda: dispatch(at.need, third, actor=at.other_clerk),
    )
    assert (len(done), len(refused)) == (1, 1)
    assert Order.objects.filter(need=at.need, state=S.REQUESTED).count() == 1


def one_takes_over_what_another_cancels(at: AtWork) -> None:
    """It is had by one of them, and its unit with it."""
    asked = ask_to_take_over(at.order, at.other, actor=at.member, words="try")
    at_once(
        OrderRefusedError,
        lambda: answer_handover(asked, accepts=True, actor=at.other_member),
        lambda: change(at.order, to=S.CANCELLED, actor=at.clerk, code="not-wanted", seen=0),
    )
    assert at.fresh().state in (S.ACCEPTED, S.CANCELLED)


def two_take(at: AtWork) -> None:
    """A case is the work of one of them, and the other is told whose."""
    (done,), (why,) = at_once(
        AssignmentRefusedError, *(lambda who=who: take(at.need, actor=who) for who in (at.clerk, at.other_clerk))
    )
    assert why.startswith(f"{done.official} works on this, since "), why


def five_want_two(at: AtWork) -> None:
    """Of two units two are lent."""
    crew = Resource.objects.create(provider=at.other.offer.provider, kind="staff", quantity=2)
    now = clock.now()
    said = {"units": 1, "since": now, "until": now + timedelta(hours=1)}
    done, refused = at_once(ResourceRefusedError, *(lambda: lend(crew, holder="x", **said) for _ in range(5)))
    assert (len(done), len(refused)) == (2, 3)


def main(rounds: int) -> None:
    """All of it, so many times, on one city."""
    at = AtWork.of(build())
    third = second_offer(at.city, "third")
    CapacityLot.objects.update(units=1000)
    won: Counter[str] = Counter()
    for _round in range(rounds):
        won[two_decide(ordered(at))] += 1
        two_send(ordered(at), third)
        one_takes_over_what_another_cancels(ordered(at))
        two_take(ordered(at))
        five_want_two(at)
        assert check().well
        assert checking.books().well
    print(won.total(), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
