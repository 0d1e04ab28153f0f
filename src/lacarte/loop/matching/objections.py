"""A person says that a decision about their need is wrong, and a case worker answers."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.objecting import ObjectionRefusedError, checked
from lacarte.kernel.permissions import Action, require
from lacarte.loop.matching.actions import refuse
from lacarte.loop.matching.events import ObjectionAnswered, ObjectionRaised
from lacarte.loop.matching.models import Match, Objection
from lacarte.loop.matching.queries import decision_of, why_unserved
from lacarte.loop.needs.models import Need


@transaction.atomic
def object_to(need: Need, *, reason: str, actor: User | None) -> Objection:
    """Take an objection to what was decided last about ``need``. The caller has checked that it is theirs.

    What they were told is kept with it. Raises :class:`ObjectionRefusedError`.
    """
    need = Need.objects.select_for_update().get(pk=need.pk)
    if need.state not in (Need.State.OPEN, Need.State.ORDERED):
        raise ObjectionRefusedError(_("This request is closed. You can always ask again."))
    reason = checked(reason, empty=_("Please say in a few words why you object."))
    if Objection.objects.filter(need=need, state=Objection.State.OPEN).exists():
        raise ObjectionRefusedError(_("You have already objected. A case worker reads what you wrote."))
    match = decision_about(need)
    told = match or why_unserved(need.pk)
    objection = Objection.objects.create(
        need=need, match=match, reason=reason, explanation=told.explanation if told else {}
    )
    publish(ObjectionRaised(objection=objection.pk, need=need.pk), stream=need.pk, actor=actor)
    return objection


@transaction.atomic
def answer(objection: Objection, *, upheld: bool, words: str, actor: User) -> Objection:
    """Uphold an objection or not, in words. Upheld: the offer is not asked again, and the need is matched anew.

    An order that its provider has not accepted yet is taken back by the orders stage, which hears of it.
    Raises ``PermissionDenied`` and :class:`ObjectionRefusedError`.
    """
    need = Need.objects.select_for_update().get(pk=objection.need_id)  # in the order of all others: needs first
    require(actor, Action.WORK, need)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.state != Objection.State.OPEN:
        raise ObjectionRefusedError(_("This objection has been answered."))
    words = checked(words, empty=_("Please say why."))
    objection.state = Objection.State.UPHELD if upheld else Objection.State.REJECTED
    objection.answer, objection.answered_by, objection.answered_at = words, actor, clock.now()
    objection.save()
    if upheld and objection.match is not None:
        refuse(need.pk, objection.match.offer_at_place_id)
    said = ObjectionAnswered(objection=objection.pk, need=need.pk, upheld=upheld)
    publish(said, stream=need.pk, actor=actor)
    return objection


def decision_about(need: Need) -> Match | None:
    """The decision that stands for ``need``; ``None`` while it waits."""
    return decision_of(need.pk) if need.state == Need.State.ORDERED else None


def newest_objection(need: Need) -> Objection | None:
    """The last objection about ``need``, answered or not."""
    return Objection.objects.filter(need=need).select_related("match").first()
