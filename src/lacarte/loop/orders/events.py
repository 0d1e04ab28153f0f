"""What happens to an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent
from lacarte.loop.orders.delivery.reasons import in_words
from lacarte.loop.orders.models import Contribution, Escalation, OrderState
from lacarte.loop.orders.states import SAID
from lacarte.registers.providers.models import Provider, Resource


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(DomainEvent):
    """A need was joined with an offer and sent to its provider."""

    name: ClassVar[str] = "order.placed"
    sentence: ClassVar[str | Promise] = _("We have found an offer and asked the provider.")
    order: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class OrderChanged(DomainEvent):
    """An order went from one state to another; ``reason`` is the code of why."""

    name: ClassVar[str] = "order.changed"
    sentence: ClassVar[str | Promise] = "%(said)s"
    order: UUID
    need: UUID
    source: str
    target: str
    reason: str = ""

    def words(self) -> dict[str, Any]:
        """What is said of the new state, and why it came to it."""
        said = SAID[OrderState(self.target)]
        if self.reason:
            said = gettext("%(said)s Reason: %(reason)s.") % {"said": said, "reason": in_words(self.reason)}
        return {**super().words(), "said": said}


@dataclass(frozen=True, kw_only=True)
class OrderChangeUndone(DomainEvent):
    """Whoever had changed an order took that back: ``target`` was wrong, ``source`` holds again."""

    name: ClassVar[str] = "order.change-undone"
    sentence: ClassVar[str | Promise] = _("That was a mistake. The order is again: %(source)s.")
    order: UUID
    need: UUID
    source: str
    target: str

    def words(self) -> dict[str, Any]:
        """The state as people call it."""
        return {**super().words(), "source": OrderState(self.source).label}


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


@dataclass(frozen=True, kw_only=True)
class ClockStopped(DomainEvent):
    """The resident was asked something: deadlines wait for the answer."""

    name: ClassVar[str] = "order.clock-stopped"
    sentence: ClassVar[str | Promise] = _(
        "We have a question for you. The deadline waits for your answer, until %(until)s at the latest."
    )
    order: UUID
    need: UUID
    until: datetime

    def words(self) -> dict[str, Any]:
        """The day as people write it."""
        return {**super().words(), "until": day_of(self.until)}


@dataclass(frozen=True, kw_only=True)
class ClockStarted(DomainEvent):
    """The answer came, or is not waited for any more: deadlines moved on by the time that they waited."""

    name: ClassVar[str] = "order.clock-started"
    sentence: ClassVar[str | Promise] = _("The work goes on. The deadline moved on by the time that it waited.")
    order: UUID
    need: UUID
    answered: bool


@dataclass(frozen=True, kw_only=True)
class OrderExtended(DomainEvent):
    """Somebody else than who asked for it granted a later deadline."""

    name: ClassVar[str] = "order.extended"
    sentence: ClassVar[str | Promise] = _("It takes longer, until %(due)s. Reason: %(reason)s.")
    order: UUID
    need: UUID
    due: datetime
    reason: str

    def words(self) -> dict[str, Any]:
        """The day and the reason as people call them."""
        return {**super().words(), "due": day_of(self.due), "reason": in_words(self.reason)}


@dataclass(frozen=True, kw_only=True)
class TakeOverAsked(DomainEvent):
    """Another provider was asked to take an order over."""

    name: ClassVar[str] = "order.take-over-asked"
    inside: ClassVar[bool] = True
    sentence: ClassVar[str | Promise] = _("Another provider was asked to take it over: %(provider)s.")
    order: UUID
    need: UUID
    provider: UUID

    def words(self) -> dict[str, Any]:
        """The provider's name."""
        return {**super().words(), "provider": Provider.objects.filter(pk=self.provider).first() or "–"}


@dataclass(frozen=True, kw_only=True)
class OrderHandedOver(DomainEvent):
    """Another provider took an order over."""

    name: ClassVar[str] = "order.handed-over"
    sentence: ClassVar[str | Promise] = _("Another provider has taken it over: %(provider)s.")
    order: UUID
    need: UUID
    provider: UUID

    def words(self) -> dict[str, Any]:
        """The provider's name."""
        return {**super().words(), "provider": Provider.objects.filter(pk=self.provider).first() or "–"}


@dataclass(frozen=True, kw_only=True)
class OrderEscalated(DomainEvent):
    """An official has to see to it; ``why`` as ``Escalation.Why``."""

    name: ClassVar[str] = "order.escalated"
    sentence: ClassVar[str | Promise] = "%(said)s"
    order: UUID
    need: UUID
    why: str
    level: int
    decide_by: datetime

    def words(self) -> dict[str, Any]:
        """What is the matter, and until when somebody decides."""
        said = {
            Escalation.Why.RETURNED: gettext("Providers have returned it. An official decides by %(day)s."),
            Escalation.Why.WITHDRAWN: gettext("The provider is gone. An official decides by %(day)s."),
        }.get(Escalation.Why(self.why), gettext("This takes too long. An official sees to it by %(day)s."))
        return {**super().words(), "said": said % {"day": day_of(self.decide_by)}}


@dataclass(frozen=True, kw_only=True)
class EscalationDecided(DomainEvent):
    """An official has decided, or it became ``needless``: nobody did, and nobody has to any more."""

    name: ClassVar[str] = "order.escalation-decided"
    sentence: ClassVar[str | Promise] = "%(said)s"
    order: UUID
    need: UUID
    why: str
    needless: bool = False

    def words(self) -> dict[str, Any]:
        """Who saw to it is not said, but whether somebody did."""
        needless, decided = gettext("No official has to decide any more."), gettext("An official has seen to it.")
        return {**super().words(), "said": needless if self.needless else decided}


@dataclass(frozen=True, kw_only=True)
class OrderNear(DomainEvent):
    """A deadline is near, and whoever must act is told."""

    name: ClassVar[str] = "order.near"
    sentence: ClassVar[str | Promise] = _("We have reminded those who work on it that it is due on %(due)s.")
    order: UUID
    need: UUID
    due: datetime

    def words(self) -> dict[str, Any]:
        """The day as people write it."""
        return {**super().words(), "due": day_of(self.due)}


@dataclass(frozen=True, kw_only=True)
class ContributionChanged(DomainEvent):
    """What became of a part of an order that its body said yes to: accepted, begun, given up, done, called off."""

    name: ClassVar[str] = "order.part-changed"
    sentence: ClassVar[str | Promise] = "%(said)s"
    order: UUID
    need: UUID
    part: UUID
    provider: UUID
    state: str

    def words(self) -> dict[str, Any]:
        """What became of the part."""
        said = {
            Contribution.State.REQUESTED: gettext("%(provider)s was asked to help."),
            Contribution.State.ACCEPTED: gettext("%(provider)s helps."),
            Contribution.State.IN_PROGRESS: gettext("%(provider)s has begun its part."),
            Contribution.State.REJECTED: gettext("%(provider)s cannot help."),
            Contribution.State.COMPLETED: gettext("%(provider)s has done its part."),
            Contribution.State.CANCELLED: gettext("%(provider)s is not needed any more."),
        }[Contribution.State(self.state)]
        provider = Provider.objects.filter(pk=self.provider).first() or "–"
        return {**super().words(), "said": said % {"provider": provider}}


@dataclass(frozen=True, kw_only=True)
class PartAsked(ContributionChanged):
    """A body was asked to help, and has not said yes; a resident hears of those alone who did."""

    name: ClassVar[str] = "order.part-asked"
    inside: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ResourceLent(DomainEvent):
    """Units of a resource are lent for a part of an order, or given back before their time."""

    name: ClassVar[str] = "order.resource-lent"
    sentence: ClassVar[str | Promise] = "%(said)s"
    order: UUID
    need: UUID
    part: UUID
    resource: UUID
    units: int
    returned: bool

    def words(self) -> dict[str, Any]:
        """Whose it is and what it is."""
        found = Resource.objects.filter(pk=self.resource).select_related("provider").first()
        lent = {"provider": "–", "what": "–"}
        if found is not None:
            lent = {"provider": str(found.provider), "what": found.lent(self.units)}
        words = gettext("What %(provider)s lent for it was given back: %(what)s.")
        if not self.returned:
            words = gettext("%(provider)s lends for it: %(what)s.")
        return {**super().words(), "said": words % lent}


def day_of(moment: datetime) -> str:
    """A day as the reader's language writes it."""
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


@dataclass(frozen=True, kw_only=True)
class OrderNotToday(DomainEvent):
    """A crew does not come for an order on a day; ``day`` is an ISO date, ``reason`` a code or empty."""

    name: ClassVar[str] = "order.not-today"
    sentence: ClassVar[str | Promise] = "%(said)s"
    order: UUID
    need: UUID
    day: str
    reason: str = ""

    def words(self) -> dict[str, Any]:
        """The day and the reason as people call them."""
        day = formats.date_format(date.fromisoformat(self.day), "DATE_FORMAT")
        said = gettext("The crew does not come on %(day)s. It stays on their list.") % {"day": day}
        if self.reason:
            said = gettext("%(said)s Reason: %(reason)s.") % {"said": said, "reason": in_words(self.reason)}
        return {**super().words(), "said": said}


@dataclass(frozen=True, kw_only=True)
class WorkPhotographed(DomainEvent):
    """A crew has taken photos of the work."""

    name: ClassVar[str] = "order.work-photographed"
    sentence: ClassVar[str | Promise] = _(
        "The crew has taken photos. You see them here once an official has looked at them."
    )
    order: UUID
    need: UUID
    photos: int


@dataclass(frozen=True, kw_only=True)
class OrderMoved(DomainEvent):
    """The resident chose another time for an order."""

    name: ClassVar[str] = "order.moved"
    sentence: ClassVar[str | Promise] = _("Another time was chosen.")
    order: UUID
    need: UUID
    lot: UUID


@dataclass(frozen=True, kw_only=True)
class WaitingJoined(DomainEvent):
    """A need waits for a place of an offer that is full."""

    name: ClassVar[str] = "waiting.joined"
    sentence: ClassVar[str | Promise] = _("You are on the waiting list.")
    place: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class WaitingCalled(DomainEvent):
    """Something became free for whoever was first in the list."""

    name: ClassVar[str] = "waiting.called"
    sentence: ClassVar[str | Promise] = _("A place has become free for you. It is held until you answer.")
    place: UUID
    need: UUID
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class WaitingPassed(DomainEvent):
    """Whoever was called up did not answer in time."""

    name: ClassVar[str] = "waiting.passed"
    sentence: ClassVar[str | Promise] = _("There was no answer in time: the place went to the next.")
    place: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class WaitingLeft(DomainEvent):
    """A need waits no more in this list."""

    name: ClassVar[str] = "waiting.left"
    sentence: ClassVar[str | Promise] = _("You are not on the waiting list any more.")
    place: UUID
    need: UUID
