"""What ``lacarte check`` looks at."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Event
from lacarte.loop.needs.models import Mailbox
from lacarte.loop.needs.queries import broken_cases, late_cases
from lacarte.loop.needs.understanding import model_files
from lacarte.registers.menu.queries import overbooked

LATE_SECONDS = 300
CLOCK_TOLERANCE = timedelta(minutes=5)
STEP_TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    well: bool
    words: str


def findings() -> Iterator[Finding]:
    """Look at everything, one after the other. Raises ``DatabaseError`` when the database cannot be reached."""
    database = _migrations()
    yield database
    if not database.well:
        return  # nothing else can be looked at in tables that are not there
    yield from _jobs()
    yield _clock()
    yield _files()
    wrong = overbooked().count()
    yield Finding("capacity", wrong == 0, f"{wrong} lots are overbooked" if wrong else "no lot is overbooked")
    yield _cases()
    yield _mail()
    yield _model()


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    words = f"{len(missing)} migrations are missing: run `lacarte migrate`" if missing else "up to date"
    return Finding("database", not missing, f"{connection.vendor}, {words}")


def _jobs() -> Iterator[Finding]:
    found = jobs.statistics()
    names = ", ".join(f"{name} ({n})" for name, n in sorted(found.stuck_by_name.items()))
    yield Finding("stuck jobs", found.stuck == 0, names or "none")
    late = found.late_seconds > LATE_SECONDS
    words = f"{found.ready} waiting, the oldest due for {found.late_seconds:.0f} s"
    yield Finding("waiting jobs", not late, words + (": is `lacarte worker` running?" if late else ""))


def _clock() -> Finding:
    """Events from the future mean that this machine's clock, or another's, is wrong."""
    newest = Event.objects.order_by("-at").values_list("at", flat=True).first()
    ahead = newest is not None and newest > clock.now() + CLOCK_TOLERANCE
    return Finding(
        "clock", not ahead, f"an event is dated {newest}" if ahead else f"{clock.now():%Y-%m-%d %H:%M} UTC"
    )


def _mail() -> Finding:
    """E-mails that cannot be taken in, and those that lie in the outbox because no server is set."""
    again = sum(tries > 0 for box in Mailbox.objects.all() for tries in box.again.values())
    if again:
        return Finding("e-mail", False, f"{again} in the mailbox cannot be taken in: the worker's log says why")
    outbox = Path(settings.OUTBOX)
    lies = sum(1 for _ in outbox.glob("*.eml")) if outbox.is_dir() and not settings.CONFIGURED["mail_smtp"] else 0
    return Finding("e-mail", True, f"{lies} lie in {outbox}: set mail_smtp to send them" if lies else "none waits")


def _cases() -> Finding:
    """Needs that are joined have one lead, which is not joined itself and is not closed before them."""
    broken, late = broken_cases(), late_cases(clock.now() - STEP_TOLERANCE)
    if broken:
        return Finding("joined needs", False, f"do not hold together: {', '.join(broken[:10])}")
    words = f"their lead is closed: {', '.join(late[:10])}: is `lacarte worker` running?" if late else ""
    return Finding("joined needs", not late, words or "each has its lead")


def _model() -> Finding:
    """What sorts texts: a model whose file is damaged leaves it to the menu's words, which are worse."""
    try:
        stored = model_files.load()
    except model_files.ModelFileError as error:
        return Finding("model of texts", False, str(error))
    if stored is None:
        return Finding("model of texts", True, "none yet: the menu's own words decide")
    words = f"{stored.fingerprint[:16]}, of {stored.card.get('made_at', 'an unknown time')}"
    return Finding("model of texts", True, words)


def _files() -> Finding:
    key = settings.HOME / "secret_key"
    if not key.exists():
        return Finding("files", True, "the secret key comes from the environment")
    mode = stat.S_IMODE(key.stat().st_mode)
    well = mode & 0o077 == 0
    return Finding("files", well, "private" if well else f"others can read {key}: run `chmod 600 {key}`")
