"""Viruses: nobody opens a file before the scanner has looked at it as it was sent.

The scanner is a service behind an interface, chosen in the settings. While it is away files wait, and needs do
not: what people told us goes on, without what they sent along.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, subscribe, subscribe_many
from lacarte.kernel.jobs import Payload, job
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.events import HarmFound, NeedReceived, ResidentWrote
from lacarte.loop.needs.messages.confirming import may_be_a_machines, subject_of
from lacarte.loop.needs.messages.conversation import send
from lacarte.loop.needs.messages.reaching import language_for
from lacarte.loop.needs.models import Attachment, Need
from lacarte.loop.needs.uploads import files
from lacarte.loop.needs.uploads.scanners import Scanner, ScannerDownError

logger = logging.getLogger(__name__)
State = Attachment.State
SCAN = "needs.scan-attachment"
_LONGEST_NAME = 200
#: What has waited longer was passed over because the scanner was away.
_AT_ONCE = timedelta(minutes=1)


def scanner() -> Scanner | None:
    """The scanner of this installation; ``None``: there is none, and nothing waits for one."""
    return cast("Scanner | None", import_string(settings.SCANNER)())


@job(SCAN, own_transactions=True)
def scan_soon(payload: Payload) -> None:
    """Look at what has just arrived. Where the scanner is away, :func:`scan_waiting` comes back to it."""
    _scan_if_it_waits(payload["attachment"])


@every(timedelta(minutes=1), "needs.scan-waiting")
def scan_waiting() -> None:
    """Look at what waits, oldest first, until the scanner is away (again)."""
    # Read to the end: beside a cursor that is open SQLite begins no transaction once another process has written.
    for key in list(waiting().filter(created_at__lt=clock.now() - _AT_ONCE).values_list("pk", flat=True)):
        if not _scan_if_it_waits(key):
            return


def _scan_if_it_waits(key: UUID | str) -> bool:
    """Look at one, unless somebody has; whether the scanner is there."""
    attachment = Attachment.objects.filter(pk=key, state=State.WAITING).first()
    return attachment is None or _scan(attachment)


def waiting() -> QuerySet[Attachment]:
    """What nobody can open yet, oldest first."""
    return Attachment.objects.filter(state=State.WAITING).order_by("created_at", "id")


@dataclass(frozen=True)
class Waits:
    """How many files wait for the scanner, and since when the first of them does."""

    count: int
    since: datetime | None


def waits() -> Waits:
    """What waits for the scanner."""
    found = waiting().aggregate(n=Count("pk"), since=Min("created_at"))
    return Waits(found["n"], found["since"])


def _scan(attachment: Attachment) -> bool:
    """Look at one file as it was sent. Returns ``False`` while the scanner is away."""
    looking = scanner()
    try:
        harm = looking.look(_as_it_came(attachment)) if looking is not None else ""
    except ScannerDownError as error:
        logger.warning("a file waits for the virus scanner: %s", error)
        return False
    _decide(attachment, harm[:_LONGEST_NAME])
    return True


def _as_it_came(attachment: Attachment) -> bytes:
    """What was sent; where it has been looked at meanwhile, what is kept of it."""
    for name in (attachment.as_sent, attachment.file):
        try:
            return files.path_of(name).read_bytes()
        except FileNotFoundError:
            continue
    logger.error("the file of attachment %s is lost", attachment.pk)
    return b""


def _decide(attachment: Attachment, harm: str) -> None:
    """Write down what was found, for all rows of the file; what was sent is not needed any more."""
    state = State.QUARANTINED if harm else State.KEPT
    with transaction.atomic():
        unseen = Attachment.objects.filter(as_sent=attachment.as_sent, state=State.WAITING)
        keys = list(unseen.select_for_update().values_list("pk", flat=True))
        Attachment.objects.filter(pk__in=keys).update(state=state, harm=harm, as_sent="")
        if harm:
            _tell_of(Attachment.objects.filter(pk__in=keys))
    files.path_of(attachment.as_sent).unlink(missing_ok=True)


@subscribe_many(NeedReceived)
def tell_of_what_came(events: list[NeedReceived]) -> None:
    """What was found before it was sent off: its sender hears of it now that there is a need."""
    _tell_of(Attachment.objects.filter(need__in=[event.need for event in events], state=State.QUARANTINED))


@subscribe(ResidentWrote)
def tell_of_what_was_added(event: ResidentWrote, record: Event) -> None:
    """The same, of what was added later."""
    _tell_of(Attachment.objects.filter(need=event.need, state=State.QUARANTINED))


def _tell_of(found: QuerySet[Attachment]) -> None:
    """Say once for each, to its sender and on the timeline, that it is locked away."""
    for attachment in found.exclude(need=None).select_related("need__person__user", "need__understanding"):
        need = cast("Need", attachment.need)
        told = Event.objects.filter(stream=need.pk, name=HarmFound.name)
        if told.filter(payload__attachment=str(attachment.pk)).exists():
            continue
        publish(HarmFound(need=need.pk, attachment=attachment.pk), stream=need.pk)
        if not may_be_a_machines(need):
            with translation.override(language_for(need)):
                send(need, in_words(), subject=subject_of(need), external_id=f"harm:{attachment.pk}")


def in_words() -> str:
    """What the sender is told."""
    return _(
        "A file that you sent holds something harmful, such as a virus. Nobody can open it. All else that you "
        "sent has arrived. If we need the file, please send it again from another device."
    )
