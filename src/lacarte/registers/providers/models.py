"""Who supplies: government, market and social providers, and the resources they may lend."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.money import Money
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
    description = MultilingualField()
    website = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    #: What a directory says and no column keeps, by the name of its standard; given back as it came.
    carried = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(default=clock.now, db_index=True)
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
    quantity = models.PositiveIntegerField()  # of funds: whole units of the currency
    currency = models.CharField(max_length=3, default="CNY")  # of funds
    paused = models.BooleanField(default=False)  # nothing more of it is lent; what is lent stands
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.lent(self.quantity)

    def lent(self, units: int) -> str:
        """So many units of it as people read them: ``Van × 2``, ``Hardship fund: 500 CNY``."""
        pattern = _("%(name)s: %(units)s") if self.kind == self.Kind.FUNDS else _("%(name)s × %(units)s")
        return str(pattern) % {"name": in_language(self.name), "units": self.in_units(units)}

    def in_units(self, units: int) -> str:
        """So many units as people read them: of funds an amount, of all else a number."""
        if self.kind == self.Kind.FUNDS:
            return str(Money.of(self.currency, Decimal(units)))
        return number_format(units, force_grouping=True)


class ResourceHold(models.Model):
    """Units of a resource that are lent for a time, or spent: funds have no end.

    Free at a moment = quantity less the units of all living holds of that moment.
    """

    class State(models.TextChoices):
        """``held`` counts until ``expires_at``; ``confirmed`` counts; the other does not."""

        HELD = "held", _("Held")
        CONFIRMED = "confirmed", _("Confirmed")
        RELEASED = "released", _("Released")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="holds")
    units = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    expires_at = models.DateTimeField(null=True)
    holder = models.CharField(max_length=80, db_index=True)  # what has it, such as the key of an order
    created_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["resource", "state", "starts_at"], name="hold_of_resource")]
        constraints = [
            models.CheckConstraint(condition=models.Q(units__gte=1), name="resource_hold_of_something"),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="resource_hold_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.resource} {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nobody has the units any more: given back, or their time is over; spent funds stay spent."""
        past = self.ends_at is not None and self.ends_at <= clock.now()
        return past or self.state == self.State.RELEASED
