"""What a matching run says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MatchingRunEnded(DomainEvent):
    """Decisions are there."""

    name: ClassVar[str] = "matching.ended"
    sentence: ClassVar[str | Promise] = _("Needs were matched with offers: %(matched)s of %(needs)s.")
    run: UUID
    needs: int
    matched: int
