"""The desk with a million needs: its lists, a case, dispatching and one action, each beside bare SQL.

Run: ``.venv/bin/python benchmarks/desk.py [needs] [times]`` (1,000,000 and 50), with
``LACARTE_DATABASE=postgresql://…`` for PostgreSQL. Goals: a list is first painted within 300 ms, of which the
server has 100; any action takes the server 100 ms at most; queries do not grow with the list. Pages are asked for
as by a browser (session, permission, templates and all). The peer of a list and of a case reads the very rows that
are shown by one statement, by their keys, without asking who may see them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent)]
from own_installation import begin  # noqa: E402

begin("desk", undo_minutes=10)
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
import numpy as np  # noqa: E402
from desk_filled import fill  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from orders_filled import CITIES, DISTRICTS  # noqa: E402
from timing import milliseconds  # noqa: E402

from lacarte.kernel import clock, tree  # noqa: E402
from lacarte.kernel.ids import new_reference  # noqa: E402
from lacarte.kernel.models import OfficialMandate, Role, User  # noqa: E402
from lacarte.loop.needs.models import Need  # noqa: E402
from lacarte.loop.orders.actions import change  # noqa: E402
from lacarte.loop.orders.delivery.dispatching import dispatch, proposals  # noqa: E402
from lacarte.loop.orders.models import Order  # noqa: E402
from lacarte.pages.desk.queries import Filters, asked_by, counts, queue, tabs  # noqa: E402
from lacarte.registers.menu.models import OfferAtPlace, ServiceType  # noqa: E402
from lacarte.registers.places.models import Region  # noqa: E402
from lacarte.site import wsgi  # noqa: E402, F401 (garbage is collected as in a process that serves)

_ROWS = """SELECT n.*, s.name, r.name FROM needs_need n JOIN menu_servicetype s ON s.number = n.service_type_id
JOIN places_region r ON r.number = n.region_id WHERE n.id IN ({keys})"""
_LISTED = 100


def main() -> None:
    """Fill, time, print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    if not Need.objects.exists():  # an installation that LACARTE_HOME names is measured as it is
        fill(n)
    settings.ALLOWED_HOSTS = ["*"]
    print(
        f"{Need.objects.count():,} needs, {Order.objects.count():,} orders on {connection.vendor}, {times} times"
    )
    for name, user in _officials().items():
        print(name)
        _lists(user, times)
    everywhere = User.objects.get(username="of all")
    print("one case, as an official of all")
    _case(everywhere, times)
    _actions(everywhere, times)


def _officials() -> dict[str, User]:
    city, district = Region.objects.get(code="c0").interval, Region.objects.get(code="c0d0").interval
    kind = ServiceType.objects.get(code="s0").interval
    seen = {
        "of all": (tree.ROOT, tree.ROOT),
        f"of one of {CITIES} cities": (tree.ROOT, city),
        "of one of 40 services": (kind, tree.ROOT),
        f"of one of {CITIES * DISTRICTS} districts": (tree.ROOT, district),
        "of one service in a district": (kind, district),
    }
    found = {}
    for name, (services, regions) in seen.items():
        user, is_new = User.objects.get_or_create(username=name)
        if is_new:
            OfficialMandate.objects.create(
                holder=user,
                role=Role.CASE_WORKER,
                service_first=services.first,
                service_last=services.last,
                region_first=regions.first,
                region_last=regions.last,
                until=clock.now() + timedelta(days=365),
            )
        found[name] = user
    return found


def _lists(user: User, times: int) -> None:
    asked = asked_by(user, Filters())
    _measured("  how many each list has", lambda: counts(asked, tabs()), times)
    for tab in tabs():
        first = queue(asked, tab, after="", most=_LISTED)
        bare = _bare(first.needs, times)
        _measured(
            f"  {tab.key}: {len(first.needs)}",
            lambda tab=tab: queue(asked, tab, after="", most=_LISTED),
            times,
            bare,
        )
        if first.next:
            on = first.next
            _measured(
                "    its next page", lambda tab=tab, on=on: queue(asked, tab, after=on, most=_LISTED), times, bare
            )
    words = asked_by(user, Filters(words="nowhere at all"))
    _measured("  all, words that are nowhere", lambda: queue(words, tabs()[-1], after="", most=_LISTED), times)
    client = Client()
    client.force_login(user)
    _measured("  the page To answer", lambda: _ok(client, "/desk/"), times)
    _measured("  the page of orders", lambda: _ok(client, "/desk/orders/"), times)


def _case(user: User, times: int) -> None:
    need = Need.objects.filter(state="ordered").order_by("pk").first()
    assert need is not None
    Need.objects.filter(pk=need.pk).update(reference=new_reference())
    need.refresh_from_db()
    client = Client()
    client.force_login(user)
    bare = _bare([need], times)
    _measured("  its page", lambda: _ok(client, f"/desk/needs/{need.reference}/"), times, bare)


def _actions(user: User, times: int) -> None:
    """Each on another need, as it is done once."""
    waiting = iter(list(Need.objects.filter(state="open", service_type__gt=0).order_by("pk")[: 4 * times + 8]))
    running = iter(list(Order.objects.filter(state="requested").order_by("pk")[: 2 * times + 4]))
    places = {place.offer.service_type_id: place for place in OfferAtPlace.objects.select_related("offer")}
    _measured("  proposals for a need", lambda: proposals(next(waiting), actor=user), times)

    def sends() -> None:
        need = next(waiting)
        found = proposals(need, actor=user)
        dispatch(need, found[0].offer_at_place if found else places[need.service_type_id], actor=user)

    _measured("  proposals and dispatch", sends, times)
    _measured("  an order accepted", lambda: change(next(running), to="accepted", actor=user), times)


def _ok(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200, address


def _bare(needs: list[Need], times: int) -> float:
    """Milliseconds of CPU and database for the rows alone."""
    if not needs:
        return 0.0
    keys = ", ".join(f"'{need.pk.hex}'" for need in needs)

    def reads() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS.format(keys=keys))
            cursor.fetchall()

    return float(np.median(milliseconds(reads, times)[1]))


def _measured(name: str, work: Callable[[], object], times: int, bare: float = 0.0) -> None:
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        asked.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        work()
    cpu, wall = milliseconds(work, times)
    ratio = f"  {np.median(wall) / bare:6.1f} times bare SQL" if bare else ""
    figures = " ".join(f"{np.quantile(took, at):6.1f}" for took in (cpu, wall) for at in (0.5, 0.99))
    print(f"{name:<34} {len(asked):3} queries  CPU p50 p99, clock p50 p99: {figures}{ratio}", flush=True)


if __name__ == "__main__":
    main()
