"""Orders among somebody's things, and the order that a need is a part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.kernel.text import listed
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.bundles.queries import of_user
from lacarte.loop.orders.models import BundleOrder, BundlePart
from lacarte.pages.resident.ordering.access import may_open_order
from lacarte.registers.people.mandates import on_behalf

_MOST = 50


@dataclass(frozen=True)
class Row:
    """An order in a list: what it is called, for whom, how many of its parts are done, whether one has failed."""

    bundle: BundleOrder
    name: str
    whose: str
    behalf: str  # who told it for whom
    parts: int
    done: int
    failed: bool


def my_orders(user: User) -> list[Row]:
    """What somebody ordered for themselves or for others, newest first."""
    return [_row(bundle, user) for bundle in of_user(user)[:_MOST]]


def _row(bundle: BundleOrder, user: User) -> Row:
    parts = [part for part in bundle.parts.all() if part.state != BundlePart.State.LEFT_OUT]
    name = str(bundle.life_event) if bundle.life_event is not None else listed(one.service_type for one in parts)
    mine = bundle.person is not None and bundle.person.user_id == user.pk
    return Row(
        bundle=bundle,
        name=name or bundle.reference,
        whose=_("For me") if mine else (bundle.person.name if bundle.person is not None else ""),
        behalf=on_behalf(bundle.mandate, official=bundle.registered_by_id is not None),
        parts=len(parts),
        done=sum(part.need is not None and part.need.state == Need.State.MET for part in parts),
        failed=any(part.state == BundlePart.State.FAILED for part in parts),
    )


def part_of(request: HttpRequest, need: Need) -> dict[str, Any]:
    """What the page of a need says of the order it came with, and of who told it for whom.

    Whoever has the private link of one need alone learns nothing of the others.
    """
    parts = BundlePart.objects.select_related("bundle__mandate__holder", "bundle__mandate__principal")
    part = parts.filter(need=need.pk).first()
    known = part is not None and may_open_order(request, part.bundle)
    if part is None or not known:
        return {}
    bundle = part.bundle
    behalf = on_behalf(bundle.mandate, official=bundle.registered_by_id is not None)
    return {"ordered_with": bundle, "behalf": behalf}
