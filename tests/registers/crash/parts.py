"""What the processes of these tests do; run as ``python -m tests.registers.crash.parts PART``."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db import transaction  # noqa: E402

from lacarte.kernel import clock  # noqa: E402
from lacarte.kernel.ids import uuid7  # noqa: E402
from lacarte.registers.menu.capacity.checking import books  # noqa: E402
from lacarte.registers.menu.capacity.counting import overbooked, with_free_units  # noqa: E402
from lacarte.registers.menu.capacity.holding import (  # noqa: E402
    CapacityRefusedError,
    confirm,
    extend,
    hold,
    move,
    release,
    release_expired,
)
from lacarte.registers.menu.models import CapacityLot, Hold  # noqa: E402
from tests.city import build  # noqa: E402
from tests.registers.crash.journal import Told, told  # noqa: E402

#: What is done how often, in a hundred.
MIX = {"hold": 36, "confirm": 22, "release": 30, "move": 4, "extend": 4, "expire": 4}
_LONGEST = 1.5  # seconds that something is held


def lots(count: str, units: str) -> None:
    """A city whose offer has so many times, all of them to come."""
    city = build(units=int(units))
    first = clock.now() + timedelta(days=9)
    for n in range(int(count) - 1):
        starts = first + timedelta(hours=n)
        CapacityLot.objects.create(
            offer_at_place=city.offer, starts_at=starts, ends_at=starts + timedelta(hours=1), units=int(units)
        )


class Churn:
    """One process that does whatever comes to its mind, and writes down what it is about to do and has done.

    The lines outlive it: what the system was given before a kill is in the file.
    """

    def __init__(self, journal: str, seed: str) -> None:
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._draw = random.Random(f"{seed}-{os.getpid()}")
        self._lots = list(CapacityLot.objects.order_by("pk"))
        self._known: list[Hold] = []

    def one(self) -> None:
        """One operation."""
        what = self._draw.choices(list(MIX), MIX.values())[0]
        if what == "expire":
            self._note("expire", "", lambda: release_expired(50))
        elif what == "hold" or not self._known:
            self._hold()
        else:
            self._change(what, self._draw.choice(self._known))
        if self._draw.random() < 0.01:  # what others hold is everybody's: two act on the same hold
            self._known = self._known[-40:] + list(Hold.objects.exclude(state="released").order_by("-pk")[:20])

    def _hold(self) -> None:
        until = clock.now() + timedelta(seconds=self._draw.uniform(0.1, _LONGEST))
        made = self._note("hold", "", lambda: hold(self._draw.choice(self._lots), expires_at=until))
        if made is not None:
            self._known.append(made)

    def _change(self, what: str, held: Hold) -> None:
        if what == "confirm":
            self._note(what, held.pk, lambda: confirm(held))
        elif what == "release":
            self._note(what, held.pk, lambda: release(held))
            self._known = [one for one in self._known if one.pk != held.pk]
        elif what == "move":
            self._note(what, held.pk, lambda: move(held, self._draw.choice(self._lots)))
        else:
            until = clock.now() + timedelta(seconds=_LONGEST)
            self._note(what, held.pk, lambda: extend(held, expires_at=until))

    def _note(self, what: str, about: UUID | str, work: Callable[[], object]) -> Hold | None:
        self._write("begin", what, about)
        try:
            done = work()
        except CapacityRefusedError:
            self._write("refused", what, about)
            return None
        self._write("done", what, done.pk if isinstance(done, Hold) else about)
        return done if isinstance(done, Hold) else None

    def _write(self, *line: object) -> None:
        os.write(self._journal, f"{' '.join(map(str, line))}\n".encode())


def churn(journal: str, seed: str) -> None:
    """Go on until killed."""
    process = Churn(journal, seed)
    while True:
        process.one()


def churn_for(journal: str, seed: str, seconds: str) -> None:
    """When told, go on for so long."""
    process = Churn(journal, seed)
    print("ready", flush=True)
    sys.stdin.readline()
    ends = time.monotonic() + float(seconds)
    while time.monotonic() < ends:
        process.one()


def commit_for(seconds: str) -> None:
    """The peer: the same rows in the same proportions, each in a transaction, and nothing counted or locked."""
    lot, made, written = CapacityLot.objects.order_by("pk").first(), [uuid7()], 0
    print("ready", flush=True)
    sys.stdin.readline()
    draw, ends = random.Random(os.getpid()), time.monotonic() + float(seconds)
    while time.monotonic() < ends:
        with transaction.atomic():
            if draw.random() * sum(MIX.values()) < MIX["hold"]:
                made.append(Hold.objects.create(lot=lot, expires_at=clock.now()).pk)
            else:
                Hold.objects.filter(pk=draw.choice(made)).update(state=Hold.State.RELEASED)
        written += 1
    print(written)


def watch() -> None:
    """Look for overbooked lots until told to stop; prints how many looks there were and what they found."""
    looks = found = 0
    print("ready", flush=True)
    os.set_blocking(sys.stdin.fileno(), False)
    while not sys.stdin.readline():
        found += overbooked().count()
        looks += 1
        time.sleep(0.1)
    print(looks, found)


def settle(*journals: str) -> None:
    """After everything: what was written down against what the database holds; prints figures as JSON."""
    said: Told = told([Path(journal) for journal in journals])
    with clock.stopped_at(clock.now() + timedelta(hours=1)):  # whatever is held is over
        while release_expired():
            pass
        rows = dict(Hold.objects.values_list("pk", "state"))
        found = books()
        confirmed = sum(state == "confirmed" for state in rows.values())
        figures = {
            "operations": said.operations,
            "refused": said.refused,
            "unfinished": said.unfinished,
            "holds": len(rows),
            "lost_holds": sum(key not in rows for key in said.done["hold"]),
            "lost_confirmations": sum(
                rows.get(key) != "confirmed" for key in said.done["confirm"] - said.begun["release"]
            ),
            "lost_releases": sum(rows.get(key) != "released" for key in said.done["release"]),
            "never_asked_for": sum(
                state == "confirmed" and key not in said.begun["confirm"] for key, state in rows.items()
            ),
            "overbooked": len(found.overbooked),
            "miscounted": len(found.unlike),
            "sums_differ": abs(found.free - (found.units - confirmed)),
        }
        for held in Hold.objects.filter(state="confirmed"):
            release(held)
        left = with_free_units(CapacityLot.objects.all()).values_list("units", "free")
        figures["never_came_back"] = sum(units - free for units, free in left)
    print(json.dumps(figures))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
