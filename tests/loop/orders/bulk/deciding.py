"""Two who act on the same many at the same moment; run as ``python -m tests.loop.orders.bulk.deciding ROUNDS``.

Prints how many orders were changed.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db import connections  # noqa: E402

from lacarte.kernel.events import timeline  # noqa: E402
from lacarte.kernel.models import Role, User  # noqa: E402
from lacarte.loop.needs.actions import receive  # noqa: E402
from lacarte.loop.orders.actions import place_order  # noqa: E402
from lacarte.loop.orders.bulk.doing import begin, do_all, numbers, take_all_back, undo_all  # noqa: E402
from lacarte.loop.orders.bulk.rows import rows_of  # noqa: E402
from lacarte.loop.orders.models import BulkAct, Order, OrderChange  # noqa: E402
from tests.city import City, build, official  # noqa: E402

MANY = 4


def at_once(*verbs: Callable[[], object]) -> None:
    """Run all at the same moment, each in a thread of its own."""
    start = threading.Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> None:
        start.wait(30)
        try:
            verb()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def round_of(city: City, one: User, other: User) -> int:
    """Two acts on the same orders, one of them written down and done twice at once; then taken back twice."""
    needs = [receive(text=f"{k}", channel="web", service_type=city.care, region=city.west) for k in range(MANY)]
    orders = [place_order(need, offer_at_place=city.offer) for need in needs]
    rows = rows_of(one, [need.pk for need in needs])
    seen = [(row, row.seen()) for row in rows]
    keys = uuid4(), uuid4()
    accepts = lambda: begin(keys[0], "to-accepted", {}, seen, actor=one)  # noqa: E731
    refuses = lambda: begin(keys[1], "to-rejected", {"reason": "full"}, seen[::-1], actor=other)  # noqa: E731
    at_once(accepts, accepts, refuses)
    assert BulkAct.objects.filter(pk__in=keys).count() == 2
    at_once(*(lambda key=key: do_all({"act": str(key)}) for key in (keys[0], keys[1], keys[0])))
    acts = [BulkAct.objects.get(pk=key) for key in keys]
    done, refused = (sum(numbers(act)[state] for act in acts) for state in ("done", "refused"))
    changes = OrderChange.objects.filter(order__in=orders)
    assert done == refused == MANY == changes.count(), (done, refused, changes.count())
    assert all(step.why for act in acts for step in act.steps.filter(state="refused"))
    assert [timeline(act.pk).count() for act in acts] == [1, 1]
    at_once(
        *(lambda act=act, by=by: take_all_back(act, actor=by) for act, by in zip(acts, (one, other), strict=True))
    )
    at_once(*(lambda key=key: undo_all({"act": str(key)}) for key in (*keys, *keys)))
    assert sum(numbers(act)["undone"] for act in acts) == MANY
    assert set(Order.objects.filter(pk__in=[order.pk for order in orders]).values_list("state", flat=True)) == {
        "requested"
    }
    return changes.count()


def main() -> None:
    """All rounds."""
    city = build()
    one, other = official(Role.CASE_WORKER, name="one"), official(Role.CASE_WORKER, name="other")
    print(sum(round_of(city, one, other) for _ in range(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
