"""What happens to what providers lend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ResourceChanged(DomainEvent):
    """What a provider lends is there, or is another amount, or is lent no more, or again."""

    name: ClassVar[str] = "resource.changed"
    sentence: ClassVar[str | Promise] = _("What the provider lends has changed: %(quantity)s of it.")
    resource: UUID
    provider: UUID
    quantity: int
    paused: bool
