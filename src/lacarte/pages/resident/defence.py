"""What tells a program from a person on the question pages. Nobody is refused for it: a person reads it first."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from lacarte.kernel.proof_of_work import BITS, challenge, proved
from lacarte.kernel.rate_limit import allowed, note_trouble, under_attack
from lacarte.pages.resident.draft import Draft

#: The field that people do not see (``resident/trap.html``).
TRAP = "subject"


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
