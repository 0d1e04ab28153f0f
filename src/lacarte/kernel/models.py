"""Records of the kernel: users, officials' mandates, the event log, the job table and files half read in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock, tree
from lacarte.kernel.ids import uuid7


class User(AbstractUser):
    """Somebody who signs in: a resident or an official. Who they are in life is ``people.Person``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    language = models.CharField(max_length=20, default="en")

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()


class Role(models.TextChoices):
    """What an official does; ``permissions.ACTIONS`` says what each role may do."""

    CALL_TAKER = "call-taker", _("Call-taker")
    CASE_WORKER = "case-worker", _("Case worker")
    PLANNER = "planner", _("Planner")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class OfficialMandate(models.Model):
    """What an official may do: a role, for an interval of service types and of regions, until a day.

    Both trees are number intervals (``kernel.tree``), so a mandate is a rectangle and a permission check
    is four comparisons inside the query itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    holder = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mandates")
    role = models.CharField(max_length=20, choices=Role)
    service_first = models.BigIntegerField(default=tree.ROOT.first)
    service_last = models.BigIntegerField(default=tree.ROOT.last)
    region_first = models.BigIntegerField(default=tree.ROOT.first)
    region_last = models.BigIntegerField(default=tree.ROOT.last)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    legal_basis = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["holder", "role", "until"], name="mandate_holder")]

    def __str__(self) -> str:
        return f"{self.holder}: {self.get_role_display()}"


class Event(models.Model):
    """What happened, once and for all: rows are only added (a trigger in the database refuses the rest).

    Payloads hold identifiers and plain facts, never personal data, so that nothing here must be erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80, db_index=True)
    stream = models.UUIDField(db_index=True)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


class Job(models.Model):
    """One piece of background work, written in the transaction of the business change that asks for it."""

    class State(models.TextChoices):
        """A job that failed too often is ``stuck`` and waits for a person."""

        READY = "ready"
        DONE = "done"
        STUCK = "stuck"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=160)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 (null: no key, many such rows)
    run_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "run_at"], name="job_due")]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class SavedList(models.Model):
    """A filtered list of the desk that an official keeps by a name, for themselves or for everybody there.

    It holds what is asked for and no record: whoever opens it sees what their own mandate covers.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_lists")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=400)  # of its address: list=late&area=…
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_list_of_owner")]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """Somebody has the page of something open (``kernel.presence``)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    stream = models.UUIDField()  # of a need, as in the event log
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "user"], name="presence_of_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.at:%H:%M:%S}"


class ApiKey(models.Model):
    """A key with which another program speaks to us. Only its hash is kept: it is shown once, when it is made."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120, unique=True)  # who has it
    key_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of the key, hexadecimal
    #: For whom the program acts, with what they may; nobody: it sends and reads what anybody may.
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class UnfinishedImport(models.Model):
    """A file that is being read in, and how far: written with what each part of it brought, gone when it ends."""

    fingerprint = models.CharField(max_length=64, primary_key=True)  # SHA-256 of the file and how it is read
    lines = models.PositiveBigIntegerField(default=0)  # of the file, read and kept
    so_far = models.JSONField(default=dict)  # what the import has to remember
    began_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.fingerprint[:8]}: {self.lines} lines"
