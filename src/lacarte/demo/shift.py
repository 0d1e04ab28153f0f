"""Colleagues at the desk and who has which case: workload and hand-over have something to show."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Assignment
from lacarte.loop.orders.working.assigning import take
from lacarte.loop.orders.working.seeing import nobodys
from lacarte.registers.places.models import Region

#: User name, first and last name, district, how many cases they have. Nobody signs in as these.
_COLLEAGUES = (
    ("demo-desk-1", "Lan", "Wei", "old-port", 7),
    ("demo-desk-2", "Tomas", "Reed", "new-town", 4),
)
_OWN = 5


@transaction.atomic
def settle_shift() -> None:
    """Give the case worker's account two colleagues, and each of the three their cases, once.

    Call it when accounts are settled.
    """
    if Assignment.objects.exists():
        return
    for name, first, last, district, number in _COLLEAGUES:
        _take_oldest(_colleague(name, first, last, district), number)
    _take_oldest(User.objects.get(username="case-worker"), _OWN)


def _colleague(name: str, first: str, last: str, district: str) -> User:
    user = User.objects.create_user(name, first_name=first, last_name=last)
    region, now = Region.objects.get(code=district), clock.now()
    mandate = OfficialMandate(holder=user, role=Role.CASE_WORKER, since=now, until=now + timedelta(days=365))
    mandate.region_first, mandate.region_last = region.number, region.last
    mandate.save()
    return user


def _take_oldest(official: User, number: int) -> None:
    """Those under way that came first and nobody has."""
    theirs = permitted(Need.objects.filter(nobodys(), state=Need.State.ORDERED), official, Action.WORK)
    for need in theirs.order_by("received_at", "pk")[:number]:
        take(need, actor=official)
