"""Verbs that change the menu; those of its capacity have a room of their own."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from lacarte.registers.menu.models import ServiceType


@transaction.atomic
def add_service_type(parent: ServiceType, *, code: str, name: dict[str, str], **fields: Any) -> ServiceType:
    """Add a life area (below the root) or a service type (below a life area).

    Raises ``ValueError`` when the tree is full there.
    """
    ServiceType.objects.select_for_update().get(pk=parent.pk)  # two writers must not take the same number
    taken = parent.children.order_by("-number").values_list("number", flat=True).first()
    interval = parent.interval.child(parent.interval.next_ordinal(taken))
    return ServiceType.objects.create(
        number=interval.first, last=interval.last, parent=parent, code=code, name=name, **fields
    )
