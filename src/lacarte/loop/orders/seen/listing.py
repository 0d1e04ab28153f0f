"""A page of a list of orders, as somebody may see it.

It is read in two steps, so that of a million orders only those of one page are read whole: first their keys
(``seen.keys``), then what is shown of them, with the same permission once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, F, Q, UUIDField, Value, When

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.seen.keys import PROVIDER, Filters, Sort, column_of, keys_of, position
from lacarte.registers.menu.keeping import member_of
from lacarte.registers.people.queries import note_looks


class SeenOrder(NamedTuple):
    """One order of a list. Texts of the registers are multilingual; ``satisfaction`` is 1 to 5 or not given."""

    pk: UUID
    state: str
    requested_at: datetime
    contact_due: datetime
    resolution_due: datetime
    ended_at: datetime | None
    reference: str  # of its need
    service_type: dict[str, str]
    region_id: int
    region: dict[str, str]
    address: str  # of the need
    provider_code: str
    provider: dict[str, str]
    offer: dict[str, str]
    place: dict[str, str]  # the address where it is served
    booked: datetime | None
    satisfaction: int | None
    person: UUID | None  # whose need it is, where the reader may know and asked
    name: str | None

    def get_state_display(self) -> str:
        """The state in words, as of a record."""
        return str(OrderState(self.state).label)

    @property
    def is_late(self) -> bool:
        """Whether it has not ended in time."""
        return self.ended_at is None and self.resolution_due < clock.now()


_COLUMNS = (
    *("pk", "state", "requested_at", "contact_due", "resolution_due", "ended_at", "need__reference"),
    *("service_type__name", "region_id", "region__name", "need__address", f"{PROVIDER}code", f"{PROVIDER}name"),
    *("offer_at_place__offer__name", "offer_at_place__address", "hold__lot__starts_at", "rating__satisfaction"),
)


@dataclass(frozen=True)
class Page:
    """Some orders of a list, and where the next ones begin (empty: there are no more)."""

    orders: list[SeenOrder]
    next: str


def orders_seen_by(
    user: User,
    filters: Filters | None = None,
    *,
    sort: Sort = Sort.NEWEST,
    after: str = "",
    most: int = 100,
    names_for: str = "",
) -> Page:
    """The orders that ``user`` may see: with a mandate to read there, or of a provider that they are a member of.

    ``after`` is the ``next`` of the page before; it stays right whatever is added meanwhile. Names of people are
    read where ``names_for`` says a purpose and the reader works on the order, and that is logged for each of them.
    At most six queries, whoever asks. Raises ``ValueError``, in the reader's language, for a ``reference`` or
    an ``after`` that is none.
    """
    keys = keys_of(user, filters or Filters(), sort, after, most + 1)
    shown = _read(user, keys[:most], names=bool(names_for))
    if names_for:
        note_looks({one.person for one in shown if one.person}, reader=user, fields="name", purpose=names_for)
    last = shown[-1] if shown and len(keys) > most else None
    return Page(shown, position(getattr(last, column_of(sort)), last.pk) if last else "")


def seen(user: User) -> Q:
    """A condition for ``.filter()``: the orders that ``user`` may see."""
    return may(user, Action.READ) | member_of(user, PROVIDER)


def _read(user: User, keys: Sequence[UUID], *, names: bool) -> list[SeenOrder]:
    person: Any = Value(None, UUIDField())
    name: Any = Value("")
    if names:
        works_on = may(user, Action.WORK) | member_of(user, PROVIDER) & Q(ended_at=None)
        person, name = (Case(When(works_on, then=F(column))) for column in ("need__person", "need__person__name"))
    rows = Order.objects.filter(seen(user), pk__in=keys).order_by().values_list(*_COLUMNS, person, name)
    found = {row[0]: SeenOrder(*row) for row in rows}
    return [found[key] for key in keys if key in found]
