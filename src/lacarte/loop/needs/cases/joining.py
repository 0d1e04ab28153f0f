"""Verbs by which needs that tell of the same thing become one case, and by which it comes apart again.

One need of a case is its lead: it waits, is matched and ordered. The others are joined to it: they are told how
it goes, and are met with it. Every decision can be taken back, in any order and as often as somebody likes.
"""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, publish_many
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.needs.cases.turns import came_by, lead_of, locked, taking_turns
from lacarte.loop.needs.events import (
    NeedCounted,
    NeedDiscounted,
    NeedJoined,
    NeedLed,
    NeedMetTogether,
    NeedOpenTogether,
    NeedParted,
    NeedsDiffer,
    NeedTakesLead,
)
from lacarte.loop.needs.models import Different, Joining, Need
from lacarte.registers.menu.models import Subject

_WAITS = (Need.State.OPEN, Need.State.HELD)
_CLOSED = (Need.State.MET, Need.State.WITHDRAWN)


class JoiningRefusedError(ValueError):
    """The needs cannot be joined or parted now; the message says why and what to do."""


def join(need: Need, to: Need, *, actor: User | None, probability: float | None = None) -> Need:
    """Say that ``need`` tells of the same thing as ``to``; what is joined to either comes along. Returns the lead.

    The lead is that of ``to``, unless ``need`` is the one that is worked on, or ``to`` still waits to be read.
    ``actor`` is an official with a mandate for both; ``None`` is the program, which gives its ``probability``.
    Raises :class:`JoiningRefusedError` and ``PermissionDenied``.
    """
    with taking_turns():
        need, lead = locked([need.pk, lead_of(Need.objects.get(pk=to.pk))])
        named = lead if to.pk == lead.pk else to
        if actor is not None:
            require(actor, Action.WORK, need)
            require(actor, Action.WORK, lead)
        if need.lead_id == lead.pk:
            return lead  # somebody was faster
        if why := _why_not(need, lead):
            raise JoiningRefusedError(why)
        if need.state == Need.State.ORDERED or (need.state == Need.State.OPEN and lead.state == Need.State.HELD):
            need, lead, named = lead, need, need
        _put_under(need, lead, named, actor, probability)
        return lead


def _why_not(need: Need, lead: Need) -> str:
    """Why two needs, each not joined or a lead, cannot become one case; empty where they can."""
    if need.pk == lead.pk:
        return _("These are one case already.")
    if need.subject != Subject.PLACE or lead.subject != Subject.PLACE:
        return _("Only needs of places can be the same: what somebody needs for themselves is their own.")
    if need.state in _CLOSED or lead.state in _CLOSED:
        closed = need if need.state in _CLOSED else lead
        return _("%(reference)s is closed. Only needs that wait or are dealt with can be joined.") % {
            "reference": closed.reference
        }
    if need.state == Need.State.JOINED:
        return _("%(reference)s is joined to another need. Please take it out there first.") % {
            "reference": need.reference
        }
    if need.state == Need.State.ORDERED and lead.state == Need.State.ORDERED:
        return _("Both have an order under way. Please cancel one of the orders first.")
    return ""


def _put_under(need: Need, lead: Need, named: Need, actor: User | None, probability: float | None) -> None:
    """Join ``need`` to ``lead``, both locked and leads of their cases, with all that is joined to it."""
    now, came = clock.now(), list(need.joined.all())
    Joining.objects.create(need=need, to=named, was=need.state, probability=probability, said_by=actor, at=now)
    need.joined.update(lead=lead, changed_at=now)
    need.state, need.lead, need.changed_at = Need.State.JOINED, lead, now
    need.save(update_fields=["state", "lead", "changed_at"])
    said = NeedJoined(need=need.pk, lead=lead.pk, reference=lead.reference, automatic=actor is None)
    publish_many([(said, need.pk, actor), (NeedCounted(need=lead.pk, joined=need.pk), lead.pk, actor)])
    _tell_led(came, lead, actor)


def _tell_led(needs: list[Need], lead: Need, actor: User | None) -> None:
    publish_many((NeedLed(need=need.pk, lead=lead.pk, reference=lead.reference), need.pk, actor) for need in needs)


def part(need: Need, *, actor: User) -> Need:
    """Take ``need`` out of the case it is joined to, exactly as it was; what came by it goes with it.

    What waits to be read by a person leads nobody: the oldest that waits for an offer goes on for those that part.
    Raises ``PermissionDenied``, and :class:`JoiningRefusedError` where it is not joined.
    """
    with taking_turns():
        return _part(need.pk, actor, mandated=True)


def part_own(need: Need, *, actor: User | None) -> Need:
    """“No, mine is another thing”: as :func:`part`, and it is not joined there again by itself.

    The caller has checked that the need is theirs. Raises :class:`JoiningRefusedError` where it is not joined.
    """
    with taking_turns():
        joining = Joining.objects.select_related("need__lead").filter(need=need.pk).first()
        parted = _part(need.pk, actor, mandated=False)
        if joining is not None and joining.need.lead is not None:
            for other in Need.objects.filter(pk__in=(joining.to_id, joining.need.lead.pk)):
                _keep_apart(parted, other, actor)
        return parted


def _part(key: UUID, actor: User | None, *, mandated: bool) -> Need:
    lead_key = Need.objects.values_list("lead", flat=True).get(pk=key)
    if lead_key is None:
        raise JoiningRefusedError(_("This need is not joined to another."))
    [lead] = locked([lead_key])
    [need] = locked([key])
    if mandated and actor is not None:
        require(actor, Action.WORK, need)
    going, joining, now = [need, *came_by(need, lead)], Joining.objects.get(need=need), clock.now()
    first = _first_of(going, joining)
    was = _turn_round(first, joining)
    others = [one for one in going if one.pk != first.pk]
    Need.objects.filter(pk__in=[one.pk for one in others]).update(
        lead=first, state=Need.State.JOINED, closed_at=None, changed_at=now
    )
    first.state, first.lead, first.closed_at, first.changed_at = was, None, None, now
    first.save(update_fields=["state", "lead", "closed_at", "changed_at"])
    for one in dict.fromkeys((need.pk, first.pk)):
        publish(NeedParted(need=one, lead=lead.pk, reference=lead.reference), stream=one, actor=actor)
        publish(NeedDiscounted(need=lead.pk, parted=one), stream=lead.pk, actor=actor)
    _tell_led(others, first, actor)
    need.refresh_from_db()
    return need


def _first_of(going: list[Need], joining: Joining) -> Need:
    """Which of the needs that part goes on for them: the one that was taken out, unless it waits to be read."""
    if joining.was == Need.State.HELD:
        open_ones = Joining.objects.filter(need__in=going[1:], was=Need.State.OPEN)
        oldest = open_ones.order_by("need__received_at", "need").values_list("need", flat=True).first()
        return next((one for one in going if one.pk == oldest), going[0])
    return going[0]


def _turn_round(first: Need, parted: Joining) -> str:
    """Take ``parted`` back; every decision between its need and ``first`` stands, from the other side now.

    Returns what ``first`` was before it was joined.
    """
    way = [Joining.objects.get(need=first)]
    while way[-1].need_id != parted.need_id:
        way.append(Joining.objects.get(need=way[-1].to_id))
    for nearer, farther in pairwise(way):
        Joining.objects.filter(need=farther.need_id).update(
            to=nearer.need_id, probability=nearer.probability, said_by=nearer.said_by_id, at=nearer.at
        )
    Joining.objects.filter(need=first).delete()
    return way[0].was


def say_different(need: Need, other: Need, *, actor: User) -> None:
    """Say that two needs tell of different things, so that they are not suggested or joined by themselves again.

    One that is joined to the other is taken out. Raises ``PermissionDenied`` without a mandate for both.
    """
    with taking_turns():
        for one in (need, other):
            require(actor, Action.WORK, Need.objects.get(pk=one.pk))
        direct = Joining.objects.filter(need__in=[need.pk, other.pk], to__in=[need.pk, other.pk]).first()
        if direct is not None:
            _part(direct.need_id, actor, mandated=True)
        _keep_apart(need, other, actor)


def _keep_apart(need: Need, other: Need, actor: User | None) -> None:
    one, two = sorted((need, other), key=lambda each: each.pk)
    if one.pk == two.pk:
        return
    _found, new = Different.objects.get_or_create(one=one, other=two, defaults={"said_by": actor})
    if new:
        publish_many(
            (NeedsDiffer(need=mine.pk, other=theirs.pk, reference=theirs.reference), mine.pk, actor)
            for mine, theirs in ((one, two), (two, one))
        )


def leave(need: Need) -> None:
    """Take a joined need out of its case because it is withdrawn; what came by it stays there.

    Call it in the turn (``cases.taking_turns``) that withdraws it, and save the need after it.
    """
    joining = Joining.objects.filter(need=need).first()
    if joining is not None:
        Joining.objects.filter(to=need).update(to=joining.to_id)
        joining.delete()
    need.lead = None


def stand_alone(need: Need, *, actor: User) -> None:
    """Take a need out of its case, which goes on without it, because it turned out to be of nobody else.

    It is what it was before it was joined. Call it in the turn (``cases.taking_turns``) that changes it, and save
    the need after it. Raises :class:`JoiningRefusedError` where others were met with it.
    """
    if need.lead is None:
        if need.state == Need.State.MET and need.joined.exists():
            raise JoiningRefusedError(_("Other reports count with this and are done. Please take them out first."))
        _pass_on(need, actor)
        return
    lead, was = need.lead, Joining.objects.values_list("was", flat=True).get(need=need)
    leave(need)
    need.state, need.closed_at = was, None
    said = NeedParted(need=need.pk, lead=lead.pk, reference=lead.reference)
    publish_many([(said, need.pk, actor), (NeedDiscounted(need=lead.pk, parted=need.pk), lead.pk, actor)])


def keep_in_step(key: UUID) -> None:
    """Bring what is joined to the need ``key`` to where that stands: met with it, waiting again, led by another.

    Harmless to call at any time, and twice.
    """
    if Need.objects.filter(lead=key).exists():
        with taking_turns():
            _keep_in_step(key)


def _keep_in_step(key: UUID) -> None:
    [lead] = locked([key])
    now = clock.now()
    if lead.state == Need.State.WITHDRAWN:
        _pass_on(lead)
    elif lead.state == Need.State.MET:
        waiting = list(lead.joined.filter(state=Need.State.JOINED))
        lead.joined.filter(state=Need.State.JOINED).update(
            state=Need.State.MET, closed_at=lead.closed_at, changed_at=now
        )
        publish_many(
            (NeedMetTogether(need=need.pk, lead=lead.pk, reference=lead.reference), need.pk, None)
            for need in waiting
        )
    else:
        met = list(lead.joined.filter(state=Need.State.MET))
        lead.joined.filter(state=Need.State.MET).update(state=Need.State.JOINED, closed_at=None, changed_at=now)
        publish_many(
            (NeedOpenTogether(need=need.pk, lead=lead.pk, reference=lead.reference), need.pk, None) for need in met
        )


def _pass_on(gone: Need, actor: User | None = None) -> None:
    """The oldest of those that waited for an offer goes on for all: the thing is still there.

    What waits to be read by a person leads nobody: where there is nothing else, each is again what it was.
    """
    members = list(gone.joined.order_by("received_at", "pk"))
    if not members:
        return
    was = dict(Joining.objects.filter(need__in=members).values_list("need", "was"))
    heirs = [need for need in members if was[need.pk] == Need.State.OPEN][:1] or members
    now, heir, others = clock.now(), heirs[0], [need for need in members if need not in heirs]
    Joining.objects.filter(need__in=heirs).delete()
    Joining.objects.filter(to=gone).update(to=heir)
    for need in heirs:
        need.state, need.lead, need.closed_at, need.changed_at = was[need.pk], None, None, now
        need.save(update_fields=["state", "lead", "closed_at", "changed_at"])
        if gone.state == Need.State.WITHDRAWN:
            publish(NeedTakesLead(need=need.pk), stream=need.pk)
        else:
            publish(NeedParted(need=need.pk, lead=gone.pk, reference=gone.reference), stream=need.pk, actor=actor)
    Need.objects.filter(pk__in=[need.pk for need in others]).update(
        lead=heir, state=Need.State.JOINED, closed_at=None, changed_at=now
    )
    _tell_led(others, heir, actor)
