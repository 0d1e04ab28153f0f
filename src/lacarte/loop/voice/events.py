"""What residents say afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class OrderRated(DomainEvent):
    """The resident has given their word."""

    name: ClassVar[str] = "order.rated"
    sentence: ClassVar[str | Promise] = _("You told us how it went.")
    order: UUID
    need: UUID
    solved: bool
    satisfaction: int
