"""When an offer at a place can be booked: the rules that make its lots, kept with what they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.menu.capacity.counting import living_holds, open_lots, with_free_units
from lacarte.registers.menu.capacity.making import Standing, check_rule, end_rule, keep_lots
from lacarte.registers.menu.keeping.access import places_of
from lacarte.registers.menu.keeping.noting import note, note_before
from lacarte.registers.menu.keeping.verbs import KeepingRefusedError, locked, touch
from lacarte.registers.menu.models import CapacityLot, CapacityRule, Hold, Offer, OfferAtPlace

OF_RULE = ("bucket", "weekdays", "opens", "closes", "minutes", "units", "since", "until")


@dataclass(frozen=True)
class Effect:
    """What pausing an offer stops and what it does not: free units ahead, booked ones, places where it is had."""

    free: int
    booked: int
    places: int


@transaction.atomic
def set_rule(
    place: OfferAtPlace,
    *,
    actor: User | None,
    rule: CapacityRule | None = None,
    seen: datetime | None = None,
    **fields: Any,
) -> tuple[CapacityRule, list[Standing]]:
    """Add times to a place, or change ``rule`` (:data:`OF_RULE`), and make the lots that they call for.

    ``seen`` is the version of the place. Returns the bookings that stand against it, where there are fewer units
    now. Raises ``PermissionDenied``, ``ValidationError`` with a sentence for each field that is wrong, and
    ``ChangedMeanwhileError``.
    """
    kept = locked(places_of(actor).select_related("offer", "region"), place, seen)
    made = _rule_of(kept, rule) if rule else CapacityRule(offer_at_place=kept)
    before = {name: getattr(made, name, None) for name in OF_RULE}
    for name, value in fields.items():
        if name not in OF_RULE:
            raise TypeError(f"times have no field {name} that can be changed")
        setattr(made, name, value)
    _check(made, new=rule is None)
    if rule and before == {name: getattr(made, name) for name in OF_RULE}:
        return made, []
    if rule:
        note_before([_rule_of(kept, rule)])
    _touch(kept)
    made.save()
    note([made], actor=actor)
    return made, keep_lots([made])


@transaction.atomic
def end_times(
    rule: CapacityRule, *, actor: User | None, seen: datetime | None = None
) -> tuple[CapacityRule, list[Standing]]:
    """Have a rule make no more lots. What is booked stands, and is returned; its record stays."""
    kept = locked(places_of(actor).select_related("offer", "region"), rule.offer_at_place, seen)
    ended = _rule_of(kept, rule)
    note_before([_rule_of(kept, rule)])
    _touch(kept)
    standing = end_rule(ended)
    note([ended], actor=actor)
    return ended, standing


def standing_if(rule: CapacityRule) -> list[Standing]:
    """The bookings that would stand against ``rule``, which is changed but not saved. Nothing is written."""
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            rule.save()
            return keep_lots([rule])
        finally:
            transaction.savepoint_rollback(point)


def effect_of_pause(offer: Offer) -> Effect:
    """What is free and what is booked of an offer from now on."""
    lots = CapacityLot.objects.filter(open_lots(), offer_at_place__offer=offer)
    free = sum(max(lot.free, 0) for lot in with_free_units(lots))
    ahead = Hold.objects.filter(
        living_holds(), lot__offer_at_place__offer=offer, lot__ends_at__gt=clock.now(), state=Hold.State.CONFIRMED
    )
    booked = ahead.aggregate(n=Sum("units"))["n"] or 0
    return Effect(free, booked, offer.places.count())


def _touch(place: OfferAtPlace) -> None:
    """Times have no version of their own: their place has a new one, though it says the same."""
    note_before([place])
    touch(place)
    place.save(update_fields=["changed_at"])


def _check(rule: CapacityRule, *, new: bool) -> None:
    check_rule(rule)
    if new and rule.until and rule.until < timezone.localdate(clock.now()):
        raise ValidationError({"until": _("This day is over. Please choose a later one, or leave it empty.")})


def _rule_of(place: OfferAtPlace, rule: CapacityRule) -> CapacityRule:
    """The rule as it is now, of this place."""
    found = CapacityRule.objects.filter(pk=rule.pk, offer_at_place=place).first()
    if found is None:
        raise KeepingRefusedError(_("These times are not there any more."))
    found.offer_at_place = place
    return found


def rules_of(place: UUID) -> list[CapacityRule]:
    """The rules of a place that have something ahead, in the order in which they begin."""
    today = timezone.localdate(clock.now())
    rules = CapacityRule.objects.filter(offer_at_place=place).select_related(
        "offer_at_place__offer", "offer_at_place__region"
    )
    return [rule for rule in rules if rule.units or rule.until is None or rule.until >= today]
