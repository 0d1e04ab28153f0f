"""Whose work a case is: the official who has it, and what is handed on when a shift ends."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need


class Assignment(models.Model):
    """An official works on a case; ``until`` is empty while they do. A case that ends stays theirs."""

    class Ended(models.TextChoices):
        """Why somebody works on it no longer."""

        GIVEN_BACK = "given-back", _("Given back")
        GIVEN = "given", _("Given to somebody else")
        LEFT = "left", _("The account may not work on it any more")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="assignments")
    official = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    since = models.DateTimeField(default=clock.now)
    given_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")  # null: taken
    until = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, blank=True, choices=Ended)

    class Meta:
        ordering = ["since", "id"]
        indexes = [
            models.Index(
                fields=["official", "need"], condition=models.Q(until=None), name="assignment_of_official"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["need"], condition=models.Q(until=None), name="one_works_on_a_case")
        ]

    def __str__(self) -> str:
        return f"{self.need}: {self.official}"


class ShiftHandover(models.Model):
    """What somebody writes at the end of a shift for whoever goes on; never rewritten."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    writer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    taker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()  # what happened from then until it was written is told with it
    written_at = models.DateTimeField(default=clock.now)
    words = models.TextField(blank=True)  # of the whole shift; residents never see it
    read_at = models.DateTimeField(null=True)  # when the taker first opened it
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-written_at", "-id"]
        indexes = [
            models.Index(fields=["taker", "-written_at"], name="shift_of_taker"),
            models.Index(fields=["writer", "-written_at"], name="shift_of_writer"),
        ]

    def __str__(self) -> str:
        return f"{self.writer} → {self.taker}"


class ShiftCase(models.Model):
    """One case of a hand-over, as it stood; until it is accepted it is the writer's."""

    class State(models.TextChoices):
        """``gone``: it was not the writer's any more when it was to be accepted."""

        OPEN = "open", _("Not answered yet")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Not accepted")
        GONE = "gone", _("With somebody else")

    handover = models.ForeignKey(ShiftHandover, on_delete=models.CASCADE, related_name="cases")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    light = models.CharField(max_length=8, blank=True)  # delivery.lights; empty: it had no order
    words = models.TextField(blank=True)  # what must be known; residents never see it
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "need"], name="case_of_shift_once")]

    def __str__(self) -> str:
        return f"{self.need}: {self.state}"
