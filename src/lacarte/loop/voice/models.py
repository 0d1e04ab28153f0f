"""The resident's word after the fact: how they were asked, what they said, what was done about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.orders.models import Order
from lacarte.registers.providers.models import Provider


class Satisfaction(models.IntegerChoices):
    """Five steps in words."""

    VERY_GOOD = 5, _("Very good")
    GOOD = 4, _("Good")
    FAIR = 3, _("Fair")
    BAD = 2, _("Bad")
    VERY_BAD = 1, _("Very bad")


class Heard(models.TextChoices):
    """How a rating reached us."""

    PAGE = "page", _("On the page of the need")
    LINK = "link", _("By a link in a message")
    PHONE = "phone", _("By phone")


class Rating(models.Model):
    """One rating for each completed order. Its comment is shown to nobody outside before a person released it."""

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="rating")
    contacted_in_time = models.BooleanField()
    solved = models.BooleanField()
    satisfaction = models.PositiveSmallIntegerField(choices=Satisfaction)
    comment = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)
    heard = models.CharField(max_length=5, choices=Heard, default=Heard.PAGE)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )  # who wrote it down on the phone
    released = models.TextField(blank=True)  # the comment as it may be shown, without what is personal
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    released_at = models.DateTimeField(null=True)  # with an empty text: looked at and not to be shown

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(satisfaction__gte=1, satisfaction__lte=5), name="satisfaction_one_to_five"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.satisfaction}"


class FollowUp(models.Model):
    """The questions about one completed order: on which way they were asked, and what came of it."""

    class State(models.TextChoices):
        """``asked``: a message with a link went out. ``page``: there is no other way than the page of the need."""

        ASKED = "asked", _("Asked by message")
        TO_CALL = "to-call", _("To be called")
        PAGE = "page", _("Can answer on its page alone")
        ANSWERED = "answered", _("Answered")
        DECLINED = "declined", _("Did not want to answer")
        UNREACHED = "unreached", _("Not reached")

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="follow_up")
    state = models.CharField(max_length=10, choices=State)
    asked_at = models.DateTimeField(default=clock.now)
    next_try = models.DateTimeField(null=True)  # of a call, in working time
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )  # who is calling
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try"], condition=models.Q(state="to-call"), name="follow_up_to_call")
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.state}"


class CallAttempt(models.Model):
    """One time somebody rang."""

    class Outcome(models.TextChoices):
        """What came of it."""

        ANSWERED = "answered", _("Answered the questions")
        NO_ANSWER = "no-answer", _("Nobody answered")
        LATER = "later", _("Asked to be called another time")
        DECLINED = "declined", _("Does not want to answer")
        WRONG_NUMBER = "wrong-number", _("Wrong number")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="attempts")
    outcome = models.CharField(max_length=12, choices=Outcome)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.follow_up_id}: {self.outcome}"


class Reply(models.Model):
    """What a provider has to say and do about a rating of bad or very bad. Turned down, the next one is due."""

    class State(models.TextChoices):
        """``answered`` waits for somebody else's eyes."""

        DUE = "due", _("To be answered")
        ANSWERED = "answered", _("To be verified")
        VERIFIED = "verified", _("Verified")
        TURNED_DOWN = "turned-down", _("Turned down")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="replies")
    state = models.CharField(max_length=12, choices=State, default=State.DUE)
    due = models.DateTimeField()
    text = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    verdict = models.TextField(blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    verified_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["state", "due"], name="reply_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["rating"],
                condition=models.Q(state__in=["due", "answered", "verified"]),
                name="one_living_reply",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_by=None) | ~models.Q(verified_by=models.F("answered_by")),
                name="reply_verified_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id}: {self.state}"


class Exclusion(models.Model):
    """That an order is left out of the rates: proposed with a reason, and left out once somebody else approved."""

    class Reason(models.TextChoices):
        """Why an order may be left out. That somebody was unhappy is none."""

        DUPLICATE = "duplicate", _("The same order twice")
        NOT_IN_POWER = "not-in-power", _("Not within the provider's power")
        FORCE_MAJEURE = "force-majeure", _("Storm, flood or the like")
        TEST = "test", _("A test, not a need")
        ABUSE = "abuse", _("Insults or threats in place of an answer")

    class State(models.TextChoices):
        """Only ``approved`` counts."""

        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", pgettext_lazy("rates", "Left out")
        REFUSED = "refused", _("Refused")
        LIFTED = "lifted", _("Counts again")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="exclusions")
    reason = models.CharField(max_length=14, choices=Reason)
    words = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(state__in=["proposed", "approved"]),
                name="one_living_exclusion",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("proposed_by")),
                name="exclusion_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.state}"


class Inquiry(models.Model):
    """A question about a provider's figures that somebody answers. It says what was found and accuses nobody."""

    class Kind(models.TextChoices):
        """What was looked for."""

        CLOSED_EARLY = "closed-early", _("Closed just before the deadline, and not solved")
        LEFT_OUT = "left-out", _("Unhappy answers left out")
        BURST = "burst", _("The same rating many times in a short time")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="inquiries")
    kind = models.CharField(max_length=12, choices=Kind)
    found = models.JSONField(default=dict)  # counts and times, and the seed of what was drawn
    chance = models.FloatField()  # of finding as much where nothing is the matter
    raised_at = models.DateTimeField(default=clock.now)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "kind"], condition=models.Q(answered_at=None), name="one_open_inquiry"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.kind}"
