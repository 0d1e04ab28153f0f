"""A need: what a person, a household or a place requires, whatever the channel it came by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.engines.geography import NOWHERE
from lacarte.kernel import clock
from lacarte.kernel.ids import new_reference, uuid7
from lacarte.kernel.models import User
from lacarte.kernel.text import MultilingualField, in_language
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
    secret = models.CharField(max_length=43, blank=True, db_index=True)  # opens the need's page without an account
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    channel = models.CharField(max_length=10, choices=Channel)
    subject = models.CharField(max_length=10, choices=Subject)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="needs")
    household = models.ForeignKey(Household, null=True, on_delete=models.SET_NULL, related_name="needs")
    registered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.SET_NULL, related_name="+")  # told for them
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
    lead = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined")
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


class Different(models.Model):
    """A person said that two needs tell of different things, so that they are not suggested again."""

    one = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")  # one.pk < other.pk
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="different_once")]

    def __str__(self) -> str:
        return f"{self.one} ≠ {self.other}"


class Joining(models.Model):
    """The decision that a need tells of the same thing as another; gone once it is taken back.

    ``to`` is the need that was named, which may be joined itself; ``Need.lead`` is always the one that all of
    them end at. So taking one decision back takes out just those needs that came by it.
    """

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="joining")
    to = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    was = models.CharField(max_length=10, choices=Need.State)  # what it becomes again when it is parted
    probability = models.FloatField(null=True)  # null: a person said so
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.need} = {self.to}"


class Follower(models.Model):
    """Somebody who is told how a need goes without having reported it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="followers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "person"], name="follows_once")]

    def __str__(self) -> str:
        return f"{self.person} → {self.need}"


class Message(models.Model):
    """Something said about a need, by the resident or to them (FHIR Communication)."""

    class State(models.TextChoices):
        """Of a message to the resident: ``queued``, then ``sent`` or ``failed``. One from them is ``received``."""

        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("On its way")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Could not be sent")

    class Medium(models.TextChoices):
        """How it was said."""

        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        CHAT = "chat", _("Chat")
        PAGE = "page", _("Page of the need")
        PHONE = "phone", _("Phone")
        LETTER = "letter", _("Letter")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="messages")
    follower = models.ForeignKey(
        Follower, null=True, on_delete=models.CASCADE, related_name="told"
    )  # to them, and to nobody else
    incoming = models.BooleanField()
    medium = models.CharField(max_length=10, choices=Medium)
    address = models.CharField(max_length=254, blank=True)  # whom it is from or to, on that medium
    gateway = models.CharField(max_length=40, blank=True)  # by which of the gateways, of an SMS or a chat
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State)
    external_id = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 (null: no other system)
    refused = models.JSONField(default=list)  # sentences: what was sent along and not taken, and why
    at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(null=True)  # of one that waits for the morning; null: it does not wait
    handled_at = models.DateTimeField(null=True)  # of one from the resident: an official has seen to it

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["need", "at"], name="message_of_need"),
            models.Index(fields=["medium", "address", "-at"], name="message_address"),
            models.Index(
                fields=["need"], condition=models.Q(incoming=True, handled_at=None), name="message_unhandled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need}: {self.medium}"


class Mailbox(models.Model):
    """How far a mailbox has been read (IMAP, RFC 9051, section 2.3.1.1)."""

    address = models.CharField(max_length=254, primary_key=True)
    uid_validity = models.BigIntegerField()  # another one: the server has numbered its messages anew
    last_uid = models.BigIntegerField()
    again = models.JSONField(default=dict)  # {number of a message that could not be taken in: times it was tried}

    def __str__(self) -> str:
        return self.address


class Attachment(models.Model):
    """A photo or document that came with a need, or a photo of the work: stored once, as we encoded it anew."""

    class Shows(models.TextChoices):
        """Of a photo that whoever did the work took; empty: it came from the resident."""

        BEFORE = "before", _("Before the work")
        AFTER = "after", _("After the work")

    class Kind(models.TextChoices):
        """What decides how long it is kept. A ``proof`` was asked for by a service."""

        PHOTO = "photo", _("Photo")
        DOCUMENT = "document", _("Document")
        PROOF = "proof", _("Proof")

    class State(models.TextChoices):
        """Only what is ``kept`` can be opened. Of what is ``removed`` nothing is left but that it was there."""

        WAITING = "waiting", _("Being checked for viruses")
        KEPT = "kept", _("Can be opened")
        QUARANTINED = "quarantined", _("Locked away: harmful")
        REMOVED = "removed", _("Deleted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    need = models.ForeignKey(Need, null=True, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="attachments")
    draft = models.CharField(max_length=43, blank=True, db_index=True)  # whose question page it waits on
    shows = models.CharField(max_length=6, choices=Shows, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DOCUMENT)
    state = models.CharField(max_length=12, choices=State, default=State.KEPT)
    file = models.CharField(max_length=200)  # below MEDIA_ROOT; empty: removed
    as_sent = models.CharField(max_length=200, blank=True)  # likewise, until the scanner has looked at it
    harm = models.CharField(max_length=200, blank=True)  # what the scanner calls it
    removed_at = models.DateTimeField(null=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    width = models.PositiveIntegerField(null=True)  # pixels, of a photo
    height = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    likeness = models.BigIntegerField(null=True)  # perceptual hash of a photo
    released_at = models.DateTimeField(null=True)  # null: not shown to the public
    released_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(state="waiting"), name="attachment_waiting"),
            models.Index(fields=["kind", "state"], name="attachment_kind_state"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} bytes"


class LegalHold(models.Model):
    """Why the documents of a need are not deleted when their time is over."""

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="legal_hold")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.need}: {self.reason}"


class KeptDraft(models.Model):
    """What somebody has answered so far on the question pages; kept until it is sent, or for some days."""

    token = models.CharField(max_length=43, primary_key=True)  # known to the visitor's session alone
    said = models.JSONField(default=dict)
    began_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.changed_at:%Y-%m-%d %H:%M}"


class UrgencyRule(models.Model):
    """A rule that officials read and edit: which words, when, make a need how urgent, and what is said at once."""

    code = models.CharField(max_length=60, primary_key=True)
    name = MultilingualField()
    words = models.JSONField(default=dict)  # {language: [words or phrases, any of them]}
    unless = models.JSONField(default=dict)  # {language: [words that speak against it]}
    months = models.JSONField(default=list)  # 1..12; empty: all year
    service_first = models.BigIntegerField(null=True)  # of these service types only; null: of all
    service_last = models.BigIntegerField(null=True)
    urgency = models.PositiveSmallIntegerField(choices=PriorityClass)
    advice = MultilingualField()  # told to the resident at once, such as the emergency number
    active = models.BooleanField(default=True)
    shipped = models.CharField(max_length=64, default="")  # fingerprint of the shipped rule it was in step with
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return in_language(self.name)


class ReadyAnswer(models.Model):
    """What officials often write to residents, with gaps that are filled for each need."""

    code = models.SlugField(max_length=60, primary_key=True)
    name = MultilingualField()  # for officials
    text = MultilingualField()
    service_type = models.ForeignKey(
        ServiceType, null=True, blank=True, on_delete=models.CASCADE, related_name="ready_answers"
    )  # for needs of it and of what lies below it; null: for all
    active = models.BooleanField(default=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.name)


class Danger(models.Model):
    """A need that may mean danger to life: somebody must look at it within a minute."""

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="danger")
    raised_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True, db_index=True)
    seen_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return str(self.need)


class Surge(models.Model):
    """A burning issue: needs of a kind that suddenly grow somewhere, against their own usual season."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="surges")
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="surges")
    topic = models.CharField(max_length=120, blank=True)  # a word that many of them share; empty: the type itself
    by_words = models.BooleanField(default=False)  # only needs with the topic in their words are counted
    since = models.DateTimeField()
    until = models.DateTimeField()
    count = models.PositiveIntegerField()
    expected = models.FloatField()
    chance = models.FloatField()  # probability of so many when nothing is the matter
    found_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-found_at"]

    def __str__(self) -> str:
        return f"{self.service_type}, {self.region}"
