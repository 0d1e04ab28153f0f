"""Photos and documents of a need, handed to who may open it; released photos to everybody."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lacarte.kernel.models import User
from lacarte.loop.needs.models import Attachment
from lacarte.loop.needs.queries import visible
from lacarte.loop.needs.understanding.privacy import is_public
from lacarte.loop.needs.uploads.attachments import JPEG
from lacarte.loop.needs.uploads.files import path_of
from lacarte.loop.orders.queries import orders_of_members
from lacarte.pages.resident.access import may_open, may_see_draft
from lacarte.registers.people.queries import note_look

#: A browser that is tricked into opening it as a page finds nothing it may do.
_POLICY = "default-src 'none'; sandbox"


@require_safe
def attachment(request: HttpRequest, key: UUID) -> FileResponse:
    """The file itself. That there is one is not said to who may not have it."""
    found = Attachment.objects.select_related("need__person", "need__understanding").filter(pk=key).first()
    if found is None or found.state != Attachment.State.KEPT or not _may_have(request, found):
        raise Http404(_("There is no such file, or it is not yours to open."))
    photo = found.media_type == JPEG
    try:
        file = path_of(found.file).open("rb")
    except FileNotFoundError as error:
        raise Http404(_("There is no such file, or it is not yours to open.")) from error
    name = f"{found.pk}{path_of(found.file).suffix}"
    response = FileResponse(file, content_type=found.media_type, as_attachment=not photo, filename=name)
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    # Pages of Open311 clients show what is released; nobody else's page shows anything else.
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if _is_shown(found) else "same-origin"
    response["Cache-Control"] = "public, max-age=300" if _is_shown(found) else "private, max-age=300"
    return response


def _is_shown(found: Attachment) -> bool:
    """Whether everybody may see it: an official has looked at it, and its need is public (still)."""
    return found.released_at is not None and found.need is not None and is_public(found.need)


def _may_have(request: HttpRequest, found: Attachment) -> bool:
    """Whether the visitor may have the file; an official's look at somebody's photo is noted."""
    if found.need is None:
        return may_see_draft(request, found.draft)
    # A photo of the work is the resident's to see once an official has looked at it.
    theirs = not found.shows or found.released_at is not None
    if _is_shown(found) or (theirs and may_open(request, found.need)):
        return True
    user = request.user
    if not user.is_authenticated or not (visible(user).filter(pk=found.need.pk).exists() or _took(user, found)):
        return False
    if found.need.person is not None:
        note_look(found.need.person, reader=user, purpose="work on this need")
    return True


def _took(user: User, found: Attachment) -> bool:
    """Whether it shows the work of a provider that ``user`` is a member of."""
    return bool(found.shows) and orders_of_members(user).filter(need=found.need).exists()
