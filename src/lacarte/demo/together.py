"""Several bodies at a few orders, and what they lend, so that these pages have something to show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.money import Money
from lacarte.loop.orders.delivery.lending import lend
from lacarte.loop.orders.delivery.together import Part, change_part, note, split
from lacarte.loop.orders.models import Contribution, Order
from lacarte.loop.orders.states import ENDED
from lacarte.registers.providers.models import Provider, Resource
from lacarte.registers.providers.resources.keeping import add_resource

State = Contribution.State
#: Kind, name, how many; each provider of the demo that lends lends two of them.
_LENT = (
    ("equipment", {"en": "Van with a lift", "zh-hans": "带升降台的面包车"}, 2),
    ("staff", {"en": "Volunteers with a car", "zh-hans": "有车的志愿者"}, 6),
    ("equipment", {"en": "Wheelchair ramp", "zh-hans": "轮椅坡道板"}, 4),
    ("funds", {"en": "Hardship fund", "zh-hans": "困难救助金"}, 20_000),
    ("premises", {"en": "Community hall", "zh-hans": "社区活动室"}, 1),
    ("staff", {"en": "Interpreters", "zh-hans": "翻译"}, 3),
)
_LENDERS = 9


@transaction.atomic
def settle_together() -> None:
    """Let the provider of the provider's account work with others, once. Call it when accounts are settled."""
    worker, member = (User.objects.get(username=name) for name in ("case-worker", "provider"))
    ours = member.providers.first()
    if ours is None or Resource.objects.exists():
        return
    others = list(Provider.objects.exclude(pk=ours.pk).order_by("code")[:_LENDERS])
    van, theirs_too = _lent_by([ours, *others])
    now = clock.now()
    begins = now + timedelta(days=1)
    running = Order.objects.exclude(state__in=ENDED).order_by("state", "requested_at", "pk")
    theirs = running.exclude(offer_at_place__offer__provider=ours)
    if (known := theirs.filter(need__person__user__username="resident").first()) is not None:
        drive = Part(ours, "接送本人往返 Drive them there and back", _due(known, now), Money("CNY", 8000), "part")
        part = split(known, [drive], actor=worker)[0]
        change_part(part, to=State.ACCEPTED, actor=member)
        lend(part, theirs_too, units=1, since=begins, until=begins + timedelta(hours=4), actor=worker)
        note(known, "门铃坏了，请打电话。The bell is broken: please call.", actor=worker, for_all=True)
    if (unknown := theirs.filter(need__person__user=None).first()) is not None:
        split(unknown, [Part(ours, "带一块坡道板 Bring a ramp", _due(unknown, now))], actor=worker)
    if (own := running.filter(offer_at_place__offer__provider=ours).first()) is not None:
        asked = [
            Part(ours, "上门服务 Go there and do it", _due(own, now)),
            Part(others[0], "找一位翻译 Send an interpreter", _due(own, now), Money("CNY", 12_000), "part"),
        ]
        _ours, interpreter = split(own, asked, actor=member)
        lend(interpreter, van, units=1, since=begins, until=begins + timedelta(hours=4), actor=member)
        note(own, "周三上午都可以。Any time on Wednesday morning.", actor=member, body=ours, for_all=True)


def _lent_by(providers: Iterable[Provider]) -> tuple[Resource, Resource]:
    """What each lends: of the first two of them, the first."""
    made = []
    for n, provider in enumerate(providers):
        for kind, name, quantity in (_LENT[n % len(_LENT)], _LENT[(n + 1) % len(_LENT)]):
            made.append(add_resource(provider, kind=kind, name=name, quantity=quantity, actor=None))
    return made[0], made[2]


def _due(order: Order, now: datetime) -> datetime:
    return max(order.resolution_due, now + timedelta(days=2))
