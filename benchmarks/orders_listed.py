"""A list of 100 orders out of a million: milliseconds for who sees all, some and few, against bare SQL.

Run: ``.venv/bin/python benchmarks/orders_listed.py [orders] [lists]`` (1,000,000 and 200), with
``LACARTE_DATABASE=postgresql://…`` for PostgreSQL. The goal is a median of 15 ms. The peer reads the very columns
of the newest 100 orders by one statement, without asking who may see them and without taking texts apart.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent)]
from own_installation import begin  # noqa: E402

begin("orders_listed")
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
import numpy as np  # noqa: E402
from django.db import connection  # noqa: E402
from orders_filled import CITIES, DISTRICTS, Filled, fill  # noqa: E402
from timing import milliseconds  # noqa: E402

from lacarte.kernel import clock, tree  # noqa: E402
from lacarte.kernel.models import OfficialMandate, Role, User  # noqa: E402
from lacarte.loop.orders.models import Order  # noqa: E402
from lacarte.loop.orders.seen import Filters, Sort, orders_seen_by  # noqa: E402
from lacarte.site import wsgi  # noqa: E402, F401 (garbage is collected as in a process that serves)

PEER = """
SELECT o.id, o.state, o.requested_at, o.contact_due, o.resolution_due, o.ended_at, n.reference, s.name,
  o.region_id, r.name, n.address, v.code, v.name, f.name, p.address, l.starts_at, g.satisfaction,
  n.person_id, h.name
FROM orders_order o JOIN needs_need n ON n.id = o.need_id JOIN menu_servicetype s ON s.number = o.service_type_id
JOIN places_region r ON r.number = o.region_id JOIN menu_offeratplace p ON p.id = o.offer_at_place_id
JOIN menu_offer f ON f.id = p.offer_id JOIN providers_provider v ON v.id = f.provider_id
LEFT JOIN menu_hold k ON k.id = o.hold_id LEFT JOIN menu_capacitylot l ON l.id = k.lot_id
LEFT JOIN voice_rating g ON g.order_id = o.id LEFT JOIN people_person h ON h.id = n.person_id
ORDER BY o.requested_at DESC, o.id DESC LIMIT 100"""


def peer() -> None:
    """The newest orders, whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute(PEER)
        assert len(cursor.fetchall()) == 100


def viewers(filled: Filled) -> dict[str, User]:
    """Who sees all, a city, a service, a district, one service of a district, what a provider has; nothing."""
    city, district = filled.cities[0].interval, filled.districts[0].interval
    kind = filled.kinds[0].interval
    found = {
        "an official of all": _official(tree.ROOT, tree.ROOT),
        f"of one of {CITIES} cities": _official(tree.ROOT, city),
        f"of one of {len(filled.kinds)} services": _official(kind, tree.ROOT),
        f"of one of {CITIES * DISTRICTS} districts": _official(tree.ROOT, district),
        "of one service in a district": _official(kind, district),
        f"a member of one of {len(filled.providers)} providers": User.objects.create_user("member"),
        "somebody who sees none": User.objects.create_user("nobody"),
    }
    filled.providers[0].members.add(User.objects.get(username="member"))
    return found


def _official(services: tree.Interval, regions: tree.Interval) -> User:
    user = User.objects.create_user(f"official {User.objects.count()}")
    OfficialMandate.objects.create(
        holder=user,
        role=Role.CASE_WORKER,
        service_first=services.first,
        service_last=services.last,
        region_first=regions.first,
        region_last=regions.last,
        until=clock.now() + timedelta(days=1),
    )
    return user


def main() -> None:
    """Fill, time, print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    filled = fill(n)
    print(f"{Order.objects.count():,} orders on {connection.vendor}; milliseconds of {times} lists of 100")
    bare = measured("bare SQL", peer, times)
    for name, user in viewers(filled).items():
        following = orders_seen_by(user).next
        ways: dict[str, dict[str, Any]] = {"": {}}
        if following:
            ways |= {
                ", next page": {"after": following},
                ", with names": {"names_for": "work on this need"},
                ", due first": {"sort": Sort.DUE},
                ", completed": {"filters": Filters(states=["completed"])},
            }
        for way, how in ways.items():
            found = len(orders_seen_by(user, **how).orders)
            measured(f"{name}{way}: {found}", lambda u=user, h=how: orders_seen_by(u, **h), times, bare)


def measured(name: str, work: Callable[[], object], times: int, bare: float = 0.0) -> float:
    """Print a row and return the median by the clock."""
    cpu, wall = milliseconds(work, times)
    p50 = float(np.median(wall))
    ratio = f"  {p50 / bare:.1f} times bare SQL" if bare else ""
    clocked = f"clock p50 {p50:5.1f} p99 {np.quantile(wall, 0.99):5.1f}"
    print(f"{name:<46} CPU p50 {np.median(cpu):5.1f}  {clocked}{ratio}", flush=True)
    return p50


if __name__ == "__main__":
    main()
