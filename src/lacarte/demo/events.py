"""What is said of the demo city itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class DemoCityDrawn(DomainEvent):
    """The city was drawn; with these three it can be drawn again."""

    name: ClassVar[str] = "demo.drawn"
    sentence: ClassVar[str | Promise] = _("The demo city was drawn with the seed %(seed)s.")
    seed: int
    residents: int
    needs: int
