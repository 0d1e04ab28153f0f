"""Photos and documents that come with a need: encoded anew, stored once under their own hash.

A file is there before its row and goes after it, so there is never a row without its file. What a killed
process leaves behind is a file without a row, which the sweep removes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines.images import Fault, PhotoRefusedError, reencode
from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.needs.events import PhotoReleased, PhotoTakenBack
from lacarte.loop.needs.models import Attachment, Message, Need
from lacarte.loop.needs.uploads import files
from lacarte.loop.needs.uploads.documents import DOCUMENTS, document, is_pdf

JPEG = "image/jpeg"
#: What was uploaded and never sent is removed after this time, with the draft it waited on.
DRAFT_KEPT = timedelta(days=7)

_FAULTS: dict[Fault, str | Promise] = {
    Fault.UNKNOWN: gettext_lazy("“%(name)s” is neither a photo (JPEG, PNG, WebP) nor a PDF or plain text."),
    Fault.HEIF: gettext_lazy(
        "“%(name)s” is in the HEIC format, which we cannot read. Please send it as JPEG, or a screenshot of it."
    ),
    Fault.FILM: gettext_lazy("“%(name)s” is a film or a sound. Please send photos instead."),
    Fault.MOVES: gettext_lazy("“%(name)s” is a moving picture. Please send one that stands still."),
    Fault.TOO_LARGE: gettext_lazy("“%(name)s” has too many pixels. Please send it smaller."),
    Fault.BROKEN: gettext_lazy("“%(name)s” is damaged or has not arrived whole. Please send it again."),
}


class AttachmentRefusedError(ValueError):
    """A file is not taken; the message says which, why, and what to do, to whoever sent it."""


@dataclass(frozen=True)
class _Encoded:
    data: bytes
    media_type: str
    ending: str
    width: int | None = None
    height: int | None = None
    likeness: int | None = None


def store(
    upload: UploadedFile[Any] | bytes,
    *,
    name: str,
    draft: str = "",
    need: Need | None = None,
    message: Message | None = None,
) -> Attachment:
    """Keep an upload for ``draft``, or with ``need`` and ``message`` at once; the same one twice is one.

    A photo is encoded anew; a PDF or a plain text is kept to be downloaded, never shown inside a page.
    ``name`` is what the sender calls it, for the sentence only. Raises :class:`AttachmentRefusedError`.
    """
    encoded = _encode(_read(upload, name), shown_name(name))
    digest, file = files.keep(encoded.data, encoded.ending)
    with transaction.atomic():
        same = Attachment.objects.filter(sha256=digest, draft=draft, need=need, message=message)
        if (draft or need) and (known := same.first()):
            return known
        if draft and Attachment.objects.filter(draft=draft, need=None).count() >= most():
            raise AttachmentRefusedError(_("At most %(n)d files can be sent along.") % {"n": most()})
        return Attachment.objects.create(
            need=need,
            message=message,
            draft=draft,
            file=file,
            media_type=encoded.media_type,
            size=len(encoded.data),
            width=encoded.width,
            height=encoded.height,
            sha256=digest,
            likeness=encoded.likeness,
        )


def most() -> int:
    """How many files may come with one need or message."""
    return int(settings.CONFIGURED["uploads_per_need"])


def largest() -> int:
    """How many bytes one of them may have."""
    return int(settings.CONFIGURED["upload_megabytes"]) * 1_000_000


def shown_name(name: str) -> str:
    """A file's name as it may be put into a sentence: its last part, short and printable."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable()).strip()[:60] or _("the file")


def _read(upload: UploadedFile[Any] | bytes, name: str) -> bytes:
    if isinstance(upload, bytes):
        data = upload
    else:
        upload.seek(0)
        data = upload.read(largest() + 1)
    if len(data) > largest():
        words = _("“%(name)s” is too large: at most %(n)d MB, please.")
        megabytes = settings.CONFIGURED["upload_megabytes"]
        raise AttachmentRefusedError(words % {"name": shown_name(name), "n": megabytes})
    if not data:
        raise AttachmentRefusedError(_("“%(name)s” is empty.") % {"name": shown_name(name)})
    return data


def _encode(data: bytes, name: str) -> _Encoded:
    """What ``data`` becomes. The bytes decide, not the name and not the type that the sender claims."""
    if (found := document(data)) is not None:
        return _Encoded(found.data, found.media_type, DOCUMENTS[found.media_type])
    if is_pdf(data):
        raise AttachmentRefusedError(_FAULTS[Fault.BROKEN] % {"name": name})
    try:
        photo = reencode(data)
    except PhotoRefusedError as error:
        raise AttachmentRefusedError(_FAULTS[error.fault] % {"name": name}) from error
    return _Encoded(photo.jpeg, JPEG, ".jpg", photo.width, photo.height, photo.likeness)


def waiting(draft: str) -> list[Attachment]:
    """What was uploaded for a draft, in its order; nothing for no draft."""
    return list(Attachment.objects.filter(draft=draft, need=None).order_by("created_at", "id")) if draft else []


def discard(attachment: Attachment) -> None:
    """Drop what was uploaded and not sent yet. The caller has checked whose draft it is."""
    Attachment.objects.filter(pk=attachment.pk, need=None).delete()


def release(attachment: Attachment, *, actor: User) -> None:
    """Let everybody see a photo: ``actor`` has looked at it, and no face or plate tells who somebody is.

    Raises ``PermissionDenied`` without a mandate to work on its need.
    """
    with transaction.atomic():
        need = _worked_on(attachment, actor)
        unseen = Attachment.objects.filter(pk=attachment.pk, need=need, media_type=JPEG, released_at=None)
        if unseen.update(released_at=clock.now(), released_by=actor):
            _tell(PhotoReleased(need=need.pk, attachment=attachment.pk), need, actor)


def take_back(attachment: Attachment, *, actor: User) -> None:
    """Show a photo to the public no longer. Raises as :func:`release`."""
    with transaction.atomic():
        need = _worked_on(attachment, actor)
        seen = Attachment.objects.filter(pk=attachment.pk, need=need).exclude(released_at=None)
        if seen.update(released_at=None, released_by=None):
            _tell(PhotoTakenBack(need=need.pk, attachment=attachment.pk), need, actor)


def _worked_on(attachment: Attachment, actor: User) -> Need:
    need = Need.objects.select_for_update().get(attachments=attachment.pk)
    require(actor, Action.WORK, need)
    return need


def _tell(event: PhotoReleased | PhotoTakenBack, need: Need, actor: User) -> None:
    Need.objects.filter(pk=need.pk).update(changed_at=clock.now())
    publish(event, stream=need.pk, actor=actor)


def sweep() -> None:
    """Remove uploads that were never sent, and files that no row names (any more)."""
    old = Attachment.objects.filter(need=None, created_at__lt=clock.now() - DRAFT_KEPT)
    old.delete()
    for names in files.left_alone():
        named = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
        files.remove([name for name in names if name not in named])
