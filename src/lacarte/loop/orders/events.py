"""What happens to an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent
from lacarte.loop.orders.models import OrderState


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(DomainEvent):
    """A need was joined with an offer and sent to its provider."""

    name: ClassVar[str] = "order.placed"
    sentence: ClassVar[str | Promise] = _("We have found an offer and asked the provider.")
    order: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class OrderChanged(DomainEvent):
    """An order went from one state to another."""

    name: ClassVar[str] = "order.changed"
    sentence: ClassVar[str | Promise] = _("The order is now: %(target)s.")
    order: UUID
    need: UUID
    source: str
    target: str

    def words(self) -> dict[str, Any]:
        """The new state as people call it."""
        return {**super().words(), "target": OrderState(self.target).label}


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(DomainEvent):
    """The provider says it is done; the resident is asked."""

    name: ClassVar[str] = "order.completed"
    sentence: ClassVar[str | Promise] = _("The provider says it is done. Please tell us whether it is.")
    order: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class OrderOverdue(DomainEvent):
    """A deadline has passed."""

    name: ClassVar[str] = "order.overdue"
    sentence: ClassVar[str | Promise] = _("The deadline has passed. We have told the people in charge.")
    order: UUID
    need: UUID
