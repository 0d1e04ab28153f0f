"""A call that is being taken: everything typed so far is kept on the server until it is sent."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import QueryDict

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.text import storable
from lacarte.loop.needs.models import KeptDraft, Need

KEPT_FOR = timedelta(days=7)
#: Where the session keeps the token of the call, and the references of those that were sent.
_SESSION_KEY, _SENT = "call", "calls sent"
_TOKEN = re.compile(r"[\w-]{20,43}")
_SHOWN = 5
#: What is posted besides the fields.
_NOT_SAID = frozenset({"csrfmiddlewaretoken", "act", "accept", "call"})


@dataclass
class Call:
    """One call of one official."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    said: dict[str, list[str]] = field(default_factory=dict)  # field -> what was typed or chosen
    found: list[UUID] = field(default_factory=list)  # persons that the search has shown
    more: bool = False  # and there are others
    searched: bool = False

    @classmethod
    def of(cls, session: SessionBase, user: User) -> Call:
        """The call that ``user`` was taking when the page was left; a new one when that was sent."""
        token = session.get(_SESSION_KEY, "")
        call = cls._kept(token, user) or (cls(token=token) if token else cls())
        if token and call.sent() is not None:
            call = cls()
        session[_SESSION_KEY] = call.token
        return call

    @classmethod
    def posted(cls, data: QueryDict, user: User) -> Call:
        """The call of a page that was posted, with what it says now."""
        token = data.get("call", "")
        usable = _TOKEN.fullmatch(token) is not None
        call = cls._kept(token, user) if usable else None
        if call is None:  # a draft that is there all the same is somebody else's
            taken = not usable or KeptDraft.objects.filter(token=token).exists()
            call = cls() if taken else cls(token=token)
        call.said = {name: data.getlist(name) for name in data if name not in _NOT_SAID}
        return call

    @classmethod
    def _kept(cls, token: str, user: User) -> Call | None:
        since = clock.now() - KEPT_FOR
        row = KeptDraft.objects.filter(token=token, changed_at__gt=since).first() if token else None
        if row is None or row.said.get("by") != str(user.pk):
            return None
        found = row.said.get("found")
        call = cls(row.token, row.said["said"], searched=found is not None, more=row.said.get("more", False))
        call.found = [UUID(key) for key in found or ()]
        return call

    @property
    def began(self) -> bool:
        """Whether anything was said yet."""
        return any(value.strip() for name, values in self.said.items() for value in values if name != "language")

    @property
    def external_id(self) -> str:
        """By this a call that is sent twice is one need."""
        return f"call:{self.token}"

    def sent(self) -> Need | None:
        """The need that was made of it."""
        return Need.objects.filter(external_id=self.external_id).first()

    def data(self) -> QueryDict:
        """What was said, as a form takes it."""
        data = QueryDict(mutable=True)
        for name, values in self.said.items():
            data.setlist(name, values)
        return data

    def keep(self, session: SessionBase, user: User, search: bool = False) -> None:
        """Remember it; not when another window has sent it already.

        What was found is written by the ``search`` alone: a look that began before may end after it.
        """
        if Need.objects.filter(external_id=self.external_id).exists():
            return
        said = {name: [printable(value) for value in values] for name, values in self.said.items()}
        kept: dict[str, Any] = {"by": str(user.pk), "said": said}
        if search:
            kept |= {"found": [str(key) for key in self.found], "more": self.more}
        with transaction.atomic():
            row = KeptDraft.objects.select_for_update().filter(token=self.token).first()
            row = row or KeptDraft(token=self.token)
            row.said, row.changed_at = row.said | kept, clock.now()
            row.save()
        if session.get(_SESSION_KEY) != self.token:
            session[_SESSION_KEY] = self.token

    def forget(self, session: SessionBase) -> None:
        """Drop it; the next page begins with nothing."""
        KeptDraft.objects.filter(token=self.token).delete()
        session.pop(_SESSION_KEY, None)


@dataclass(frozen=True)
class Sent:
    """What a caller was told at the end: the reference, in their language; ``followed`` if somebody else's."""

    reference: str
    language: str
    followed: bool = False


def note_sent(session: SessionBase, sent: Sent) -> None:
    """Remember what a caller was told, so that its page can be opened again."""
    others = [one for one in sent_lately(session) if one.reference != sent.reference]
    session[_SENT] = [asdict(one) for one in [sent, *others][:_SHOWN]]


def sent_lately(session: SessionBase) -> list[Sent]:
    """What this official told callers last, newest first."""
    return [Sent(**one) for one in session.get(_SENT, [])]


def printable(text: str) -> str:
    """Text without what no database keeps."""
    return text if storable(text) else text.replace("\0", "").encode(errors="ignore").decode()
