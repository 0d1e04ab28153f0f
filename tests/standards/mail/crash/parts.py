"""What the processes of these tests do; run as ``python -m tests.standards.mail.crash.parts PART``."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import Count  # noqa: E402

from lacarte.kernel import clock, jobs  # noqa: E402
from lacarte.kernel.models import Job  # noqa: E402
from lacarte.loop.needs.actions import receive  # noqa: E402
from lacarte.loop.needs.messages import delivering  # noqa: E402
from lacarte.loop.needs.messages.conversation import send  # noqa: E402
from lacarte.loop.needs.messages.hearing import Heard, hear  # noqa: E402
from lacarte.loop.needs.messages.reaching import Medium  # noqa: E402
from lacarte.loop.needs.models import Attachment, Channel, Message, Need  # noqa: E402
from lacarte.loop.needs.uploads import attachments, files  # noqa: E402
from lacarte.registers.people.models import Person  # noqa: E402
from lacarte.standards.mail import polling  # noqa: E402
from tests import background  # noqa: E402
from tests.city import build  # noqa: E402
from tests.engines.images.drawn import photo  # noqa: E402

_LEASE = timedelta(seconds=1)


def city() -> None:
    """A city to begin with."""
    build()


def tell() -> None:
    """A city and eight people who told it something by SMS."""
    build()
    for n in range(8):
        sms = Heard(Medium.SMS, f"+861380013800{n}", f"lamp {n}", f"m{n}", clock.now(), gateway="relay")
        hear(sms)


def tell_by_both(people: str) -> None:
    """A city and people who told it something, half by e-mail and half by SMS; each is told two more things."""
    city = build()
    for n in range(int(people)):
        left = {"email": f"{n}@home.example"} if n % 2 else {"phone": f"+861380013{n:04}"}
        need = receive(text="", channel=Channel.WEB, service_type=city.care, person=Person(**left))
        with transaction.atomic():
            for words in ("first", "second"):
                send(need, words, subject="news")


def work() -> None:
    """Work until killed, without waiting long after a fault; says when it begins."""
    jobs.FIRST_RETRY, jobs.LONGEST_RETRY = timedelta(seconds=0.1), timedelta(seconds=1)
    delivering._LOOKS_AGAIN = timedelta(seconds=0.5)
    print("ready", flush=True)
    while True:
        if not jobs.work_once(lease=_LEASE):
            time.sleep(0.02)


def store() -> None:
    """Keep one photo after the other until killed; says when it is about to."""
    for seed in range(10_000):
        print("about", flush=True)
        attachments.store(photo(seed), name="a.jpg", need=None)


def files_and_rows() -> None:
    """Rows without a file, and files without a row before and after the sweep."""
    named = Attachment.objects.values_list("file", "as_sent")
    rows = {name for names in named for name in names if name}
    found = {"rows": len(rows), "rows without a file": sum(not files.path_of(name).exists() for name in rows)}
    files.SPARED_SECONDS = -1.0
    found["files before"] = len(_kept())
    attachments.sweep()
    found["files after"] = len(_kept())
    print(json.dumps(found))


def _kept() -> list[str]:
    return [str(path) for path in (settings.MEDIA_ROOT / files.FOLDER).glob("*/*")]


def poll() -> None:
    """Look into the mailbox until killed; says before and after each is marked as read."""
    take, advance = polling.take, polling._advance

    def aloud(*told: object, **more: object) -> object:
        taken = take(*told, **more)  # type: ignore[arg-type]
        print("committed", flush=True)
        time.sleep(0.02)
        return taken

    def advance_aloud(*told: object, **more: object) -> None:
        advance(*told, **more)  # type: ignore[arg-type]
        print("advanced", flush=True)
        time.sleep(0.02)

    polling.take, polling._advance = aloud, advance_aloud  # type: ignore[assignment]
    server = polling.configured()
    assert server is not None
    while True:
        polling.poll(server)
        time.sleep(0.02)


def deliver() -> None:
    """Work until killed; says when something has been handed over and is not yet written down as sent."""
    end = delivering._end

    def slowly(message: Message, state: Message.State) -> None:
        print("handed over", flush=True)
        time.sleep(0.05)
        end(message, state)

    delivering._end = slowly  # type: ignore[assignment]
    while True:
        if not jobs.work_once(lease=_LEASE):
            time.sleep(0.02)


def finish() -> None:
    """Do what is left, also what a gateway has refused."""
    if (server := polling.configured()) is not None:
        polling.poll(server)
    background.finish(_LEASE, retries=True)


def count() -> None:
    """What there is in the end."""
    states = Message.objects.filter(incoming=False).order_by().values_list("state").annotate(n=Count("pk"))
    found = {
        "needs": Need.objects.count(),
        "incoming": Message.objects.filter(incoming=True).count(),
        "outgoing": dict(states),
        "photos": Attachment.objects.exclude(need=None).count(),
        "stuck": Job.objects.filter(state=Job.State.STUCK).count(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
