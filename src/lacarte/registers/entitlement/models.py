"""Who is entitled to a service: requirements over facts, and what proves them (CPSV Requirement, CCCEV)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.registers.entitlement.answer_records import AnswerCount as AnswerCount
from lacarte.registers.entitlement.answer_records import Withheld as Withheld
from lacarte.registers.entitlement.objection_records import AnswerObjection as AnswerObjection
from lacarte.registers.menu.models import ServiceType


class EvidenceType(models.Model):
    """A kind of proof, such as a birth certificate; one document may prove several facts."""

    code = models.CharField(max_length=80, unique=True)
    name = MultilingualField()
    description = MultilingualField()  # where people get it

    def __str__(self) -> str:
        return in_language(self.name)


class Requirement(models.Model):
    """One condition of a service type: a fact about a person or household, compared with a value.

    All requirements of a service type must hold. What they leave open, a person decides.
    """

    class Comparison(models.TextChoices):
        """How the fact is compared; of numbers and days (ISO 8601) at-least and at-most include the value."""

        IS = "is", _("is")
        IS_NOT = "is-not", _("is not")
        AT_LEAST = "at-least", _("is at least")
        AT_MOST = "at-most", _("is at most")
        ONE_OF = "one-of", _("is one of")

    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="requirements")
    code = models.CharField(max_length=80)
    circumstance = models.CharField(max_length=60)  # the kind of fact
    comparison = models.CharField(max_length=8, choices=Comparison)
    value = models.JSONField()
    text = MultilingualField()  # the rule in plain words
    legal_basis = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=1)
    proofs = models.ManyToManyField(EvidenceType, blank=True, related_name="requirements")  # any one of them
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["service_type", "code"], name="requirement_code")]

    def __str__(self) -> str:
        return in_language(self.text) or self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Note when, so that what is remembered of requirements is read again."""
        self.changed_at = clock.now()
        super().save(*args, **kwargs)


class TableText(models.Model):
    """What officials write of a table; ``table_records`` puts it into plain data and back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=80)
    name = MultilingualField()
    legal_basis = models.CharField(max_length=200, blank=True)
    body = models.JSONField()  # engines.rules.Table
    labels = models.JSONField(default=list)  # of the inputs, then of the outputs: {language: text}
    cases = models.JSONField(default=list)  # engines.rules.Case

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return in_language(self.name) or self.code


class DecisionTable(TableText):
    """A city's own rules as a table, as they are from a day on; the same code of a later day takes its place."""

    since = models.DateField()
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["code", "-since"]
        constraints = [models.UniqueConstraint(fields=["code", "since"], name="table_of_a_day_once")]


class TableEdition(TableText):
    """A table as somebody kept it once; it stays as it is, so that it can be kept again."""

    since = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    kept_at = models.DateTimeField(default=clock.now)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-kept_at", "-id"]
        indexes = [models.Index(fields=["code", "-kept_at"], name="editions_of_a_table")]


class TableDraft(TableText):
    """A table on which an official works; nobody is judged by it until it is kept."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="table_drafts")
    since = models.DateField(null=True)
    based_on = models.UUIDField(null=True)  # the newest edition that its owner has seen
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["owner", "code"], name="draft_of_a_table_once")]
