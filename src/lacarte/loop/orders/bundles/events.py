"""What happens to a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent
from lacarte.kernel.text import in_language
from lacarte.registers.people.mandates import in_words


@dataclass(frozen=True, kw_only=True)
class BundlePlaced(DomainEvent):
    """Somebody ordered one service or several."""

    name: ClassVar[str] = "bundle.placed"
    sentence: ClassVar[str | Promise] = _("We have received your order.")
    bundle: UUID
    parts: int


@dataclass(frozen=True, kw_only=True)
class _PartEvent(DomainEvent):
    """Something that happens to one part. ``service`` is what it was called then, in every language."""

    name: ClassVar[str] = "bundle.part"
    bundle: UUID
    part: UUID
    service: dict[str, str]

    def words(self) -> dict[str, Any]:
        """The service in the reader's language."""
        return {**super().words(), "service": in_language(self.service)}


@dataclass(frozen=True, kw_only=True)
class BundlePartSent(_PartEvent):
    """A part became a need of its own."""

    name: ClassVar[str] = "bundle.part-sent"
    sentence: ClassVar[str | Promise] = _("Sent: %(service)s.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class BundlePartFailed(_PartEvent):
    """A part could not be sent; ``why`` is a code of ``bundles.reasons``."""

    name: ClassVar[str] = "bundle.part-failed"
    sentence: ClassVar[str | Promise] = _("Could not be sent: %(service)s.")
    why: str


@dataclass(frozen=True, kw_only=True)
class BundlePartTried(_PartEvent):
    """A part that could not be sent is tried once more."""

    name: ClassVar[str] = "bundle.part-tried"
    sentence: ClassVar[str | Promise] = _("Tried again: %(service)s.")


@dataclass(frozen=True, kw_only=True)
class BundlePartLeftOut(_PartEvent):
    """A part is not wanted any more."""

    name: ClassVar[str] = "bundle.part-left-out"
    sentence: ClassVar[str | Promise] = _("Left out: %(service)s.")


@dataclass(frozen=True, kw_only=True)
class ToldOnBehalf(DomainEvent):
    """A need was told by somebody who acts for another under a mandate; it is on the need's own timeline."""

    name: ClassVar[str] = "need.told-on-behalf"
    sentence: ClassVar[str | Promise] = _("It was told on behalf of somebody, under a mandate (%(kind)s).")
    need: UUID
    mandate: UUID
    kind: str

    def words(self) -> dict[str, Any]:
        """The kind as people call it."""
        return {**super().words(), "kind": in_words(self.kind)}
