"""Needs that may tell of the same thing as a draft, with what everybody may know of them."""

from __future__ import annotations

from dataclasses import dataclass

from lacarte.kernel import clock
from lacarte.loop.needs.cases.duplicates import Told, suggestions_for
from lacarte.loop.needs.models import Attachment, Different, Need
from lacarte.loop.needs.understanding.privacy import public_text
from lacarte.loop.needs.uploads.attachments import JPEG
from lacarte.pages.resident.draft import Draft
from lacarte.registers.menu.models import Subject

_MOST = 3


@dataclass(frozen=True)
class Known:
    """A need of a place as the public may see it."""

    need: Need
    words: str
    photos: list[Attachment]


def possibly_same(draft: Draft) -> list[Known]:
    """Up to three needs under way that may be this one, likeliest first, without those it was said not to be."""
    kind = draft.service_type()
    if draft.text is None or draft.home or (kind is not None and kind.subject != Subject.PLACE):
        return []
    longitude, latitude = draft.point()
    not_meant = set(draft.different or [])
    told = Told(
        text=draft.text,
        at=clock.now(),
        service_type=kind,
        longitude=longitude,
        latitude=latitude,
        address=draft.told_place(),
        region=draft.chosen_region(),
        photos=[upload.likeness for upload in draft.uploads() if upload.likeness is not None],
    )
    found = suggestions_for(told, most=_MOST + len(not_meant))
    return [_known(one.need) for one in found if one.need.reference not in not_meant][:_MOST]


def _known(need: Need) -> Known:
    released = need.attachments.filter(media_type=JPEG, shows="").exclude(released_at=None)
    return Known(need, public_text(need), list(released.order_by("created_at", "id")[:_MOST]))


def note_different(need: Need, draft: Draft) -> None:
    """Remember that the reporter said of the needs shown to them that theirs is another."""
    for other in Need.objects.filter(reference__in=draft.different or []).exclude(pk=need.pk):
        one, two = sorted((need, other), key=lambda each: each.pk)
        Different.objects.get_or_create(one=one, other=two)
