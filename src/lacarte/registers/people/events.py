"""What happens to people's records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

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
