"""Several services ordered at once: what was asked for together, its parts, and what proves it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import new_reference, uuid7
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Attachment, Need
from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.menu.models import Hold, LifeEvent, OfferAtPlace, ServiceType
from lacarte.registers.people.models import Household, Mandate, Person


class BundleOrder(models.Model):
    """What one person ordered in one conversation, of a life event or picked from the menu."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=new_reference)
    secret = models.CharField(max_length=43, db_index=True)  # of its private page, for who has no account
    life_event = models.ForeignKey(LifeEvent, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="bundles")
    household = models.ForeignKey(Household, null=True, on_delete=models.SET_NULL, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.SET_NULL, related_name="+")  # acted for them
    registered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=20, default="en")
    facts = models.JSONField(default=dict)  # what was said, each once: {kind of circumstance: value}
    #: Sent twice with it, it is one order.
    sent_with = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001 (several without)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.reference


class BundlePart(models.Model):
    """One service of a bundle: it waits for others, or is a need of its own, or was left out."""

    class State(models.TextChoices):
        """How far it has come; what is sent stands where its need stands."""

        WAITING = "waiting", _("Waits for another part")
        SENT = "sent", _("Sent")
        LEFT_OUT = "left-out", _("Left out")
        FAILED = "failed", _("Could not be sent")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bundle = models.ForeignKey(BundleOrder, on_delete=models.CASCADE, related_name="parts")
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why = models.CharField(max_length=40, blank=True)  # of what failed: a code
    answers = models.JSONField(default=dict)  # to the questions of this service alone
    note = models.TextField(blank=True)  # for who provides it, in the words of whoever orders
    offer_at_place = models.ForeignKey(OfferAtPlace, null=True, on_delete=models.SET_NULL, related_name="+")
    hold = models.ForeignKey(Hold, null=True, on_delete=models.SET_NULL, related_name="+")
    need = models.OneToOneField(Need, null=True, on_delete=models.SET_NULL, related_name="bundle_part")
    after = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="before")

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["bundle", "service_type"], name="bundle_part_once")]

    def __str__(self) -> str:
        return f"{self.service_type} ({self.state})"


class EvidenceGiven(models.Model):
    """A document that proves something, given once for all parts of a bundle."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bundle = models.ForeignKey(BundleOrder, on_delete=models.CASCADE, related_name="evidence")
    evidence_type = models.ForeignKey(EvidenceType, on_delete=models.PROTECT, related_name="+")
    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="+")
    given_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.evidence_type)
