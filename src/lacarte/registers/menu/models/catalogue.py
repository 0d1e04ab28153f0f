"""What can be ordered at all: service types, their questions, and the life events that call for them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock, tree
from lacarte.kernel.text import MultilingualField, in_language


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
    #: What a catalogue says and no column keeps, by the name of its standard; given back as it came.
    carried = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(default=clock.now, db_index=True)

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
    circumstance = models.CharField(max_length=60, blank=True)  # the fact it asks for; each is asked once

    class Meta:
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["service_type", "code"], name="attribute_code")]

    def __str__(self) -> str:
        return in_language(self.question)


class LifeEvent(models.Model):
    """Something that happens to people or firms and calls for several services (CPSV LifeEvent, BusinessEvent)."""

    code = models.CharField(max_length=120, unique=True)
    name = MultilingualField()
    description = MultilingualField()
    keywords = MultilingualField()
    business = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=100)  # among those that are shown
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return in_language(self.name)


class BundleItem(models.Model):
    """A service that a life event calls for; all of an event's, in their order, are its bundle."""

    life_event = models.ForeignKey(LifeEvent, on_delete=models.CASCADE, related_name="items")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField(default=1)
    why = MultilingualField()
    suggested = models.BooleanField(default=True)  # chosen until somebody leaves it out
    after = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="before")  # no cycles

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["life_event", "service_type"], name="bundle_item_once")]

    def __str__(self) -> str:
        return f"{self.life_event}: {self.service_type}"
