"""What can be ordered: service types, the offers of providers, and capacity that changes by holds only."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock, tree
from lacarte.kernel.ids import uuid7
from lacarte.kernel.money import Money
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider


class PriorityClass(models.IntegerChoices):
    """Strict classes: nobody of a later class is served in the place of somebody of an earlier one."""

    NOW = 0, _("Life or safety, now")
    DAYS = 1, _("Within days")
    SOON = 2, _("Soon")
    WHEN_POSSIBLE = 3, _("When possible")


class Subject(models.TextChoices):
    """Who or what has the need."""

    PERSON = "person", _("Person")
    HOUSEHOLD = "household", _("Household")
    PLACE = "place", _("Place")


class ServiceType(models.Model):
    """What can be ordered at all (CPSV PublicService), in a tree: the root, life areas, service types.

    Like regions, a service type's number is its place in the tree. Number 0, the root, is the type of a
    need that nobody has understood yet.
    """

    number = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    code = models.CharField(max_length=120, unique=True)
    name = MultilingualField()
    description = MultilingualField()
    keywords = MultilingualField()
    orderable = models.BooleanField(default=True)  # a life area is not
    subject = models.CharField(max_length=10, choices=Subject, default=Subject.PERSON)
    urgency = models.PositiveSmallIntegerField(choices=PriorityClass, default=PriorityClass.SOON)
    contact_days = models.PositiveSmallIntegerField(default=2)  # working days
    resolution_days = models.PositiveSmallIntegerField(default=10)  # working days
    legal_basis = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return in_language(self.name)

    @property
    def interval(self) -> tree.Interval:
        """The numbers of this type and of all below it."""
        return tree.Interval(self.number, self.last)


class Attribute(models.Model):
    """A follow-up question of a service type (Open311 service attribute); answers are kept with the need."""

    class DataType(models.TextChoices):
        """The six types of GeoReport v2."""

        STRING = "string", _("A line of text")
        NUMBER = "number", _("A number")
        DATETIME = "datetime", _("A date and time")
        TEXT = "text", _("Several lines of text")
        ONE_OF = "singlevaluelist", _("One of a list")
        SOME_OF = "multivaluelist", _("Any of a list")

    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="attributes")
    code = models.CharField(max_length=80)
    datatype = models.CharField(max_length=16, choices=DataType)
    question = MultilingualField()  # GeoReport ``description``
    hint = MultilingualField()  # GeoReport ``datatype_description``
    required = models.BooleanField(default=False)
    variable = models.BooleanField(default=True)  # false: the question is only a notice and takes no answer
    order = models.PositiveSmallIntegerField(default=1)
    values = models.JSONField(default=list)  # of lists: [{"key": "…", "name": {language: text}}, …]

    class Meta:
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["service_type", "code"], name="attribute_code")]

    def __str__(self) -> str:
        return in_language(self.question)


class Offer(models.Model):
    """A provider's version of a service type: its price and conditions (HSDS service)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=120, unique=True)
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="offers")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="offers")
    name = MultilingualField()
    conditions = MultilingualField()
    languages = models.JSONField(default=list)  # BCP 47 tags
    price_minor = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    paused = models.BooleanField(default=False)

    def __str__(self) -> str:
        return in_language(self.name)

    @property
    def price(self) -> Money:
        """What it costs the person."""
        return Money(self.currency, self.price_minor)


class OfferAtPlace(models.Model):
    """An offer where people can have it (HSDS service_at_location), with how far it reaches."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="places")
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    address = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    reach_metres = models.PositiveIntegerField(null=True)  # null: the whole of its region's city
    step_free = models.BooleanField(null=True)
    hours = models.JSONField(default=dict)  # {"1": [["09:00", "17:00"]], …}, Monday = 1

    def __str__(self) -> str:
        return f"{self.offer} – {self.region}"


class CapacityLot(models.Model):
    """Units that an offer at a place can serve in a time bucket; free = units less living holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.CASCADE, related_name="lots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    units = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["offer_at_place", "starts_at"], name="lot_of_offer")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="lot_ends_after_start"
            ),
            models.UniqueConstraint(fields=["offer_at_place", "starts_at"], name="lot_bucket"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.starts_at:%Y-%m-%d}"


class Hold(models.Model):
    """A reservation of one lot: held until it expires, confirmed, or released."""

    class State(models.TextChoices):
        """``held`` counts until ``expires_at``; ``confirmed`` counts; the others do not."""

        HELD = "held", _("Held")
        CONFIRMED = "confirmed", _("Confirmed")
        RELEASED = "released", _("Released")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lot = models.ForeignKey(CapacityLot, on_delete=models.CASCADE, related_name="holds")
    units = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["lot", "state"], name="hold_of_lot")]
        constraints = [models.CheckConstraint(condition=models.Q(units__gte=1), name="hold_of_something")]

    def __str__(self) -> str:
        return f"{self.units} {self.state}"
