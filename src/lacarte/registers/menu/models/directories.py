"""What directories say: beside our records, and of them."""

from __future__ import annotations

from django.db import models

from lacarte.kernel import clock
from lacarte.registers.menu.models.offers import Offer
from lacarte.registers.providers.models import Provider


class DirectoryRow(models.Model):
    """A row of a directory that belongs to none of our records, such as a term of its taxonomy.

    It is given back as it came when the menu is exported in the same standard.
    """

    id = models.UUIDField(primary_key=True)  # as the directory knows it
    standard = models.CharField(max_length=20)  # such as “hsds”
    table = models.CharField(max_length=60)
    parent = models.UUIDField(null=True)  # of a term: the term above it
    of = models.UUIDField(null=True)  # of a term: its taxonomy
    values = models.JSONField()  # {column: value}
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["standard", "table", "id"], name="row_of_table"),
            models.Index(fields=["parent"], name="row_below_term"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.id}"


class Document(models.Model):
    """A record as HSDS tells it, ready to be sent. It holds while its stamp is that of what it was made of.

    It says nothing that the records do not: whoever finds it missing or another stamp makes it anew.
    """

    stamp = models.CharField(max_length=32)
    rows = models.TextField()  # what tables have of it, in lines
    listed = models.TextField()  # the object as lists show it, in JSON without the brace at the end
    whole = models.TextField()  # with all that is in it, likewise

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class ServiceDocument(Document):
    """An offer with its places, but without its provider and what is free."""

    offer = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="document")
    capacities = models.TextField(blank=True)  # that its directory told, in JSON without brackets


class OrganizationDocument(Document):
    """A provider without its offers."""

    provider = models.OneToOneField(Provider, models.CASCADE, primary_key=True, related_name="document")
