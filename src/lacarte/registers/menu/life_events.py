"""Keeping life events: what they are called, and the bundle of services that each calls for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from lacarte.registers.menu.bundles import Item, set_bundle
from lacarte.registers.menu.models import LifeEvent
from lacarte.registers.menu.searching import file_again


@transaction.atomic
def set_life_event(
    code: str, *, items: Sequence[Item], name: dict[str, str], **fields: Any
) -> tuple[LifeEvent, bool]:
    """Make or change the life event ``code``, with ``items`` as its whole bundle. Returns whether it is new.

    ``fields``: description, keywords, business, order, active; what is not given is as of a new one. Raises
    ``BundleWrongError``, and changes nothing then.
    """
    known = LifeEvent.objects.filter(code=code).first()
    event = LifeEvent(code=code, name=name, **fields)
    if known is not None:
        event.pk, event._state.adding = known.pk, False
    event.save()
    set_bundle(event, items)
    file_again(LifeEvent, [event.pk])
    return event, known is None
