"""A need: what a person, a household or a place requires, whatever the channel it came by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import new_reference, uuid7
from lacarte.kernel.models import User
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.registers.people.models import Household, Person
from lacarte.registers.places.models import Region


class Channel(models.TextChoices):
    """How a need reached the city."""

    WEB = "web", _("Web")
    PHONE = "phone", _("Phone")
    OPEN311 = "open311", _("Open311")
    MESSAGE = "message", _("Message")
    SENSOR = "sensor", _("Sensor")
    IMPORT = "import", _("Import")


class Need(models.Model):
    """One need (Open311 service request, FHIR ServiceRequest)."""

    class State(models.TextChoices):
        """``open``: waits for an offer. ``ordered``: an order is under way. ``met``, ``withdrawn``: closed."""

        OPEN = "open", _("Waiting for an offer")
        ORDERED = "ordered", _("Being dealt with")
        MET = "met", _("Done")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    secret = models.CharField(max_length=43, blank=True, db_index=True)  # opens the need's page without an account
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    channel = models.CharField(max_length=10, choices=Channel)
    subject = models.CharField(max_length=10, choices=Subject)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="needs")
    household = models.ForeignKey(Household, null=True, on_delete=models.SET_NULL, related_name="needs")
    registered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="needs")
    type_certainty = models.FloatField(default=1.0)  # 1: chosen by a person
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="needs")
    text = models.TextField(blank=True)
    language = models.CharField(max_length=20, default="und")
    address = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    priority_class = models.PositiveSmallIntegerField(null=True)
    need_index = models.FloatField(null=True)
    external_id = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001 (null: no other system)
    received_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["state", "-received_at"], name="need_queue"),
            models.Index(fields=["region", "service_type", "state"], name="need_place_type"),
        ]

    def __str__(self) -> str:
        return self.reference
