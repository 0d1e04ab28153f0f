"""Who supplies: government, market and social providers, and the resources they may lend."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.ids import uuid7
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.registers.places.models import Region


class SubjectKind(models.TextChoices):
    """The three kinds of bodies that supply."""

    GOVERNMENT = "government", _("Government")
    MARKET = "market", _("Business")
    SOCIAL = "social", _("Charity or community")


class Provider(models.Model):
    """An organisation that supplies (HSDS organization, CPSV PublicOrganisation)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=120, unique=True)
    name = MultilingualField()
    kind = models.CharField(max_length=12, choices=SubjectKind)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    website = models.CharField(max_length=300, blank=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="providers")

    def __str__(self) -> str:
        return in_language(self.name)


class Resource(models.Model):
    """Staff, equipment, premises or funds that a provider may lend (HSDS unit)."""

    class Kind(models.TextChoices):
        """What it is."""

        STAFF = "staff", _("Staff")
        EQUIPMENT = "equipment", _("Equipment")
        PREMISES = "premises", _("Premises")
        FUNDS = "funds", _("Funds")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="resources")
    kind = models.CharField(max_length=10, choices=Kind)
    name = MultilingualField()
    quantity = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{in_language(self.name)} × {self.quantity}"
