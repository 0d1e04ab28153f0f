"""What holds a unit, and what should: holds that nobody has, and orders whose hold is gone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from lacarte.kernel import clock
from lacarte.loop.matching.models import Match
from lacarte.loop.orders.models import BundlePart, Order, OrderState, WaitingPlace
from lacarte.loop.orders.states import ENDED, UNMET
from lacarte.registers.menu.capacity.checking import Books, books
from lacarte.registers.menu.capacity.counting import living_holds
from lacarte.registers.menu.models import Hold

_SHOWN = 10
#: An order in one of these gave its unit back, unless it failed by its rating only: then the unit was used.
_GAVE_BACK = Q(state__in=(*UNMET, OrderState.CANCELLED), rating=None)


@dataclass(frozen=True)
class Checked:
    """The sums, and the first of what is wrong: keys of holds, references of needs."""

    books: Books
    ownerless: list[str]
    without_hold: list[str]
    called_without: list[str]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return self.books.well and not (self.ownerless or self.without_hold or self.called_without)


def check() -> Checked:
    """Look at all capacity and whoever has it."""
    return Checked(
        books(),
        ownerless=[str(key) for key in ownerless().values_list("pk", flat=True)[:_SHOWN]],
        without_hold=list(orders_without_hold().values_list("need__reference", flat=True)[:_SHOWN]),
        called_without=list(called_without_hold().values_list("need__reference", flat=True)[:_SHOWN]),
    )


def ownerless() -> QuerySet[Hold]:
    """Confirmed holds that no order, part of a bundle or decision has: units lost to everybody."""
    mine = {"hold": OuterRef("pk")}
    owned = (
        Exists(Order.objects.filter(~_GAVE_BACK, **mine))
        | Exists(BundlePart.objects.filter(**mine).exclude(state=BundlePart.State.LEFT_OUT))
        | Exists(Match.objects.filter(**mine, outcome=Match.Outcome.HELD))
    )
    return Hold.objects.filter(~owned, state=Hold.State.CONFIRMED).order_by("pk")


def orders_without_hold() -> QuerySet[Order]:
    """Orders under way whose unit somebody else may have."""
    lost = ~Q(hold=None) & ~Q(hold__state=Hold.State.CONFIRMED)
    return Order.objects.filter(lost).exclude(state__in=ENDED).order_by("pk")


def called_without_hold() -> QuerySet[WaitingPlace]:
    """Whoever is called up, may still answer and has no unit to say yes to."""
    living = Exists(Hold.objects.filter(living_holds(), pk=OuterRef("hold")))
    called = WaitingPlace.objects.filter(state=WaitingPlace.State.CALLED, answer_by__gt=clock.now())
    return called.filter(~living).order_by("pk")
