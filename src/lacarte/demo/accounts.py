"""The demo's accounts: one resident, one official of each role, and one who works for a provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Least

from lacarte.kernel import clock
from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.loop.matching.models import Unserved
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED, NOT_ANSWERED
from lacarte.registers.people.models import Circumstance, Household, Person, PersonalRead
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

#: Of the demo only; it is printed on start.
PASSWORD = "welcome-to-lanwan"  # noqa: S105
_HOME = "rope-walk"
_GOES_OUT = 2  # one has parts that others do, one can be done


@dataclass(frozen=True)
class Account:
    """Who one can be, and what to look at first."""

    name: str
    role: Role | None
    page: str
    first_name: str
    last_name: str


ACCOUNTS = (
    Account("resident", None, "/my/", "Suyun", "Shen"),
    Account("call-taker", Role.CALL_TAKER, "/desk/register/", "Ines", "Falk"),
    Account("case-worker", Role.CASE_WORKER, "/desk/", "Jian", "Luo"),
    Account("provider", None, "/provider/", "Ping", "Zheng"),
    Account("planner", Role.PLANNER, "/unmet/", "Marek", "Holm"),
    Account("auditor", Role.AUDITOR, "/unmet/", "Yun", "Qiao"),
    Account("administrator", Role.ADMINISTRATOR, "/operations/", "Dara", "Voss"),
)


def add_accounts(now: datetime) -> dict[str, User]:
    """Add all accounts; officials get mandates for the whole city."""
    password = make_password(PASSWORD)
    users = {
        one.name: User.objects.create(
            username=one.name, password=password, first_name=one.first_name, last_name=one.last_name
        )
        for one in ACCOUNTS
    }
    since, until = now - timedelta(days=90), now + timedelta(days=365)
    for one in ACCOUNTS:
        if one.role is not None:
            OfficialMandate.objects.create(holder=users[one.name], role=one.role, since=since, until=until)
    return users


@transaction.atomic
def settle_resident() -> None:
    """Give the resident's account a life in the old port, once: somebody of 79 who lives alone.

    Call it after the first matching run: one need waits, one is under way, one wants rating, one is past.
    """
    user = User.objects.get(username="resident")
    if Person.objects.filter(user=user).exists():
        return
    now, region = clock.now(), Region.objects.get(code=_HOME)
    near = Household.objects.filter(region=region).first() or Household.objects.all()[0]
    where = {"region": region, "longitude": near.longitude, "latitude": near.latitude}
    home = Household.objects.create(address="缆绳里12号", **where)
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
    theirs = [need.pk for need in _one_of_each_stage()]
    Need.objects.filter(pk__in=theirs).update(person=person, household=home, **where)
    PersonalRead.objects.create(
        person=person,
        reader=User.objects.get(username="case-worker"),
        fields="name, phone",
        purpose="call back about this need",
        at=now - timedelta(days=3, hours=2),
    )


def settle_provider() -> None:
    """Let the provider's account work for one with a past, with orders to answer and two to go out for, once."""
    user = User.objects.get(username="provider")
    if user.providers.exists():
        return
    orders = "offers__places__orders"
    waits = Count(orders, filter=Q(**{f"{orders}__state__in": NOT_ANSWERED}))
    out = Count(orders, filter=Q(**{f"{orders}__state__in": [OrderState.ACCEPTED, OrderState.IN_PROGRESS]}))
    past = Order.objects.filter(offer_at_place__offer__provider=OuterRef("pk"), state__in=ENDED)
    having = Provider.objects.filter(Exists(past)).annotate(waits=waits, out=out)
    has_both = Least("waits", 1) + Least("out", _GOES_OUT)
    provider = having.order_by(has_both.desc(), "-waits", "code").first()
    if provider is not None:
        provider.members.add(user)


def _one_of_each_stage() -> list[Need]:
    """A need to rate, a rated one, one under way and one that waits: of an older person, or of a health need.

    The one that waits was passed over by the matching run, if there was one, which says why. On a day when nothing
    of theirs was, it is another's need that waits.
    """
    theirs = Q(service_type__parent__code__in=["ageing", "health"], language="zh-hans")
    waits = Q(state=Need.State.OPEN, orders=None)
    passed_over = waits & Q(Exists(Unserved.objects.filter(need=OuterRef("pk"))))
    done = Q(orders__state=OrderState.COMPLETED)
    found = [
        _newest(theirs & done & Q(orders__rating=None)),
        _newest(theirs & done & Q(orders__rating__isnull=False)),
        _newest(theirs & Q(orders__state=OrderState.IN_PROGRESS)),
        _newest(theirs & passed_over) or _newest(passed_over) or _newest(theirs & waits),
    ]
    return [need for need in found if need is not None]


def _newest(such: Q) -> Need | None:
    return Need.objects.filter(such).order_by("received_at", "pk").last()
