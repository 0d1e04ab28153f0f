"""A rating of bad or very bad is answered by the provider in time, and verified by somebody else."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, publish_many
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted, require
from lacarte.loop.needs.cases.news import say_once
from lacarte.loop.needs.messages.links import link_of
from lacarte.loop.needs.messages.reaching import language_for
from lacarte.loop.needs.models import Need
from lacarte.loop.voice.checking import RefusedError, checked, is_of_provider
from lacarte.loop.voice.events import ReplyDue, ReplyGiven, ReplyLate, ReplyVerified
from lacarte.loop.voice.models import Rating, Reply
from lacarte.registers.menu.keeping import member_of
from lacarte.registers.places.queries import calendar_of
from lacarte.registers.providers.models import Provider

_NEED = "rating__order__need__"
#: Where the provider of a reply stands.
PROVIDER = "rating__order__offer_at_place__offer__provider"
_OF_PROVIDER = f"{PROVIDER}__"
_RELATED = (f"{_NEED}service_type", f"{_NEED}region", f"{_NEED}person__user", PROVIDER)


def demand(rating: Rating) -> Reply:
    """Ask the provider for a reply, within the caller's transaction."""
    need = rating.order.need
    due = calendar_of(need.region).deadline(clock.now(), settings.CONFIGURED["reply_days"])
    reply = Reply.objects.create(rating=rating, due=due)
    publish(ReplyDue(reply=reply.pk, need=need.pk), stream=need.pk)
    return reply


def owed_by(user: User) -> QuerySet[Reply]:
    """Replies that the providers of ``user`` owe, the most pressing first."""
    return Reply.objects.filter(member_of(user, _OF_PROVIDER), state=Reply.State.DUE).select_related(*_RELATED)


def owed(provider: Provider) -> QuerySet[Reply]:
    """Replies that ``provider`` owes."""
    return Reply.objects.filter(**{PROVIDER: provider}, state=Reply.State.DUE)


def turned_down(reply: Reply) -> Reply | None:
    """The answer to the same rating that was turned down last."""
    before = Reply.objects.filter(rating=reply.rating_id, state=Reply.State.TURNED_DOWN)
    return before.order_by("-verified_at").first()


def to_verify(user: User) -> QuerySet[Reply]:
    """Replies that ``user`` may verify: given by a provider that they are no member of."""
    given = permitted(Reply.objects.filter(state=Reply.State.ANSWERED), user, Action.WORK, _NEED)
    given = given.exclude(member_of(user, _OF_PROVIDER)).exclude(answered_by=user)
    return given.select_related(*_RELATED).order_by("answered_at")


def late(user: User) -> QuerySet[Reply]:
    """Replies that are overdue, of the needs that ``user`` works on."""
    rows = permitted(Reply.objects.filter(state=Reply.State.DUE, due__lt=clock.now()), user, Action.WORK, _NEED)
    return rows.select_related(*_RELATED)


@transaction.atomic
def answer(reply: Reply, *, text: str, actor: User) -> Reply:
    """The provider says what it does about it. Raises :class:`RefusedError` and ``PermissionDenied``."""
    reply, need = _lock(reply)
    if not is_of_provider(actor, reply.rating.order):
        raise PermissionDenied(_("Only members of the provider answer for it."))
    if reply.state != Reply.State.DUE:
        raise RefusedError(_("This has been answered already."))
    reply.text, reply.state = checked(text), Reply.State.ANSWERED
    reply.answered_by, reply.answered_at = actor, clock.now()
    reply.save()
    publish(ReplyGiven(reply=reply.pk, need=need.pk), stream=need.pk, actor=actor)
    return reply


@transaction.atomic
def verify(reply: Reply, *, accepted: bool, verdict: str, actor: User) -> Reply:
    """An official, and nobody of the provider, looks whether it is so. Turned down, the provider answers again.

    Accepted, whoever gave the rating hears what the provider says. Raises :class:`RefusedError` and
    ``PermissionDenied``.
    """
    reply, need = _lock(reply)
    require(actor, Action.WORK, need)
    if is_of_provider(actor, reply.rating.order) or reply.answered_by_id == actor.pk:
        raise PermissionDenied(_("Somebody else than the provider has to look at this."))
    if reply.state != Reply.State.ANSWERED:
        raise RefusedError(_("This is not waiting to be verified."))
    reply.verdict = checked(verdict, optional=accepted)
    reply.state = Reply.State.VERIFIED if accepted else Reply.State.TURNED_DOWN
    reply.verified_by, reply.verified_at = actor, clock.now()
    reply.save()
    publish(ReplyVerified(reply=reply.pk, need=need.pk, accepted=accepted), stream=need.pk, actor=actor)
    if accepted:
        _tell(reply, need)
    else:
        demand(reply.rating)
    return reply


def _tell(reply: Reply, need: Need) -> None:
    with translation.override(language_for(need)):
        said = _("You told us that it did not go well. The provider answers: %(words)s") % {"words": reply.text}
        stands = _("How it stands, at any time, for whoever has this link: %(link)s") % {"link": link_of(need)}
        say_once(need, f"reply:{reply.pk}", said, stands)


def _lock(reply: Reply) -> tuple[Reply, Need]:
    """The reply and its need, which nobody else changes until the transaction ends; needs are locked first."""
    need = Need.objects.select_for_update(of=("self",)).select_related("person__user", "service_type")
    locked = need.get(orders__rating__replies=reply.pk)
    return Reply.objects.select_for_update(of=("self",)).select_related("rating__order").get(pk=reply.pk), locked


@transaction.atomic
def escalate() -> int:
    """Say once of each reply that it is late. Returns how many."""
    rows = Reply.objects.select_for_update(of=("self",)).select_related("rating__order")
    overdue = list(rows.filter(state=Reply.State.DUE, due__lt=clock.now(), escalated_at=None))
    Reply.objects.filter(pk__in=[reply.pk for reply in overdue]).update(escalated_at=clock.now())
    publish_many(
        (ReplyLate(reply=reply.pk, need=reply.rating.order.need_id), reply.rating.order.need_id, None)
        for reply in overdue
    )
    return len(overdue)
