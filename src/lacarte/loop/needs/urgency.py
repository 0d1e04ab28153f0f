"""How urgent a need is by what was said, and what has to be answered at once."""

from __future__ import annotations

from dataclasses import dataclass

from lacarte.registers.menu.models import ServiceType


@dataclass(frozen=True)
class Judgement:
    """``urgency`` is a priority class, ``None`` where nothing speaks for one; ``rules`` the codes that spoke."""

    urgency: int | None
    rules: tuple[str, ...] = ()
    advice: str = ""  # in the reader's language; with it the emergency number


def judge(text: str, *, service_type: ServiceType, month: int) -> Judgement:
    """What the rules that officials keep, and what was learnt, say of ``text``. ``month`` is from 1 to 12."""
    return Judgement(None)
