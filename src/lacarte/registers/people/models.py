"""Who: persons, the households they live in, dated facts about them, and who may act for whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.registers.places.models import Region


class Household(models.Model):
    """People who live together at one point."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    address = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Person(models.Model):
    """A resident. Identifying fields are read through ``people.queries``, which logs the read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="person"
    )
    household = models.ForeignKey(Household, null=True, on_delete=models.SET_NULL, related_name="members")
    name = models.CharField(max_length=200, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    language = models.CharField(max_length=20, default="en")
    email = models.EmailField(blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True, db_index=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.id)


class Circumstance(models.Model):
    """A dated fact about a person or a household, with where it comes from (CCCEV evidence)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="circumstances")
    household = models.ForeignKey(Household, null=True, on_delete=models.CASCADE, related_name="circumstances")
    kind = models.CharField(max_length=60)
    value = models.JSONField()
    since = models.DateField()
    until = models.DateField(null=True)
    source = models.CharField(max_length=60, default="said")

    class Meta:
        indexes = [models.Index(fields=["kind", "person"], name="circumstance_kind")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) ^ models.Q(household__isnull=False),
                name="circumstance_of_person_or_household",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class Mandate(models.Model):
    """One person may act for another (guardian, helper, family), until a day or until withdrawn.

    One that an official has entered says what proves it; whom it concerns may object.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    holder = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mandates_held")
    principal = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mandates_given")
    kind = models.CharField(max_length=40)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    evidence = models.CharField(max_length=300, blank=True)
    objection = models.TextField(blank=True)
    objected_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["objected_at"], condition=models.Q(answered_at=None), name="mandate_objection_waits"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(holder=models.F("principal")), name="mandate_for_another")
        ]

    def __str__(self) -> str:
        return f"{self.holder} for {self.principal}"


class Consent(models.Model):
    """What a person's data may be used for, and until when; withdrawing is as easy as giving.

    One that was given under a mandate holds no longer than the mandate.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=80)
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.CASCADE, related_name="+")  # given for them
    given_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "purpose"], condition=models.Q(withdrawn_at=None), name="consent_that_holds"
            )
        ]

    def __str__(self) -> str:
        return self.purpose


class PersonalRead(models.Model):
    """Somebody read identifying fields of a person; the person sees this list on their own page."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reads")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    fields = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="read_of_person")]

    def __str__(self) -> str:
        return f"{self.fields}: {self.purpose}"


class SaidPurpose(models.Model):
    """For what somebody reads who it is that a case is about, said once for the case, until the day is over."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.UUIDField()  # the need, as in the event log
    purpose = models.CharField(max_length=200)
    said_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "case", "person"], name="purpose_of_reader_in_case")
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.purpose}"
