"""The demo's accounts: one resident and one official of each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import OrderState
from lacarte.registers.people.models import Circumstance, Household, Person, PersonalRead

if TYPE_CHECKING:
    from lacarte.demo.load import Written

#: Of the demo only; it is printed on start.
PASSWORD = "welcome-to-lanwan"  # noqa: S105
_HOME = "rope-walk"


@dataclass(frozen=True)
class Account:
    """Who one can be, and what to look at first."""

    name: str
    role: Role | None
    page: str


ACCOUNTS = (
    Account("resident", None, "/my/"),
    Account("call-taker", Role.CALL_TAKER, "/desk/register/"),
    Account("case-worker", Role.CASE_WORKER, "/desk/"),
    Account("planner", Role.PLANNER, "/unmet/"),
    Account("auditor", Role.AUDITOR, "/unmet/"),
    Account("administrator", Role.ADMINISTRATOR, "/operations/"),
)


def add_accounts(written: Written, now: datetime) -> None:
    """Add all accounts, and give the resident a life in the old port."""
    password = make_password(PASSWORD)
    users = {one.name: User.objects.create(username=one.name, password=password) for one in ACCOUNTS}
    for one in ACCOUNTS:
        if one.role is not None:
            OfficialMandate.objects.create(
                holder=users[one.name],
                role=one.role,
                since=now - timedelta(days=90),
                until=now + timedelta(days=365),
            )
    _resident(users, written, now)


def _resident(users: dict[str, User], written: Written, now: datetime) -> None:
    """Somebody of 79 who lives alone: a need to rate, one under way, one that waits, and one of the past."""
    user = users["resident"]
    user.first_name, user.last_name = "Suyun", "Shen"
    user.save()
    region = next(region for region in written.neighbourhoods if region.code == _HOME)
    near = next((home for home in written.households if home.region == region), written.households[0])
    home = Household.objects.create(
        region=region, address="缆绳里12号", longitude=near.longitude, latitude=near.latitude
    )
    person = Person.objects.create(
        user=user,
        household=home,
        name="沈素云 Shen Suyun",
        birth_year=now.year - 79,
        language="zh-hans",
        phone="555 0179",
    )
    since = (now - timedelta(days=700)).date()
    for kind in ("lives-alone-over-75", "low-income"):
        Circumstance.objects.create(person=person, kind=kind, value=True, since=since, source="demo")
    for need in _needs_of_the_resident():
        Need.objects.filter(pk=need.pk).update(
            person=person,
            household=home,
            region=region,
            longitude=home.longitude,
            latitude=home.latitude,
        )
    PersonalRead.objects.create(
        person=person,
        reader=users["case-worker"],
        fields="name, phone",
        purpose="call back about this need",
        at=now - timedelta(days=3, hours=2),
    )


def _needs_of_the_resident() -> list[Need]:
    """One need of each stage, of the life area of older people."""
    theirs = Need.objects.filter(service_type__parent__code="ageing", language="zh-hans").order_by(
        "received_at", "pk"
    )
    done = Q(orders__state=OrderState.COMPLETED)
    stages = (
        theirs.filter(done, orders__rating=None),
        theirs.filter(done, orders__rating__isnull=False),
        theirs.filter(orders__state=OrderState.IN_PROGRESS),
        theirs.filter(state=Need.State.OPEN),
    )
    return [need for stage in stages if (need := stage.last())]
