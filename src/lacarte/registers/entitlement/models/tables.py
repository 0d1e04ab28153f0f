"""Records of decision tables: those that count, each as it was kept once, and what officials work on."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.text import MultilingualField, in_language


class TableText(models.Model):
    """What officials write of a table; ``entitlement.tables.records`` puts it into plain data and back."""

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
