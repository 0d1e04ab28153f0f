"""What the processes of these tests do; run as ``python -m tests.standards.imports.crash.parts PART``."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db.models import Sum  # noqa: E402

from lacarte.kernel.models import Event, UnfinishedImport  # noqa: E402
from lacarte.loop.needs.models import Need  # noqa: E402
from lacarte.registers.menu.models import CapacityLot, Offer, ServiceType  # noqa: E402
from lacarte.standards.imports import import_requests, requests  # noqa: E402
from lacarte.standards.imports.bookmark import Bookmark  # noqa: E402

_MOVE = Bookmark.move


def run(path: str, rejects: str) -> None:
    """Import in small batches, and say where it is: a batch written but not committed, or committed."""

    def aloud(self: Bookmark, lines: int, so_far: dict[str, object]) -> None:
        on = lines > self.lines
        _MOVE(self, lines, so_far)
        if not on:  # only the file of rejected rows was noted
            return
        print("uncommitted", flush=True)
        time.sleep(0.05)

    def committed(far: requests.Progress) -> None:
        print(f"committed {far.rows - far.rows_before}", flush=True)
        time.sleep(0.05)

    requests._BATCH, Bookmark.move = 50, aloud  # type: ignore[method-assign]
    report = import_requests(Path(path), rejects=Path(rejects), progress=committed)
    print(json.dumps([report.loaded, report.known, report.rejections]))


def count() -> None:
    """What there is."""
    found = {
        "needs": Need.objects.count(),
        "numbers": Need.objects.values("external_id").distinct().count(),
        "said": Event.objects.filter(name="need.imported").values("stream").distinct().count(),
        "events": Event.objects.count(),
        "types": ServiceType.objects.filter(orderable=True).count(),
        "offers": Offer.objects.count(),
        "units": CapacityLot.objects.aggregate(n=Sum("units"))["n"],
        "lines": list(UnfinishedImport.objects.values_list("lines", flat=True)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
