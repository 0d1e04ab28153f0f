"""Who is entitled and does not receive: which services reach out, what was found, what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import new_reference, uuid7
from lacarte.loop.needs.models import Message, Need
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Mandate, Person
from lacarte.registers.places.models import Region


class Reach(models.Model):
    """Whether a service reaches out to those who are entitled to it, how, and by what right."""

    class How(models.TextChoices):
        """``invite``: they are told. ``grant``: they get it without an application, and are told."""

        NO = "no", _("Nobody is looked for")
        INVITE = "invite", _("They are told")
        GRANT = "grant", _("They get it without applying")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service_type = models.OneToOneField(ServiceType, on_delete=models.CASCADE, related_name="reach")
    how = models.CharField(max_length=6, choices=How, default=How.NO)
    purpose = models.CharField(max_length=80)  # of people.consenting
    by_law = models.BooleanField(default=False)  # people are looked for whether they consent or not
    legal_basis = models.CharField(max_length=200, blank=True)
    period_days = models.PositiveSmallIntegerField(default=365)  # who had it within these days receives it
    since = models.DateField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.service_type}: {self.how}"


class TakeUpRun(models.Model):
    """One look at everybody who may be looked at; killed, it goes on where it stopped."""

    class State(models.TextChoices):
        """What is ``undoing`` was taken back, and not all of it is gone yet."""

        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    group = models.CharField(max_length=100, blank=True)  # of services that look at the same people: where it is
    position = models.UUIDField(null=True)  # the last person of the group that was looked at
    looks = models.PositiveIntegerField(default=0)  # at persons; at one of two groups twice
    left_out = models.JSONField(default=list)  # [{"person", "why", "fact"}], the first of them
    left_out_count = models.PositiveIntegerField(default=0)
    services_left_out = models.JSONField(default=dict)  # {number of a service type: why}

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="one_run_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} ({self.state})"


class Measure(models.Model):
    """How many of a region were known to be entitled to a service, and had it; and what came of the others."""

    run = models.ForeignKey(TakeUpRun, on_delete=models.CASCADE, related_name="measures")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")  # 0: not known
    entitled = models.PositiveIntegerField(default=0)
    receiving = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)
    granted = models.PositiveIntegerField(default=0)
    taken_up = models.PositiveIntegerField(default=0)  # of those found in this run, within a time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "service_type", "region"], name="measure_of_run_once")
        ]

    def __str__(self) -> str:
        return f"{self.service_type}, {self.region}: {self.receiving} of {self.entitled}"


class Notice(models.Model):
    """What somebody is written, once: that they may be entitled, or for whom they act; or that it was a mistake.

    Its words are made when it goes out, of what then still holds; where nothing does, it does not go out.
    """

    class Kind(models.TextChoices):
        """A ``correction`` takes an invitation back that has gone out."""

        INVITATION = "invitation", _("Invitation")
        CORRECTION = "correction", _("Correction")

    class State(models.TextChoices):
        """As of a message; ``withdrawn`` it never went out."""

        QUEUED = "queued", _("On its way")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Could not be sent")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.CASCADE, related_name="+")  # to its holder
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.INVITATION)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    medium = models.CharField(max_length=10, choices=Message.Medium)
    address = models.CharField(max_length=254)
    gateway = models.CharField(max_length=40, blank=True)
    services = models.JSONField(default=list)  # of a correction: numbers of service types
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["medium", "address", "-at"], name="notice_to_address")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class Finding(models.Model):
    """The program concludes that somebody is entitled to a service and does not have it.

    An inference about a person: they alone see it and can delete it. ``facts`` are the kinds that it rests on,
    ``mark`` a digest of what was known of them.
    """

    class State(models.TextChoices):
        """``found``: shown on their page. ``invited``: and told. ``granted``: ordered for them."""

        FOUND = "found", _("Found")
        INVITED = "invited", _("Told")
        GRANTED = "granted", _("Granted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=9, unique=True, default=new_reference)  # in what they are written
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="findings")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")  # 0: not known
    run = models.ForeignKey(TakeUpRun, null=True, on_delete=models.CASCADE, related_name="findings")
    purpose = models.CharField(max_length=80)
    by_law = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State, default=State.FOUND)
    facts = models.JSONField(default=list)
    rules = models.JSONField(default=dict)  # {code of a requirement: version}
    mark = models.CharField(max_length=64)
    found_at = models.DateTimeField(default=clock.now)
    taken_at = models.DateTimeField(null=True)  # they have it since
    notice = models.ForeignKey(Notice, null=True, on_delete=models.SET_NULL, related_name="findings")
    need = models.ForeignKey(Need, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "service_type"], name="finding_once")]
        indexes = [models.Index(fields=["purpose", "person"], name="finding_of_purpose")]

    def __str__(self) -> str:
        return self.reference


class NotSo(models.Model):
    """A conclusion that is not drawn again from the same facts, because somebody said that it is wrong."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=64)
    rules = models.CharField(max_length=64, blank=True)  # by an official: by these rules; empty: by any
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "service_type"], name="not_so_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.service_type}"
