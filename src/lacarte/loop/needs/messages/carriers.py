"""Who carries a message to a resident: a service behind an interface, chosen in the settings by medium."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Letter:
    """A message on its way. ``key`` is the same each time it is tried: who carries it sends it once."""

    key: UUID
    to: str
    text: str
    language: str  # of the text, as Django names it
    reference: str  # of the need
    at: datetime
    subject: str = ""
    gateway: str = ""  # which of the gateways, of an SMS or a chat
    reply_to: str = ""  # an address
    answers_to: tuple[str, ...] = ()  # Message-IDs of what it answers, oldest first
    automatic: bool = False  # nobody wrote it


class UndeliverableError(Exception):
    """It will never arrive, however often it is tried; the message says why."""


class Carrier(Protocol):
    """Hands letters over. Any other error than :class:`UndeliverableError` means: try again later."""

    def route(self, gateway: str) -> str | None:
        """Which gateway it would go by (empty where there is but one way); ``None``: there is no way out."""

    def send(self, letter: Letter) -> None:
        """Hand it over; it may be called again for one that arrived, with the same key."""


def carrier_of(medium: str) -> Carrier | None:
    """Who carries ``medium``; ``None`` for what needs no carrying (the page of the need, the phone)."""
    path = settings.CARRIERS.get(medium)
    return cast("Carrier", import_string(path)(medium)) if path else None


@dataclass
class Memory:
    """Stands in for all carriers in tests: keeps what it was given, once for each key."""

    sent: ClassVar[dict[UUID, Letter]] = {}
    refuses: ClassVar[list[Exception]] = []  # raised in turn, before anything is taken
    medium: str

    def route(self, gateway: str) -> str | None:
        """Anything goes out."""
        return gateway

    def send(self, letter: Letter) -> None:
        """Keep it, or fail as was asked for."""
        if self.refuses:
            raise self.refuses.pop(0)
        self.sent.setdefault(letter.key, letter)
