"""How long photos and documents are kept: so many days after their need is closed, by their kind.

Then the bytes go and the fact stays. What a reason in law holds is kept until an official lets it go.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.kernel.schedule import every
from lacarte.kernel.text import storable
from lacarte.loop.needs.events import DocumentsHeld, DocumentsLetGo, DocumentsRemoved
from lacarte.loop.needs.models import Attachment, LegalHold, Need
from lacarte.loop.needs.uploads import files
from lacarte.loop.needs.uploads.attachments import unnamed

State = Attachment.State
LONGEST_REASON = 500
_SETTINGS = {
    Attachment.Kind.PHOTO: "keep_photo_days",
    Attachment.Kind.DOCUMENT: "keep_document_days",
    Attachment.Kind.PROOF: "keep_proof_days",
}
#: Needs whose documents are removed in one transaction.
_AT_ONCE = 50


class HoldRefusedError(ValueError):
    """Documents cannot be held; the message says why and what to do."""


def days_of(kind: str) -> int:
    """How many days after its need is closed something is kept. 0: for ever."""
    return int(settings.CONFIGURED[_SETTINGS[Attachment.Kind(kind)]])


def told(need: Need) -> list[str]:
    """In sentences: until when what came with ``need`` is kept; none where nothing came or it is never deleted."""
    there = need.attachments.exclude(state=State.REMOVED).order_by()
    kinds = set(there.values_list("kind", flat=True).distinct())
    if kinds and held(need) is not None:
        return [_("Photos and documents are kept beyond their time, for a reason in law.")]
    return [
        _sentence(kind, days_of(kind), need.closed_at)
        for kind in Attachment.Kind
        if kind in kinds and days_of(kind)
    ]


def _sentence(kind: Attachment.Kind, days: int, closed: datetime | None) -> str:
    if closed is not None:
        day = formats.date_format(timezone.localtime(closed + timedelta(days=days)), "DATE_FORMAT")
        by_day = {
            Attachment.Kind.PHOTO: _("Photos are deleted on %(day)s."),
            Attachment.Kind.DOCUMENT: _("Documents are deleted on %(day)s."),
            Attachment.Kind.PROOF: _("Proofs are deleted on %(day)s."),
        }
        return by_day[kind] % {"day": day}
    after = {
        Attachment.Kind.PHOTO: ngettext(
            "Photos are deleted %(n)d day after this is closed.",
            "Photos are deleted %(n)d days after this is closed.",
            days,
        ),
        Attachment.Kind.DOCUMENT: ngettext(
            "Documents are deleted %(n)d day after this is closed.",
            "Documents are deleted %(n)d days after this is closed.",
            days,
        ),
        Attachment.Kind.PROOF: ngettext(
            "Proofs are deleted %(n)d day after this is closed.",
            "Proofs are deleted %(n)d days after this is closed.",
            days,
        ),
    }
    return after[kind] % {"n": days}


def held(need: Need) -> LegalHold | None:
    """Why the documents of ``need`` are kept beyond their time, if they are."""
    return LegalHold.objects.select_related("by").filter(need=need).first()


def hold(need: Need, reason: str, *, actor: User) -> LegalHold:
    """Keep the documents of ``need`` until somebody lets them go; what holds them already stays as it is.

    Raises :class:`HoldRefusedError` without a reason, and ``PermissionDenied`` without a mandate to work on it.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not storable(reason):
        raise HoldRefusedError(_reason_wanted())
    with transaction.atomic():
        need = Need.objects.select_for_update().get(pk=need.pk)
        require(actor, Action.WORK, need)
        kept, new = LegalHold.objects.get_or_create(need=need, defaults={"reason": reason, "by": actor})
        if new:
            publish(DocumentsHeld(need=need.pk), stream=need.pk, actor=actor)
    return kept


def _reason_wanted() -> str:
    return _("Please write why they must be kept, in at most %(n)d characters.") % {"n": LONGEST_REASON}


def let_go(need: Need, *, actor: User) -> None:
    """The documents of ``need`` are deleted again when their time is over. Raises as :func:`hold`."""
    with transaction.atomic():
        need = Need.objects.select_for_update().get(pk=need.pk)
        require(actor, Action.WORK, need)
        if LegalHold.objects.filter(need=need).delete()[0]:
            publish(DocumentsLetGo(need=need.pk), stream=need.pk, actor=actor)


@every(timedelta(days=1), "needs.remove-old-documents")
def remove_old() -> None:
    """Delete what has been kept long enough: the bytes go, the fact stays."""
    for kind in Attachment.Kind:
        while needs := list(_over(kind).order_by("need").values_list("need", flat=True).distinct()[:_AT_ONCE]):
            _remove(kind, [key for key in needs if key is not None])


def _over(kind: Attachment.Kind) -> QuerySet[Attachment]:
    """What of a kind has been kept long enough and is not held; nothing where it is kept for ever."""
    days = days_of(kind)
    if not days:
        return Attachment.objects.none()
    closed = Attachment.objects.filter(kind=kind, need__closed_at__lt=clock.now() - timedelta(days=days))
    return closed.exclude(state=State.REMOVED).filter(need__legal_hold=None)


def _remove(kind: Attachment.Kind, needs: list[UUID]) -> None:
    """Remove what is over of these needs, in one transaction; then the files that nobody else has."""
    with transaction.atomic():
        # Whoever holds one of them at this moment has done so, or waits.
        list(Need.objects.select_for_update().filter(pk__in=needs).order_by("pk").values_list("pk"))
        over = _over(kind).filter(need__in=needs)
        rows = list(over.values_list("pk", "file", "as_sent"))
        counted = dict(over.order_by().values_list("need").annotate(n=Count("pk")))
        Attachment.objects.filter(pk__in=[key for key, *_names in rows]).update(
            state=State.REMOVED,
            file="",
            as_sent="",
            likeness=None,
            released_at=None,
            released_by=None,
            removed_at=clock.now(),
        )
        Need.objects.filter(pk__in=counted).update(changed_at=clock.now())
        for need, n in counted.items():
            publish(DocumentsRemoved(need=need, count=n), stream=need)
    files.remove(unnamed([name for _key, *names in rows for name in names if name]))
