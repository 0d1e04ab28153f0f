"""What happens to the weights of needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class WeightsDecided(DomainEvent):
    """A body set other weights; the stream is the version's."""

    name: ClassVar[str] = "priority.weights-decided"
    sentence: ClassVar[str | Promise] = _("Needs are weighed by version %(version)s.")
    version: str
    since: str  # ISO 8601
