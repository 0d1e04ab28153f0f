"""Who waits for a unit of what is full, in turn."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Hold, OfferAtPlace


class WaitingPlace(models.Model):
    """A need's place in the waiting list of an offer; called up, it holds a unit until ``answer_by``."""

    class State(models.TextChoices):
        """Who waits or is called may leave; who does not answer is passed over."""

        WAITING = "waiting", _("Waiting")
        CALLED = "called", _("Called up")
        TAKEN = "taken", _("Taken")
        PASSED = "passed", _("Did not answer")
        LEFT = "left", _("Left")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="waiting_places")
    offer_at_place = models.ForeignKey(OfferAtPlace, on_delete=models.CASCADE, related_name="waiting")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    since = models.DateTimeField(default=clock.now)
    called_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    hold = models.OneToOneField(Hold, null=True, on_delete=models.SET_NULL, related_name="waiting_place")

    class Meta:
        ordering = ["since", "id"]
        indexes = [models.Index(fields=["offer_at_place", "state", "since"], name="waiting_in_turn")]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "offer_at_place"],
                condition=models.Q(state__in=["waiting", "called"]),
                name="one_living_place_a_need",
            )
        ]

    def __str__(self) -> str:
        return f"{self.need} ({self.state})"
