"""What is written down of an act on many; each need has its own events besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class DoneAtOnce(DomainEvent):
    """An official did the same to many; ``kind`` is a code of ``bulk.acts``."""

    name: ClassVar[str] = "orders.done-at-once"
    sentence: ClassVar[str | Promise] = _("Done to %(done)s at once, and not to %(refused)s.")
    act: UUID
    kind: str
    done: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class TakenBackAtOnce(DomainEvent):
    """Whoever did it took it back."""

    name: ClassVar[str] = "orders.taken-back-at-once"
    sentence: ClassVar[str | Promise] = _("Taken back of %(undone)s at once, and not of %(kept)s.")
    act: UUID
    kind: str
    undone: int
    kept: int
