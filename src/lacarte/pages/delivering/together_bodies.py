"""The providers that can be asked to help with an order, as choices: who offers its service first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from lacarte.loop.orders.models import Order
from lacarte.registers.menu.models import Offer
from lacarte.registers.providers.models import Provider, SubjectKind

#: More than these are found by name or code.
MOST_LISTED = 300


def bodies_to_ask(order: Order, words: str = "", chosen: Sequence[str] = ()) -> list[Any]:
    """Groups of choices by code. With ``words`` those of such a name or code, and those ``chosen`` before."""
    same = Offer.objects.filter(provider=OuterRef("pk"), service_type=order.service_type_id, paused=False)
    rows = Provider.objects.annotate(same=Exists(same))
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(code__icontains=words) | Q(code__in=chosen))
    found: list[Provider] = list(rows.order_by("-same", "code")[:MOST_LISTED])
    found += Provider.objects.filter(code__in=set(chosen) - {one.code for one in found}) if chosen else []
    lead = order.offer_at_place.offer.provider_id
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in sorted(found, key=str):
        same_service = getattr(one, "same", False)
        head = _("Offer this service") if same_service else SubjectKind(one.kind).label
        name = _("%(provider)s (leads it)") % {"provider": one} if one.pk == lead else str(one)
        groups.setdefault(str(head), []).append((one.code, name))
    first = str(_("Offer this service"))
    return sorted(groups.items(), key=lambda group: (group[0] != first, group[0]))
