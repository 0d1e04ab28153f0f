"""Decisions become orders; deadlines are watched; people hear how it goes."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import describe, subscribe, subscribe_many
from lacarte.kernel.jobs import AT_ONCE, job
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.matching.events import MatchingRunPublished, ObjectionAnswered
from lacarte.loop.matching.models import Match, Objection
from lacarte.loop.matching.queries import by_urgency
from lacarte.loop.needs.cases.joining import keep_in_step
from lacarte.loop.needs.cases.news import News, say_once, tell_case, tell_need
from lacarte.loop.needs.events import NeedMetTogether, NeedReleased, NeedTurnedAway, NeedWithdrawn
from lacarte.loop.needs.messages.confirming import may_be_a_machines
from lacarte.loop.needs.messages.links import link_of
from lacarte.loop.needs.messages.reaching import language_for
from lacarte.loop.needs.models import Attachment, Need
from lacarte.loop.orders import calling
from lacarte.loop.orders.actions import change, place_many
from lacarte.loop.orders.bulk import doing
from lacarte.loop.orders.bundles import telling
from lacarte.loop.orders.bundles.changing import ended, met
from lacarte.loop.orders.bundles.sending import SEND, order_released, send_part
from lacarte.loop.orders.delivery import announcing, reminding
from lacarte.loop.orders.delivery.reasons import OBJECTED
from lacarte.loop.orders.delivery.watching import watch_deadlines
from lacarte.loop.orders.events import (
    OrderChanged,
    OrderCompleted,
    OrderExtended,
    OrderHandedOver,
    OrderPlaced,
)
from lacarte.loop.orders.models import BundlePart, EvidenceGiven, Order, OrderState
from lacarte.loop.orders.rounds.planning import forget_rounds
from lacarte.loop.orders.rounds.steps import forget_steps
from lacarte.loop.orders.states import ENDED, NOT_ANSWERED, UNMET, Who
from lacarte.loop.orders.working.assigning import leave_withdrawn

__all__ = [
    "announcing",
    "calling",
    "doing",
    "reminding",
    "telling",
    "watch_deadlines",
]  # whose jobs are declared there


@subscribe(MatchingRunPublished, own_transactions=True)
def place_orders(event: MatchingRunPublished, record: Event) -> None:
    """Place the order of every decision that holds a unit, most urgent first, some in each transaction.

    Run twice, it passes over the decisions that have an order.
    """
    held = by_urgency(Match.objects.filter(run=event.run, outcome=Match.Outcome.HELD))
    for at in range(0, len(held), AT_ONCE):
        place_many(held[at : at + AT_ONCE])


@subscribe(ObjectionAnswered)
def return_order(event: ObjectionAnswered, record: Event) -> None:
    """An objection was upheld: an order that its provider has not accepted yet is taken back, as returned."""
    objection = Objection.objects.select_related("match").get(pk=event.objection)
    about = objection.match
    if not event.upheld or about is None:
        return
    order = Order.objects.filter(
        need=event.need, offer_at_place=about.offer_at_place_id, state__in=NOT_ANSWERED
    ).first()
    if order is not None:
        words = objection.answer
        change(order, to=OrderState.REJECTED, actor=None, who=Who.WORKER, reason=words, code=OBJECTED)


@subscribe(OrderChanged)
def keep_case_in_step(event: OrderChanged, record: Event) -> None:
    """What is joined to the need is met with it, or goes on without it when the order was cancelled."""
    if event.target in ENDED:
        keep_in_step(event.need)


@subscribe_many(OrderPlaced)
def tell_placed(events: list[OrderPlaced]) -> None:
    """Whoever told it, and who follows it, hears that a provider was asked; of a bundle of all in one message."""
    bundles = telling.bundles_of([event.need for event in events])
    for event in events:
        tell_case(event.need, News.ORDERED, f"placed:{event.order}", own=event.need not in bundles)
    for bundle in dict.fromkeys(bundles.values()):
        telling.tell(bundle)


@subscribe(OrderChanged)
def tell_ended(event: OrderChanged, record: Event) -> None:
    """And how it ended. What is joined to it is told when it is met with it."""
    if event.target == OrderState.COMPLETED:
        tell_need(event.need, News.MET, f"ended:{event.order}")
    elif event.target in UNMET:
        tell_case(event.need, News.WAITS, f"ended:{event.order}")
    elif event.target == OrderState.CANCELLED:
        tell_need(event.need, News.WITHDRAWN, f"ended:{event.order}")


@subscribe(OrderExtended)
def tell_extended(event: OrderExtended, record: Event) -> None:
    """It takes longer than they were promised."""
    _tell_what_happened(event.need, record)


@subscribe(OrderHandedOver)
def tell_handed_over(event: OrderHandedOver, record: Event) -> None:
    """Somebody else comes than they were told."""
    _tell_what_happened(event.need, record)


def _tell_what_happened(key: UUID, record: Event) -> None:
    """Whoever has the need reads by their own way what its timeline says."""
    need = Need.objects.select_related("person__user", "service_type", "understanding").get(pk=key)
    if may_be_a_machines(need) or need.state != Need.State.ORDERED:
        return
    with translation.override(language_for(need)):
        stands = _("How it stands, at any time, for whoever has this link: %(link)s") % {"link": link_of(need)}
        say_once(need, f"told:{record.pk}", describe(record), stands)


@job(SEND, own_transactions=True)
def send(payload: dict[str, str]) -> None:
    """Send a part of a bundle; harmless to run twice."""
    send_part(UUID(payload["part"]), held=payload["held"])


@subscribe(OrderCompleted)
def send_what_waited(event: OrderCompleted, record: Event) -> None:
    """Parts of a bundle that waited for this alone are sent now."""
    met(event.need)


@subscribe(NeedMetTogether)
def send_what_waited_together(event: NeedMetTogether, record: Event) -> None:
    """The same, where it was met with what others had told."""
    met(event.need)


@subscribe(OrderChanged)
def ask_what_waited(event: OrderChanged, record: Event) -> None:
    """What waited for an order that was cancelled asks what to do."""
    if event.target == OrderState.CANCELLED:
        ended(event.need)


@subscribe(NeedWithdrawn)
def ask_what_waited_for_it(event: NeedWithdrawn, record: Event) -> None:
    """The same, of a need that was withdrawn."""
    ended(event.need)


@subscribe(NeedTurnedAway)
def ask_what_waited_in_vain(event: NeedTurnedAway, record: Event) -> None:
    """The same, of a need in which a reader found nothing."""
    ended(event.need)


@subscribe(NeedReleased)
def order_what_was_held(event: NeedReleased, record: Event) -> None:
    """A part that a person read first goes to the offer that was chosen for it; whoever ordered hears of it."""
    order_released(Need.objects.get(pk=event.need))
    for bundle in telling.bundles_of([event.need]).values():
        telling.tell(bundle)


@every(timedelta(days=1), "bundles.keep-evidence")
def keep_evidence() -> None:
    """Proofs that wait with a part for its turn are not swept away as if nobody had sent them."""
    unsent = BundlePart.objects.filter(state__in=(BundlePart.State.WAITING, BundlePart.State.FAILED))
    waiting = EvidenceGiven.objects.filter(bundle__in=unsent.values("bundle"), attachment__need=None)
    Attachment.objects.filter(pk__in=waiting.values("attachment")).update(created_at=clock.now())


@every(timedelta(minutes=1), "orders.leave-withdrawn")
def leave_cases() -> None:
    """Cases of accounts that were withdrawn are nobody's."""
    leave_withdrawn()


@every(timedelta(days=1), "rounds.forget")
def forget_what_crews_sent() -> None:
    """Rounds that are over, and what phones sent so long ago that none sends it again."""
    forget_rounds()
    forget_steps()
