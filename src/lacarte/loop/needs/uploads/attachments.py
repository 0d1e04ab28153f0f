"""Photos and documents that come with a need: encoded anew, stored once under their own hash.

Where there is a scanner, what was sent waits beside it until that has looked (``scanning``). A file is there
before its row and goes after it, so there is never a row without its file. What a killed process leaves behind is
a file without a row, which the sweep removes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines.documents import Fault as PdfFault
from lacarte.engines.documents import PdfRefusedError
from lacarte.engines.images import Fault, PhotoRefusedError, reencode
from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.needs.events import PhotoReleased, PhotoTakenBack
from lacarte.loop.needs.models import Attachment, Message, Need
from lacarte.loop.needs.uploads import files
from lacarte.loop.needs.uploads.documents import DOCUMENTS, document
from lacarte.loop.needs.uploads.scanning import SCAN, scanner

JPEG = "image/jpeg"
#: What was uploaded and never sent is removed after this time, with the draft it waited on.
DRAFT_KEPT = timedelta(days=7)

_FAULTS: dict[Fault | PdfFault, str | Promise] = {
    Fault.UNKNOWN: gettext_lazy("“%(name)s” is neither a photo (JPEG, PNG, WebP) nor a PDF or plain text."),
    Fault.HEIF: gettext_lazy(
        "“%(name)s” is in the HEIC format, which we cannot read. Please send it as JPEG, or a screenshot of it."
    ),
    Fault.FILM: gettext_lazy("“%(name)s” is a film or a sound. Please send photos instead."),
    Fault.MOVES: gettext_lazy("“%(name)s” is a moving picture. Please send one that stands still."),
    Fault.TOO_LARGE: gettext_lazy("“%(name)s” has too many pixels. Please send it smaller."),
    PdfFault.LOCKED: gettext_lazy(
        "“%(name)s” is locked with a password. Please send it without one, or photos of its pages."
    ),
    PdfFault.TOO_LONG: gettext_lazy("“%(name)s” has too many pages: at most 60, please."),
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
    shows: str = "",
) -> Attachment:
    """Keep an upload for ``draft``, or with ``need`` and ``message`` at once; the same one twice is one.

    ``shows`` (``Attachment.Shows``) is for photos of the work; they do not tell whether two needs are one.

    A photo is encoded anew; a PDF or a plain text is kept to be downloaded, never shown inside a page.
    ``name`` is what the sender calls it, for the sentence only. Raises :class:`AttachmentRefusedError`.
    """
    data = _read(upload, name)
    encoded, key = _encode(data, shown_name(name)), uuid7()
    digest, file = files.keep(encoded.data, encoded.ending)
    with transaction.atomic():
        same = Attachment.objects.filter(sha256=digest, draft=draft, need=need, message=message, shows=shows)
        if (draft or need) and (known := same.first()):
            return known
        if draft and Attachment.objects.filter(draft=draft, need=None).count() >= most():
            raise AttachmentRefusedError(_("At most %(n)d files can be sent along.") % {"n": most()})
        as_sent = files.keep_as_sent(data, key) if scanner() is not None else ""
        if as_sent:
            jobs.enqueue(SCAN, {"attachment": str(key)})
        return Attachment.objects.create(
            id=key,
            kind=Attachment.Kind.PHOTO if encoded.media_type == JPEG else Attachment.Kind.DOCUMENT,
            state=Attachment.State.WAITING if as_sent else Attachment.State.KEPT,
            as_sent=as_sent,
            need=need,
            message=message,
            draft=draft,
            shows=shows,
            file=file,
            media_type=encoded.media_type,
            size=len(encoded.data),
            width=encoded.width,
            height=encoded.height,
            sha256=digest,
            likeness=None if shows else encoded.likeness,
        )


def photos_of_work(need: Need) -> list[Attachment]:
    """What whoever did the work shows of it, as far as an official has looked at it: before first, then after."""
    released = need.attachments.exclude(shows="").exclude(released_at=None).order_by("created_at", "id")
    return sorted(released, key=lambda photo: photo.shows, reverse=True)


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
    try:
        if (found := document(data)) is not None:
            return _Encoded(found.data, found.media_type, DOCUMENTS[found.media_type])
        photo = reencode(data)
    except (PdfRefusedError, PhotoRefusedError) as error:
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
        unseen = unseen.filter(state=Attachment.State.KEPT)
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
        files.remove(unnamed(names))


def unnamed(names: Collection[str]) -> list[str]:
    """Those of the files that no row names."""
    rows = Attachment.objects.filter(Q(file__in=names) | Q(as_sent__in=names)).values_list("file", "as_sent")
    named = {name for row in rows for name in row}
    return [name for name in names if name not in named]
