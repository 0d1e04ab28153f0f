"""Where: regions (a tree of number intervals), functional zones that cross it, and agreements."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock, tree
from lacarte.kernel.ids import uuid7
from lacarte.kernel.text import MultilingualField, in_language


class Region(models.Model):
    """An administrative division. Its number is its place in the tree: all below it are ``number..last``."""

    number = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    code = models.CharField(max_length=80, unique=True)
    name = MultilingualField()
    population = models.PositiveIntegerField(null=True)
    deprivation = models.FloatField(null=True)  # 0 (least) .. 1 (most), of census-like tables
    calendar = models.JSONField(default=dict)  # zone, weekdays, holidays; empty: the parent's

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return in_language(self.name)

    @property
    def interval(self) -> tree.Interval:
        """The numbers of this region and of all regions below it."""
        return tree.Interval(self.number, self.last)


class Boundary(models.Model):
    """Where a region is. Apart from it, because a boundary is large and seldom wanted with its region."""

    region = models.OneToOneField(Region, primary_key=True, on_delete=models.CASCADE, related_name="boundary")
    geometry = models.JSONField()  # GeoJSON polygons, WGS84
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.region)


class PlaceDeprivation(models.Model):
    """Where a region's deprivation comes from, and between what it lies for want of knowing."""

    region = models.OneToOneField(
        Region, primary_key=True, on_delete=models.CASCADE, related_name="deprivation_known"
    )
    low = models.FloatField()  # 0 .. 1, around Region.deprivation
    high = models.FloatField()
    source = models.CharField(max_length=300)
    of = models.DateField()  # the day that the table tells of
    columns = models.JSONField()  # {column: [weight, "low" or "high" is deprived]}
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.region}: {self.low:.2f} to {self.high:.2f}"


class Zone(models.Model):
    """A functional zone that crosses regions, such as a port or a river valley."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=80, unique=True)
    name = MultilingualField()
    boundary = models.JSONField()  # GeoJSON geometry, WGS84

    def __str__(self) -> str:
        return in_language(self.name)


class NamedPlace(models.Model):
    """A street, an estate or a landmark that people name when they say where (an entry of the gazetteer).

    A long street is also entered in parts, by house numbers. The name of a crossing is “Oak St & Elm Ave”.
    """

    class Kind(models.TextChoices):
        """What bears the name."""

        STREET = "street", _("Street")
        CROSSING = "crossing", _("Crossing")
        ESTATE = "estate", _("Housing estate")
        LANDMARK = "landmark", _("Landmark")
        AREA = "area", _("Area")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = MultilingualField()
    other_names = models.JSONField(default=list)  # short forms, old names, usual misspellings
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="named_places")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    first_number = models.PositiveIntegerField(null=True)  # of a part of a street: its house numbers
    last_number = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=60, blank=True)
    changed_at = models.DateTimeField(default=clock.now, db_index=True)  # the index in memory is built anew

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_number=None, last_number=None)
                | models.Q(last_number__gte=models.F("first_number")),
                name="named_place_numbers",
            )
        ]

    def __str__(self) -> str:
        name = in_language(self.name)
        return name if self.first_number is None else f"{name} {self.first_number}–{self.last_number}"


class GazetteerVersion(models.Model):
    """One row, of one drawn number that is another after any change of a name: the database itself draws it.

    Whoever changes a region or a named place, in whichever way, waits for others who do until they are done.
    """

    number = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.number)


class Agreement(models.Model):
    """What one region lets the people of another use: an interval of service types, until a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    supplier = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="agreements_given")
    beneficiary = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="agreements_received")
    service_first = models.BigIntegerField(default=tree.ROOT.first)
    service_last = models.BigIntegerField(default=tree.ROOT.last)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.supplier} → {self.beneficiary}"
