"""What things report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AlarmRaised(DomainEvent):
    """A datastream left its bounds."""

    name: ClassVar[str] = "alarm.raised"
    sentence: ClassVar[str | Promise] = _("A sensor reported that something is wrong.")
    alarm: UUID


@dataclass(frozen=True, kw_only=True)
class AlarmCleared(DomainEvent):
    """A datastream is back within its bounds."""

    name: ClassVar[str] = "alarm.cleared"
    sentence: ClassVar[str | Promise] = _("The sensor reports that all is well again.")
    alarm: UUID
