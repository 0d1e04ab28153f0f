"""A need, and what was understood of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.engines.geography import NOWHERE
from lacarte.kernel import clock
from lacarte.kernel.ids import new_reference, uuid7
from lacarte.kernel.models import User
from lacarte.registers.menu.models import PriorityClass, ServiceType, Subject
from lacarte.registers.people.models import Household, Mandate, Person
from lacarte.registers.places.models import Region


class Channel(models.TextChoices):
    """How a need reached the city."""

    WEB = "web", _("Web")
    PHONE = "phone", _("Phone")
    OPEN311 = "open311", _("Open311")
    MESSAGE = "message", _("Message")
    SENSOR = "sensor", _("Sensor")
    IMPORT = "import", _("Import")
    CITY = "city", _("Granted by the city")


class Need(models.Model):
    """One need (Open311 service request, FHIR ServiceRequest)."""

    class State(models.TextChoices):
        """``open``: waits for an offer. ``ordered``: an order is under way. ``met``, ``withdrawn``: closed.

        ``joined``: another need tells of the same thing; that one is worked on, this one is told how it goes.
        ``held``: a person reads it before anything else happens.
        """

        OPEN = "open", _("Waiting for an offer")
        JOINED = "joined", _("Joined to another report")
        HELD = "held", _("To be read by a person first")
        ORDERED = "ordered", _("Being dealt with")
        MET = "met", _("Done")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    secret = models.CharField(max_length=43, blank=True)  # opens the need's page without an account
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    channel = models.CharField(max_length=10, choices=Channel)
    subject = models.CharField(max_length=10, choices=Subject)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="needs")
    household = models.ForeignKey(
        Household, null=True, on_delete=models.SET_NULL, db_index=False, related_name="needs"
    )
    registered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    mandate = models.ForeignKey(
        Mandate, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )  # told for them
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="needs")
    type_certainty = models.FloatField(default=1.0)  # 1: chosen by a person
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="needs")
    text = models.TextField(blank=True)
    language = models.CharField(max_length=20, default="und")
    address = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    cell = models.BigIntegerField(default=NOWHERE)  # engines.geography.cells, to find what is near
    answers = models.JSONField(default=dict)  # {code of an attribute: text, or list of keys}
    since = models.DateField(null=True)  # since when, as the resident says
    times = models.CharField(max_length=200, blank=True)  # at what times, in the resident's words
    origin = models.JSONField(default=dict)  # what the program that sent it says of itself
    urgency = models.PositiveSmallIntegerField(
        null=True, choices=PriorityClass
    )  # what was said makes it this urgent
    lead = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="joined")
    priority_class = models.PositiveSmallIntegerField(null=True)
    need_index = models.FloatField(null=True)
    rank = models.FloatField(default=0.0)  # place in the desk's lists, by class and index; 0 until it is weighed
    external_id = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001 (null: no other system)
    received_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)  # what the public may see of it

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            # Most needs have none of these. With the empty ones in an index, SQLite's ANALYZE finds it useless.
            *(
                models.Index(fields=[name], condition=models.Q((f"{name}__isnull", False)), name=f"need_{name}")
                for name in ("household", "registered_by", "mandate", "lead")
            ),
            models.Index(fields=["secret"], name="need_secret"),
            models.Index(
                # All that is read of a need to compare it, so that the need itself stays unread.
                fields=[
                    *("cell", "-received_at", "state", "subject", "service_type"),
                    *("longitude", "latitude", "lead", "region", "id"),
                ],
                name="need_near",
            ),
            models.Index(fields=["state", "-received_at"], name="need_queue"),
            models.Index(fields=["region", "service_type", "state"], name="need_place_type"),
            models.Index(fields=["subject", "-received_at"], name="need_newest"),
            models.Index(fields=["subject", "-changed_at"], name="need_changed"),
            models.Index(fields=["service_type", "-received_at"], name="need_newest_of_type"),
            models.Index(fields=["region", "service_type", "-received_at"], name="need_newest_of_place"),
            models.Index(
                fields=["region", "service_type", "-received_at"],
                condition=models.Q(longitude=None),
                name="need_unplaced",
            ),
            # The desk's lists (pages.desk.queue), and all that decides who sees a need, so that it stays unread.
            models.Index(
                fields=["state", "rank", "received_at", "id", "region", "service_type"],
                condition=models.Q(closed_at=None),
                name="need_pressing",
            ),
            models.Index(
                fields=["state", "region", "service_type", "rank", "received_at", "id"],
                condition=models.Q(closed_at=None),
                name="need_pressing_of_place",
            ),
            models.Index(fields=["received_at", "id", "region", "service_type"], name="need_newest_of_all"),
        ]

    def __str__(self) -> str:
        return self.reference


class Understanding(models.Model):
    """What the program made of a need's words, kept as it was then, whatever a person chose later."""

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="understanding")
    language = models.CharField(max_length=20)
    language_certainty = models.FloatField(default=0.0)
    types = models.JSONField(default=list)  # [{"code", "probability", "words": [...]}], likeliest first
    model = models.CharField(max_length=64, blank=True)  # fingerprint of the model that said so
    places = models.JSONField(default=list)  # [{"code", "name", "certainty"}], likeliest first
    personal = models.JSONField(default=list)  # [[start, end, kind]] in the need's text: hidden in public
    rules = models.JSONField(default=list)  # codes of the urgency rules that spoke
    held = models.CharField(max_length=20, blank=True)  # why a person reads it first (needs.abuse)
    alike = models.JSONField(default=list)  # [{"need", "probability", "reasons": [...]}], likeliest first

    class Meta:
        indexes = [models.Index(fields=["need"], condition=~models.Q(held=""), name="understanding_held")]

    def __str__(self) -> str:
        return f"{self.need}: {self.language}"
