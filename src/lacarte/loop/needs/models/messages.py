"""The conversation of a need."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.loop.needs.models.cases import Follower
from lacarte.loop.needs.models.need import Need
from lacarte.registers.menu.models import ServiceType


class Message(models.Model):
    """Something said about a need, by the resident or to them (FHIR Communication)."""

    class State(models.TextChoices):
        """Of a message to the resident: ``queued``, then ``sent`` or ``failed``. One from them is ``received``."""

        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("On its way")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Could not be sent")

    class Medium(models.TextChoices):
        """How it was said."""

        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        CHAT = "chat", _("Chat")
        PAGE = "page", _("Page of the need")
        PHONE = "phone", _("Phone")
        LETTER = "letter", _("Letter")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="messages")
    follower = models.ForeignKey(
        Follower, null=True, on_delete=models.CASCADE, related_name="told"
    )  # to them, and to nobody else
    incoming = models.BooleanField()
    medium = models.CharField(max_length=10, choices=Medium)
    address = models.CharField(max_length=254, blank=True)  # whom it is from or to, on that medium
    gateway = models.CharField(max_length=40, blank=True)  # by which of the gateways, of an SMS or a chat
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State)
    external_id = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 (null: no other system)
    refused = models.JSONField(default=list)  # sentences: what was sent along and not taken, and why
    at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(null=True)  # of one that waits for the morning; null: it does not wait
    handled_at = models.DateTimeField(null=True)  # of one from the resident: an official has seen to it

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["need", "at"], name="message_of_need"),
            models.Index(fields=["medium", "address", "-at"], name="message_address"),
            models.Index(
                fields=["need"], condition=models.Q(incoming=True, handled_at=None), name="message_unhandled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need}: {self.medium}"


class Mailbox(models.Model):
    """How far a mailbox has been read (IMAP, RFC 9051, section 2.3.1.1)."""

    address = models.CharField(max_length=254, primary_key=True)
    uid_validity = models.BigIntegerField()  # another one: the server has numbered its messages anew
    last_uid = models.BigIntegerField()
    again = models.JSONField(default=dict)  # {number of a message that could not be taken in: times it was tried}

    def __str__(self) -> str:
        return self.address


class ReadyAnswer(models.Model):
    """What officials often write to residents, with gaps that are filled for each need."""

    code = models.SlugField(max_length=60, primary_key=True)
    name = MultilingualField()  # for officials
    text = MultilingualField()
    service_type = models.ForeignKey(
        ServiceType, null=True, blank=True, on_delete=models.CASCADE, related_name="ready_answers"
    )  # for needs of it and of what lies below it; null: for all
    active = models.BooleanField(default=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.name)
