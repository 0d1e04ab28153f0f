"""What an official does to many needs or orders at once: one step for each, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models.order import Order


class BulkAct(models.Model):
    """One act on many. Its key comes with the form, so that what is sent twice is done once."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=30)  # a code of orders.bulk.acts
    said = models.JSONField(default=dict)  # {field: what was chosen or written}
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="bulk_acts")
    language = models.CharField(max_length=20)  # in which the actor reads why something was not done
    at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)  # when its last step was
    undo_at = models.DateTimeField(null=True)  # when it was asked to be taken back
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["actor", "-at"], name="bulk_act_of")]

    def __str__(self) -> str:
        return f"{self.kind}, {self.at:%Y-%m-%d %H:%M}"


class BulkStep(models.Model):
    """The act on one need or order, in a transaction of its own."""

    class State(models.TextChoices):
        """``kept``: it was to be taken back and could not be."""

        WAITING = "waiting", _("Not done yet")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Not done")
        UNDONE = "undone", _("Taken back")
        KEPT = "kept", _("Not taken back")

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="+")
    seen = models.JSONField(default=dict)  # how it was when the official decided
    made = models.JSONField(default=dict)  # what is needed to take it back
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why = models.TextField(blank=True)  # not done, or not taken back

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["act", "need"], name="one_step_a_need")]

    def __str__(self) -> str:
        return f"{self.need}: {self.state}"
