"""What a life event calls for: its services, in their order, and which of them wait for which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import transaction

from lacarte.registers.menu.models import BundleItem, LifeEvent, ServiceType

Key = TypeVar("Key", int, str)
After = Mapping[Key, Iterable[Key]]


class BundleWrongError(ValueError):
    """A bundle cannot be as it is written; the message names the services."""


@dataclass(frozen=True)
class Item:
    """A service of a bundle by its code, why it is called for, and the services it comes after."""

    service: str
    why: dict[str, str] = field(default_factory=dict)
    suggested: bool = True
    after: tuple[str, ...] = ()


@transaction.atomic
def set_bundle(life_event: LifeEvent, items: Sequence[Item]) -> list[BundleItem]:
    """Make ``items`` the bundle of ``life_event``, in this order; what it had is gone.

    Raises :class:`BundleWrongError` for a service that is not on the menu or comes twice, for one that waits for
    what is not in the bundle, and for services that wait for each other in a ring, which is named.
    """
    services = _checked(items)
    BundleItem.objects.filter(life_event=life_event).delete()
    made = {
        item.service: BundleItem.objects.create(
            life_event=life_event,
            service_type=services[item.service],
            order=order,
            why=item.why,
            suggested=item.suggested,
        )
        for order, item in enumerate(items, start=1)
    }
    for item in items:
        made[item.service].after.set(made[before] for before in item.after)
    return list(made.values())


def _checked(items: Sequence[Item]) -> dict[str, ServiceType]:
    """The service types by code, once the items make a bundle."""
    codes = [item.service for item in items]
    found = {one.code: one for one in ServiceType.objects.filter(code__in=codes, orderable=True)}
    for code in codes:
        if code not in found:
            raise BundleWrongError(f"“{code}” is no service that can be ordered")
        if codes.count(code) > 1:
            raise BundleWrongError(f"“{code}” is there twice")
    for item in items:
        for before in item.after:
            if before not in found:
                raise BundleWrongError(f"“{item.service}” waits for “{before}”, which is not in the bundle")
    if ring := find_ring({item.service: item.after for item in items}):
        raise BundleWrongError("these wait for each other in a ring: " + " → ".join([*ring, ring[0]]))
    return found


def find_ring(after: After[Key]) -> list[Key]:
    """Keys that wait for each other in a ring, each for the next and the last for the first; empty without one."""
    done: set[Key] = set()
    for start in after:
        trail: list[Key] = []
        ahead = [iter((start,))]
        while ahead:
            key = next(ahead[-1], None)
            if key is None:
                ahead.pop()
                if trail:
                    done.add(trail.pop())
            elif key in trail:
                return trail[trail.index(key) :]
            elif key not in done:
                trail.append(key)
                ahead.append(iter(after.get(key, ())))
    return []


def waits_for(after: After[Key], chosen: Iterable[Key]) -> dict[Key, set[Key]]:
    """For which of ``chosen`` each of them waits, when the others are left out.

    Whoever waits for what is left out waits for what that waited for: leaving a step out makes nobody earlier.
    """
    wanted = set(chosen)
    return {key: _nearest(key, after, wanted) for key in wanted}


def _nearest(key: Key, after: After[Key], wanted: set[Key]) -> set[Key]:
    found: set[Key] = set()
    seen, ahead = {key}, list(after.get(key, ()))
    while ahead:
        before = ahead.pop()
        if before in seen:
            continue
        seen.add(before)
        if before in wanted:
            found.add(before)
        else:
            ahead.extend(after.get(before, ()))
    return found
