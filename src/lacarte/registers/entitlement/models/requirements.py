"""Who is entitled to a service: requirements over facts, and what proves them (CPSV Requirement, CCCEV)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.text import MultilingualField, in_language
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
