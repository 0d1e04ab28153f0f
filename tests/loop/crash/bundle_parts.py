"""What the processes that send bundles do; run as ``python -m tests.loop.crash.bundle_parts PART``."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import Count, F  # noqa: E402

from lacarte.kernel import jobs  # noqa: E402
from lacarte.kernel.models import Event, Job, Role  # noqa: E402
from lacarte.loop.needs.models import Need  # noqa: E402
from lacarte.loop.orders.bundles import sending  # noqa: E402
from lacarte.loop.orders.bundles.placing import Said, place_bundle  # noqa: E402
from lacarte.loop.orders.models import BundleOrder, BundlePart, Order  # noqa: E402
from lacarte.registers.menu.capacity.counting import living_holds, overbooked  # noqa: E402
from lacarte.registers.menu.capacity.holding import hold  # noqa: E402
from lacarte.registers.menu.models import Hold  # noqa: E402
from tests import background  # noqa: E402
from tests.city import build, official  # noqa: E402
from tests.loop.bundled import at_home, complete, menu_of  # noqa: E402

_LEASE = timedelta(seconds=1)
_WRITE = sending._write_with


def place(count: str) -> None:
    """So many bundles: a registration at a time that is held, an insurance after it, and a benefit beside them."""
    menu = menu_of(build(), units=2 * int(count))
    for n in range(int(count)):
        parts = [
            menu.part("birth", hold=hold(menu.lots["birth"])),
            menu.part("insurance", "birth"),
            menu.part("benefit"),
        ]
        place_bundle(parts, at_home(menu.city), Said(), sent_with=f"{n}")


def work() -> None:
    """Work until killed, and say where sending is: all of a part written but not committed, or committed."""

    def slowly(key: UUID, need: Need) -> None:
        _WRITE(key, need)
        print("uncommitted", flush=True)
        time.sleep(0.05)
        transaction.on_commit(lambda: print("committed", flush=True))

    sending._write_with = slowly
    while True:
        if not jobs.work_once(lease=_LEASE):
            time.sleep(0.02)


def finish() -> None:
    """Do what is left."""
    background.finish(_LEASE)


def finish_all() -> None:
    """And do what was ordered, so that what waits is sent too."""
    finish()
    worker = official(Role.CASE_WORKER)
    for need in Need.objects.filter(state=Need.State.ORDERED, service_type__code="birth"):
        complete(need, worker)
    finish()


def count() -> None:
    """What there is in the end."""
    parts = BundlePart.objects.all()
    found = {
        "bundles": BundleOrder.objects.count(),
        "parts": parts.count(),
        "sent": parts.filter(state=BundlePart.State.SENT).exclude(need=None).count(),
        "waiting": parts.filter(state=BundlePart.State.WAITING, need=None).count(),
        "needs": Need.objects.count(),
        "orders": Order.objects.count(),
        "doubled": Order.objects.order_by().values("need").annotate(n=Count("pk")).filter(n__gt=1).count(),
        "early": parts.exclude(need=None).filter(after__isnull=False).exclude(after__need__state="met").count(),
        "of the held unit": Order.objects.filter(need__bundle_part__hold=F("hold")).count(),
        "holds": Hold.objects.filter(living_holds()).count(),
        "overbooked": overbooked().count(),
        "said": Event.objects.filter(name="bundle.part-sent").count(),
        "stuck": Job.objects.filter(state=Job.State.STUCK).count(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
