"""What was sent along: photos and documents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.loop.needs.models.messages import Message
from lacarte.loop.needs.models.need import Need


class Attachment(models.Model):
    """A photo or document that came with a need, or a photo of the work: stored once, as we encoded it anew."""

    class Shows(models.TextChoices):
        """Of a photo that whoever did the work took; empty: it came from the resident."""

        BEFORE = "before", _("Before the work")
        AFTER = "after", _("After the work")

    class Kind(models.TextChoices):
        """What decides how long it is kept. A ``proof`` was asked for by a service."""

        PHOTO = "photo", _("Photo")
        DOCUMENT = "document", _("Document")
        PROOF = "proof", _("Proof")

    class State(models.TextChoices):
        """Only what is ``kept`` can be opened. Of what is ``removed`` nothing is left but that it was there."""

        WAITING = "waiting", _("Being checked for viruses")
        KEPT = "kept", _("Can be opened")
        QUARANTINED = "quarantined", _("Locked away: harmful")
        REMOVED = "removed", _("Deleted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, null=True, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="attachments")
    draft = models.CharField(max_length=43, blank=True, db_index=True)  # whose question page it waits on
    shows = models.CharField(max_length=6, choices=Shows, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DOCUMENT)
    state = models.CharField(max_length=12, choices=State, default=State.KEPT)
    file = models.CharField(max_length=200)  # below MEDIA_ROOT; empty: removed
    as_sent = models.CharField(max_length=200, blank=True)  # likewise, until the scanner has looked at it
    harm = models.CharField(max_length=200, blank=True)  # what the scanner calls it
    removed_at = models.DateTimeField(null=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    width = models.PositiveIntegerField(null=True)  # pixels, of a photo
    height = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    likeness = models.BigIntegerField(null=True)  # perceptual hash of a photo
    released_at = models.DateTimeField(null=True)  # null: not shown to the public
    released_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(state="waiting"), name="attachment_waiting"),
            models.Index(fields=["kind", "state"], name="attachment_kind_state"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} bytes"


class LegalHold(models.Model):
    """Why the documents of a need are not deleted when their time is over."""

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="legal_hold")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.need}: {self.reason}"


class KeptDraft(models.Model):
    """What somebody has answered so far on the question pages; kept until it is sent, or for some days."""

    token = models.CharField(max_length=43, primary_key=True)  # known to the visitor's session alone
    said = models.JSONField(default=dict)
    began_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.changed_at:%Y-%m-%d %H:%M}"
