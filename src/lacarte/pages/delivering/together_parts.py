"""The parts of an order as its pages show them, with what is lent for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from lacarte.kernel.money import Money
from lacarte.loop.orders.delivery.lending import lent_for
from lacarte.loop.orders.delivery.lights import Light, light_of_part
from lacarte.loop.orders.delivery.seeing import LIVING
from lacarte.loop.orders.models import Contribution, Order
from lacarte.pages.delivering.light_words import TONES
from lacarte.registers.providers.models import ResourceHold

State = Contribution.State


@dataclass(frozen=True)
class Lent:
    """Units that a part has or had, and whether the reader may give them back now."""

    hold: ResourceHold
    words: str
    over: bool
    may_return: bool


@dataclass(frozen=True)
class PartShown:
    """A part of an order as a page shows it; what its reader may do with it."""

    part: Contribution
    light: Light
    tone: str
    lent: list[Lent]
    is_ours: bool
    may_cancel: bool
    may_lend: bool

    @property
    def lives(self) -> bool:
        """Whether its body works on it or is asked to."""
        return self.part.state in LIVING


def shown_parts(rows: Iterable[Contribution], ours: Collection[UUID], *, manages: bool) -> list[PartShown]:
    """Parts with what is lent for them. ``ours``: the reader's bodies; ``manages``: leads it, or an official."""
    parts = list(rows)
    lent = lent_for(parts)
    return [_shown(part, lent[part.pk], ours, manages) for part in parts]


def others_at(order: Order, parts: Iterable[PartShown], ours: Collection[UUID]) -> list[tuple[str, str]]:
    """The bodies that work on an order, but the reader's own: those a note can be for, as choices."""
    lead = order.offer_at_place.offer.provider
    found = {lead.pk: str(lead)} | {one.part.provider_id: str(one.part.provider) for one in parts if one.lives}
    return [(str(key), name) for key, name in found.items() if key not in ours]


def costs_of(parts: Iterable[Contribution]) -> list[Money]:
    """What parts cost together, an amount a currency; what was declined or called off costs nothing."""
    found: dict[str, Money] = {}
    for part in parts:
        if part.cost_minor and part.state not in (State.REJECTED, State.CANCELLED):
            found[part.currency] = part.cost + found.get(part.currency, Money(part.currency, 0))
    return [found[currency] for currency in sorted(found)]


def _shown(part: Contribution, holds: list[ResourceHold], ours: Collection[UUID], manages: bool) -> PartShown:
    is_ours, lives = part.provider_id in ours, part.state in LIVING
    lent = []
    for hold in holds:
        over = hold.is_over
        may_return = not over and (manages or is_ours or hold.resource.provider_id in ours)
        lent.append(Lent(hold, hold.resource.lent(hold.units), over, may_return))
    light = light_of_part(part)
    return PartShown(
        part=part,
        light=light,
        tone=TONES[light],
        lent=lent,
        is_ours=is_ours,
        may_cancel=manages and lives,
        may_lend=lives and (manages or is_ours),
    )
