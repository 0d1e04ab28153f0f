"""Records of what people say against an answer: whether a service is for them, or by which facts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Mandate, Person
from lacarte.registers.places.models import Region


class AnswerObjection(models.Model):
    """Somebody says that the answer whether a service is for them is wrong; an official decides by a day."""

    class State(models.TextChoices):
        """``upheld``: they are right; facts that were wrong are corrected."""

        OPEN = "open", _("Waiting for an answer")
        UPHELD = "upheld", _("Upheld")
        REJECTED = "rejected", _("Not upheld")

    class Notice(models.TextChoices):
        """How far whoever objected was told of the answer; empty as long as there is none."""

        QUEUED = "queued", _("They are being told of the answer.")
        SENT = "sent", _("They were told of the answer.")
        FAILED = "failed", _("The message about the answer could not be delivered. Please call them.")
        NO_WAY = "no-way", _("No message can go to them. Please call them if there is a number.")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    secret = models.CharField(max_length=43, unique=True)  # of the private link
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="objections")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="answer_objections")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.SET_NULL, related_name="+")  # by its holder
    contact = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=20, default="en")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    verdict = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)  # by which they were answered, {kind: value}; bounds as [low, high]
    told = models.JSONField(default=list)  # codes of the requirements that failed or were open
    reason = models.TextField()
    corrections = models.JSONField(default=dict)  # what is right instead, {kind: value}
    raised_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True)  # from then on officials are to be told; empty once they were
    escalated_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    notice = models.CharField(max_length=6, choices=Notice, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="open"), name="answer_objection_waits")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "service_type"],
                condition=models.Q(state="open", person__isnull=False),
                name="one_open_objection_an_answer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_type}: {self.state}"
