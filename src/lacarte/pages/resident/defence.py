"""What stands before sending: what tells a program from a person, paces, and that a thing sent twice is one.

Nobody is refused for looking like a program: a person reads it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lacarte.kernel.proof_of_work import BITS, challenge, proved
from lacarte.kernel.rate_limit import allowed, note_trouble, under_attack

#: The field that people do not see (``resident/trap.html``).
TRAP = "subject"
_MOST_SENT = 20


class Draft(Protocol):
    """What is told on question pages: a need, or an order."""

    token: str
    trap: bool
    phone: str
    email: str

    @property
    def seconds(self) -> float:
        """How long ago its first answer was given."""


@dataclass(frozen=True)
class Work:
    """What the sender's browser is to work on while the answers are checked."""

    challenge: str
    bits: int = BITS


def trapped(request: HttpRequest) -> bool:
    """Whether the field that people do not see was filled in."""
    return bool(request.POST.get(TRAP, "").strip())


def work_for(draft: Draft) -> Work | None:
    """The work to ask for now; none while nobody attacks."""
    return Work(challenge(draft.token)) if under_attack() else None


def why_read_first(request: HttpRequest, draft: Draft) -> str:
    """A code of ``needs.abuse.REASONS``; empty for what looks as if a person has sent it."""
    if draft.trap:
        return "trap"
    if draft.seconds < settings.CONFIGURED["fill_seconds"]:
        return "fast"
    said, number = request.POST.get("challenge", ""), request.POST.get("proof", "")
    if under_attack() and not proved(said, number, draft.token):
        return "unproven"
    return ""


def too_often(request: HttpRequest, draft: Draft) -> bool:
    """Whether this was sent too often by an address, a browser, or in the name of a phone number or e-mail."""
    if allowed("need", request, session=True, contacts=(draft.phone, draft.email)):
        return False
    note_trouble()
    return True


@dataclass(frozen=True)
class NotYet:
    """Why what was checked is not sent, in words, and the status of the page that says so; nothing is lost."""

    words: str
    status: int = 422


def not_yet(request: HttpRequest, draft: Draft) -> NotYet | None:
    """Why a check page that was posted shows again instead of sending ``draft``; ``None``: send it."""
    if request.POST.get("draft", draft.token) != draft.token:
        words = _("You have changed your answers in another window. Please check them.")
        return NotYet(words, 200)
    if work_for(draft) and "challenge" not in request.POST:
        return NotYet(_("Many are sending at the moment. Please press “Send” once more."), 200)
    if too_often(request, draft):
        words = _("That was a lot at once. Please wait a while, then send it again; nothing is lost.")
        return NotYet(words, 429)
    return None


@dataclass(frozen=True)
class Tokens:
    """Where a session keeps the token of a draft, and those of what it has sent."""

    now: str
    sent: str

    def posted(self, request: HttpRequest) -> str:
        """The token on a check page that was posted, from whichever window; empty for one of another session."""
        token = request.POST.get("draft", "")
        mine = (request.session.get(self.now), *request.session.get(self.sent, []))
        return token if token in mine else ""

    def note_sent(self, request: HttpRequest, token: str) -> None:
        """Remember what was sent, so that a second click finds it."""
        before = [one for one in request.session.get(self.sent, []) if one != token]
        request.session[self.sent] = [*before, token][-_MOST_SENT:]
