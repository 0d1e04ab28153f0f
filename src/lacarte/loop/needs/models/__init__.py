"""Needs, what was understood of them, their cases, conversations and attachments."""

from lacarte.loop.needs.models.attachments import Attachment, KeptDraft, LegalHold
from lacarte.loop.needs.models.cases import Different, Follower, Joining, Surge
from lacarte.loop.needs.models.messages import Mailbox, Message, ReadyAnswer
from lacarte.loop.needs.models.need import Channel, Need, Understanding
from lacarte.loop.needs.models.urgency import Danger, UrgencyRule

__all__ = [
    "Attachment",
    "Channel",
    "Danger",
    "Different",
    "Follower",
    "Joining",
    "KeptDraft",
    "LegalHold",
    "Mailbox",
    "Message",
    "Need",
    "ReadyAnswer",
    "Surge",
    "Understanding",
    "UrgencyRule",
]
