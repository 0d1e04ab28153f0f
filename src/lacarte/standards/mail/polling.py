"""A mailbox is read over IMAP (RFC 9051): nothing is lost and nothing taken in twice, also under kill -9.

How far it was read is kept by number (UID), so that a message somebody has looked at before us is read all the
same. A message is marked as seen only once it is in the database.
"""

from __future__ import annotations

import fcntl
import imaplib
import logging
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from lacarte.kernel.uploads import most_bytes
from lacarte.loop.needs.messages.hearing import HearLaterError
from lacarte.loop.needs.models import Mailbox
from lacarte.standards.mail.servers import IMAP, Server, mail_server
from lacarte.standards.mail.taking import Became, take

logger = logging.getLogger(__name__)

_SECONDS = 30
#: So many at a time, so that a full mailbox does not keep the worker from everything else.
AT_ONCE = 100
#: A message that could not be taken in so often stays unseen in the mailbox, for a person.
MOST_TRIES = 60
_TEXT_IS_LONGER = 1.4  # base64, and its lines


class MailboxError(Exception):
    """The mailbox cannot be read now; the message says why."""


@dataclass(frozen=True)
class Polled:
    """What one look into the mailbox brought. ``failed`` are tried again, ``later`` too
    (their senders have written a lot); ``more`` are left for the next look.
    """

    became: dict[Became, int]
    failed: int = 0
    more: int = 0
    later: int = 0


def configured() -> Server | None:
    """The mailbox of this installation, if it has one."""
    told = settings.CONFIGURED
    return mail_server(told["mail_imap"], IMAP, told["mail_password"])


def poll(server: Server) -> Polled | None:
    """Take in what has come. ``None`` when another process on this machine is at it.

    Raises :class:`MailboxError` when the server does not answer, or not as it should.
    """
    with _alone() as alone:
        if not alone:
            return None
        try:
            with _connected(server) as mailbox:
                return _read(mailbox, f"{server.user}@{server.host}/{server.folder}"[:254])
        except (OSError, imaplib.IMAP4.error, ssl.SSLError) as error:
            raise MailboxError(f"{server.host}: {' '.join(str(error).split()) or type(error).__name__}") from error


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else reads the mailbox; two readers would only do the same work twice."""
    with (Path(settings.HOME) / "mailbox.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _connected(server: Server) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    connection: imaplib.IMAP4
    if server.whole:
        connection = imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=_SECONDS)
    else:
        connection = imaplib.IMAP4(server.host, server.port, timeout=_SECONDS)
    with connection:
        if not (server.whole or server.plain):
            connection.starttls(context)
        connection.login(server.user, server.password)
        _ok(connection.select(f'"{server.folder}"'))
        yield connection


def _ok(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the server said {status}: {data!r}")
    return data


def _read(connection: imaplib.IMAP4, address: str) -> Polled:
    box = _mailbox(connection, address)
    # What is new goes first: nobody who writes a lot keeps others from being read.
    waiting = [*sorted(_after(connection, box.last_uid)), *sorted(map(int, box.again))]
    became: dict[Became, int] = {}
    failed = later = 0
    for uid in waiting[:AT_ONCE]:
        try:
            taken = _take(connection, uid)
        except (OSError, imaplib.IMAP4.error):
            raise
        except HearLaterError:
            _advance(address, uid, again=True, tried=0)
            later += 1
            continue
        except Exception:
            logger.exception("message %d of %s could not be taken in", uid, address)
            _advance(address, uid, again=True)
            failed += 1
            continue
        if taken is not None:
            _ok(connection.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)"))
            became[taken] = became.get(taken, 0) + 1
        _advance(address, uid, again=False)
    return Polled(became, failed, max(0, len(waiting) - AT_ONCE), later)


def _mailbox(connection: imaplib.IMAP4, address: str) -> Mailbox:
    """How far it was read. Seen for the first time, or numbered anew: what is unseen now, and what will come."""
    validity = _number(connection, "UIDVALIDITY") or 1
    box = Mailbox.objects.filter(address=address).first()
    if box is not None and box.uid_validity == validity:
        return box
    unseen = _search(connection, "UNSEEN")
    last = (_number(connection, "UIDNEXT") or max(_search(connection, "ALL"), default=0) + 1) - 1
    fresh = {"uid_validity": validity, "last_uid": last, "again": {str(uid): 0 for uid in unseen if uid <= last}}
    return Mailbox.objects.update_or_create(address=address, defaults=fresh)[0]


def _number(connection: imaplib.IMAP4, name: str) -> int | None:
    """What the server said when the mailbox was opened."""
    _status, data = connection.response(name)
    said = data[-1] if data else None
    return int(said) if isinstance(said, bytes) and said.isdigit() else None


def _search(connection: imaplib.IMAP4, *what: str) -> list[int]:
    data = _ok(connection.uid("SEARCH", *what))
    return [int(uid) for part in data if isinstance(part, bytes) for uid in part.split()]


def _after(connection: imaplib.IMAP4, last: int) -> list[int]:
    """Numbers after ``last``; “n:*” always has the newest, also when that is older."""
    return [uid for uid in _search(connection, "UID", f"{last + 1}:*") if uid > last]


def _take(connection: imaplib.IMAP4, uid: int) -> Became | None:
    """Take one in; ``None`` when it is gone. Of one that is too large only the beginning is fetched."""
    most = int(most_bytes() * _TEXT_IS_LONGER)
    data = _ok(connection.uid("FETCH", str(uid), f"(INTERNALDATE BODY.PEEK[]<0.{most}>)"))
    for part in data:
        if isinstance(part, tuple) and len(part) == 2:
            return take(part[1], received_at=_received(part[0], data)).became
    return None


_INTERNAL = re.compile(rb'INTERNALDATE "([^"]{20,40})"')


def _received(head: bytes, data: Sequence[Any]) -> datetime | None:
    """When the server had the message."""
    words = head + b" ".join(part for part in data if isinstance(part, bytes))
    said = _INTERNAL.search(words)
    if said is None:
        return None
    try:
        return datetime.strptime(said[1].decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


@transaction.atomic
def _advance(address: str, uid: int, *, again: bool, tried: int = 1) -> None:
    box = Mailbox.objects.select_for_update().get(address=address)
    tries = box.again.pop(str(uid), 0) + tried
    if again and tries < MOST_TRIES:
        box.again[str(uid)] = tries
    box.last_uid = max(box.last_uid, uid)
    box.save()
