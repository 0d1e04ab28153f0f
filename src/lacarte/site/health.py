"""What ``lacarte check`` looks at."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Event
from lacarte.loop.needs.messages.delivering import late_messages
from lacarte.loop.needs.models import Mailbox
from lacarte.loop.needs.queries import broken_cases, late_cases
from lacarte.loop.needs.understanding import model_files
from lacarte.loop.needs.uploads import checking as documents
from lacarte.loop.needs.uploads.scanning import waits
from lacarte.loop.orders import checking
from lacarte.loop.orders.delivery.lending import lent_to_nobody
from lacarte.pages.desk import letter_fonts
from lacarte.registers.entitlement.tables import checking as tables
from lacarte.registers.menu.searching.filing import state as filing_state
from lacarte.registers.menu.searching.synonyms import SynonymsError, synonyms
from lacarte.registers.providers.resources import checking as resources

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
    yield _documents()
    yield _scanner()
    yield _capacity()
    yield _resources()
    yield _cases()
    yield _tables()
    yield _mail()
    yield _messages()
    yield _letters()
    yield _model()
    yield _search()


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


def _documents() -> Finding:
    """Every file that was sent in has its record, and every record its file."""
    found = documents.books()
    wrong = {
        "records have lost their file": found.without_file,
        "records whose file has another size": found.cut,
        "files that no record names": found.nobodys,
    }
    told = [f"{len(some)} {what}: {', '.join(some[:10])}" for what, some in wrong.items() if some]
    figures = f"{found.records} records of {found.bytes / 1e6:.1f} MB; each has its file"
    return Finding("documents", found.well, "; ".join(told) or figures)


def _scanner() -> Finding:
    """Whether the virus scanner that is set answers."""
    if not settings.CONFIGURED["scanner"]:
        return Finding("virus scanner", True, "none is set: what is sent in is not looked at")
    fault = documents.scanner_fault()
    return Finding("virus scanner", not fault, fault or f"answers; {documents.in_words(waits())}")


def _messages() -> Finding:
    """Whether what is said to residents goes out."""
    late = ", ".join(f"{one.count} by {one.medium} since {one.since:%Y-%m-%d %H:%M}" for one in late_messages())
    words = f"cannot go out: {late}; /operations/ says why" if late else "none is late"
    return Finding("messages", not late, words)


def _letters() -> Finding:
    """Which fonts print letters."""
    try:
        return Finding("letters", True, letter_fonts.in_words(settings.CONFIGURED["letter_font"]))
    except letter_fonts.LetterFontError as error:
        return Finding("letters", False, str(error))


def _capacity() -> Finding:
    """No lot is overbooked, no unit is lost: all holds are added up, and each has somebody who has it."""
    found = checking.check()
    sums = found.books
    wrong: dict[str, list[UUID] | list[str]] = {
        "lots are overbooked": sums.overbooked,
        "lots are counted otherwise than their holds add up to": sums.unlike,
        "confirmed holds belong to nobody": found.ownerless,
        "orders under way have lost their hold": found.without_hold,
        "are called up from a waiting list without a hold": found.called_without,
    }
    told = [f"{', '.join(map(str, some[:10]))}: {what}" for what, some in wrong.items() if some]
    figures = (
        f"{sums.units} units in {sums.lots} lots: {sums.confirmed} confirmed, {sums.held} held, {sums.free} free; "
        "no lot is overbooked, no unit is lost"
    )
    return Finding("capacity", found.well, "; ".join(told) or figures)


def _resources() -> Finding:
    """No more is lent than there is, and what is lent belongs to work that goes on."""
    found, left = resources.books(), lent_to_nobody()
    wrong: dict[str, list[UUID]] = {
        "more is lent than there is": found.overlent,
        "counted otherwise than the database adds up": found.unlike,
        "lent for work that has ended": left,
    }
    told = [f"{', '.join(map(str, some[:10]))}: {what}" for what, some in wrong.items() if some]
    figures = f"{found.holds} holds of {found.units} units of {found.resources} resources; none is lent twice"
    return Finding("resources", found.well and not left, "; ".join(told) or figures)


def _cases() -> Finding:
    """Needs that are joined have one lead, which is not joined itself and is not closed before them."""
    broken, late = broken_cases(), late_cases(clock.now() - STEP_TOLERANCE)
    if broken:
        return Finding("joined needs", False, f"do not hold together: {', '.join(broken[:10])}")
    words = f"their lead is closed: {', '.join(late[:10])}: is `lacarte worker` running?" if late else ""
    return Finding("joined needs", not late, words or "each has its lead")


def _tables() -> Finding:
    """The tables of rules answer what services ask of them, and ask only what people are asked."""
    found = tables.books()
    figures = f"{found.tables} in force, {found.requirements} requirements ask them"
    return Finding("tables of rules", not found.wrong, "; ".join(found.wrong[:10]) or figures)


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


def _search() -> Finding:
    """Whether all that is on the menu can be found."""
    try:
        synonyms()
    except SynonymsError as error:
        return Finding("search", False, str(error))
    shown, filed = filing_state()
    well, words = shown == filed, f"{filed} of {shown} entries of the menu can be found"
    return Finding("search", well, words if well else f"{words}: run `lacarte search --rebuild`")


def _files() -> Finding:
    key = settings.HOME / "secret_key"
    if not key.exists():
        return Finding("files", True, "the secret key comes from the environment")
    mode = stat.S_IMODE(key.stat().st_mode)
    well = mode & 0o077 == 0
    return Finding("files", well, "private" if well else f"others can read {key}: run `chmod 600 {key}`")
