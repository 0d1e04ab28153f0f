"""Personal data in what people write: found, and hidden in everything that is public."""

from __future__ import annotations

from lacarte.loop.needs.models import Need

Span = tuple[int, int, str]


def personal_in(text: str) -> list[Span]:
    """Where ``text`` has personal data: ``(start, end, kind)``, in order, none overlapping."""
    return []


def public_text(need: Need) -> str:
    """A need's words as everybody may read them; empty for what is about a person or a household."""
    return ""
