"""What happens to people's records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent
from lacarte.registers.people.reading import fields_in_words


@dataclass(frozen=True, kw_only=True)
class PeopleSearched(DomainEvent):
    """Somebody looked for a person: by which kinds of facts, and how many were shown."""

    name: ClassVar[str] = "people.searched"
    sentence: ClassVar[str | Promise] = _("Looked for a person by %(facts)s; %(found)s shown.")
    facts: str  # kinds of facts, never the facts themselves
    found: int

    def words(self) -> dict[str, Any]:
        """The kinds of facts as people call them."""
        return {"facts": fields_in_words(self.facts), "found": self.found}


@dataclass(frozen=True, kw_only=True)
class MandateGiven(DomainEvent):
    """Somebody may act for another; the stream is the principal's."""

    name: ClassVar[str] = "people.mandate-given"
    sentence: ClassVar[str | Promise] = _("Somebody may act for them.")
    mandate: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class MandateObjected(DomainEvent):
    """Whom a mandate concerns objects to it."""

    name: ClassVar[str] = "people.mandate-objected"
    sentence: ClassVar[str | Promise] = _("They object to a mandate.")
    mandate: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class MandateObjectionAnswered(DomainEvent):
    """An official has decided an objection."""

    name: ClassVar[str] = "people.mandate-objection-answered"
    sentence: ClassVar[str | Promise] = _("An objection to a mandate was answered.")
    mandate: UUID
    kind: str
    upheld: bool


@dataclass(frozen=True, kw_only=True)
class MandateWithdrawn(DomainEvent):
    """A mandate ended before its time."""

    name: ClassVar[str] = "people.mandate-withdrawn"
    sentence: ClassVar[str | Promise] = _("Somebody may not act for them any more.")
    mandate: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(DomainEvent):
    """Somebody lets their data be used for a purpose; the stream is theirs."""

    name: ClassVar[str] = "people.consent-given"
    sentence: ClassVar[str | Promise] = _("They let their data be used for a purpose.")
    consent: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(DomainEvent):
    """Somebody took their consent back."""

    name: ClassVar[str] = "people.consent-withdrawn"
    sentence: ClassVar[str | Promise] = _("Their data may not be used for a purpose any more.")
    consent: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class CircumstancesChanged(DomainEvent):
    """Facts about a person, or about the household of one, became known or are others now; the stream is theirs.

    ``facts`` are the keys of the new circumstances: which kinds they are stays with them, and goes with them.
    """

    name: ClassVar[str] = "people.circumstances-changed"
    sentence: ClassVar[str | Promise] = _("Something new is known about them.")
    person: UUID
    facts: list[str]
