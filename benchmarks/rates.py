"""The tables of the rates out of a million orders: milliseconds, against bare SQL of the same counts in one run.

Run: ``.venv/bin/python benchmarks/rates.py [orders] [times]`` (1,000,000 and 5), with
``LACARTE_DATABASE=postgresql://…`` for PostgreSQL. The peer counts the same orders with one statement written by
hand, without names, without hiding small groups and without comparing.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
from own_installation import begin  # noqa: E402

begin("rates", rates_minutes=0)
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
import numpy as np  # noqa: E402
from django.db import connection  # noqa: E402
from orders_filled import fill  # noqa: E402
from timing import milliseconds  # noqa: E402

from lacarte.kernel import clock  # noqa: E402
from lacarte.loop.voice.comparing import compare  # noqa: E402
from lacarte.loop.voice.counting import Cut, count, month_after, months_before  # noqa: E402
from lacarte.loop.voice.queries import groups_by, rates_of  # noqa: E402
from lacarte.loop.voice.scorecards import of_provider  # noqa: E402

_NOT_DUE = "o.state = 'cancelled' AND o.responded_at IS NULL AND o.ended_at <= o.contact_due"
PEER = f"""
SELECT p.provider_id, COUNT(*),
  COUNT(CASE WHEN (o.responded_at IS NOT NULL OR o.contact_due < %s) AND NOT ({_NOT_DUE}) THEN 1 END),
  COUNT(CASE WHEN o.responded_at <= o.contact_due THEN 1 END),
  COUNT(CASE WHEN o.state = 'completed' OR g.order_id IS NOT NULL THEN 1 END),
  COUNT(g.order_id), COUNT(CASE WHEN g.contacted_in_time THEN 1 END), COUNT(CASE WHEN g.solved THEN 1 END),
  COUNT(CASE WHEN g.satisfaction >= 4 THEN 1 END)
FROM orders_order o JOIN menu_offeratplace a ON a.id = o.offer_at_place_id JOIN menu_offer p ON p.id = a.offer_id
LEFT JOIN voice_rating g ON g.order_id = o.id
WHERE o.requested_at >= %s AND o.requested_at < %s GROUP BY p.provider_id"""


def peer(cut: Cut) -> int:
    """The same counts by provider."""
    with connection.cursor() as cursor:
        cursor.execute(PEER, [clock.now(), cut.since, cut.until])
        return len(cursor.fetchall())


def table(cut: Cut) -> int:
    """The table of a page: counted, named, small groups hidden, compared."""
    groups = groups_by("provider", count("provider", cut))
    rates_of(groups)
    compare(groups, "satisfaction")
    return len(groups)


def main() -> None:
    orders, times = (int(sys.argv[at]) if len(sys.argv) > at else n for at, n in ((1, 1_000_000), (2, 5)))
    filled = fill(orders)
    begins = months_before(clock.now(), 12)
    month = Cut(since=begins[-2], until=month_after(begins[-2]))
    year = Cut(since=begins[0], until=month_after(begins[-1]))
    assert peer(month) == table(month)
    print(f"{orders:,} orders on {connection.vendor}, {len(filled.providers)} providers; median of {times}")
    print(f"{'':42}{'CPU ms':>9}{'clock ms':>10}{'to bare SQL':>13}")
    for name, cut in (("a month", month), ("twelve months", year)):
        peer_cpu, peer_wall = milliseconds(lambda cut=cut: peer(cut), times)
        _line(f"{name}: bare SQL", peer_cpu, peer_wall, peer_wall)
        _line(f"{name}: counted", *milliseconds(lambda cut=cut: count("provider", cut), times), peer_wall)
        _line(f"{name}: the table, compared", *milliseconds(lambda cut=cut: table(cut), times), peer_wall)
    _line("scorecard of a provider", *milliseconds(lambda: of_provider(filled.providers[0]), times), None)


def _line(name: str, cpu: np.ndarray, wall: np.ndarray, peer_wall: np.ndarray | None) -> None:
    ratio = "" if peer_wall is None else f"{np.median(wall) / np.median(peer_wall):.2f}"
    print(f"{name:42}{np.median(cpu):9.0f}{np.median(wall):10.0f}{ratio:>13}", flush=True)


if __name__ == "__main__":
    main()
