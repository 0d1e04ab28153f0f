"""What providers offer, where, and how it was before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.money import Price
from lacarte.kernel.text import MultilingualField, in_language
from lacarte.registers.menu.models.catalogue import ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider


class Offer(models.Model):
    """A provider's version of a service type: its price and conditions (HSDS service)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=120, unique=True)
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="offers")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="offers")
    name = MultilingualField()
    description = MultilingualField()
    conditions = MultilingualField()
    website = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    languages = models.JSONField(default=list)  # BCP 47 tags
    price_minor = models.PositiveIntegerField(null=True)  # null: not known; 0: free
    currency = models.CharField(max_length=3, default="CNY")
    price_note = MultilingualField()  # such as “each visit”, or what is known of a price that is not
    since = models.DateField(null=True)  # offered from this day on
    until = models.DateField(null=True)  # and to this day
    paused = models.BooleanField(default=False)
    #: What a directory says and no column keeps, by the name of its standard; given back as it came.
    carried = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return in_language(self.name)

    @property
    def price(self) -> Price:
        """What it costs the person, as far as it is known."""
        return Price(self.currency, self.price_minor)


class OfferAtPlace(models.Model):
    """An offer where people can have it (HSDS service_at_location), with how far it reaches."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="places")
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    address = MultilingualField()
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    reach_metres = models.PositiveIntegerField(null=True)  # null: the whole of its region's city
    step_free = models.BooleanField(null=True)
    hours = models.JSONField(default=dict)  # {"1": [["09:00", "17:00"]], …}, Monday = 1
    phone = models.CharField(max_length=40, blank=True)
    serves = models.ManyToManyField(Region, blank=True, related_name="+")  # for whom; empty: by reach alone
    carried = models.JSONField(default=dict, blank=True)  # as of an offer
    changed_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.offer} – {self.region}"

    @property
    def where(self) -> str:
        """Its address in the reader's language, or else its region."""
        return in_language(self.address) or str(self.region)


class MenuChange(models.Model):
    """How a record of the menu was from a moment on: all its fields, so that any day can be shown again."""

    class Record(models.TextChoices):
        """What changed."""

        PROVIDER = "provider", _("Provider")
        SERVICE_TYPE = "service-type", _("Service")
        OFFER = "offer", _("Offer")
        OFFER_AT_PLACE = "offer-at-place", _("Place")
        CAPACITY_RULE = "capacity-rule", _("Times")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    record = models.CharField(max_length=16, choices=Record)
    key = models.CharField(max_length=36)  # of the record; it may be gone
    provider = models.ForeignKey(Provider, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    values = models.JSONField()  # {field: value}; empty: it was removed

    class Meta:
        indexes = [models.Index(fields=["record", "key", "at"], name="menu_change_of_record")]

    def __str__(self) -> str:
        return f"{self.record} {self.key}"
