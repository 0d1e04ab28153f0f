"""What is written by hand of the menu, through the verbs that a city uses: counters, then life events."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from lacarte.demo.content import COUNTERS, LIFE_EVENTS, Content
from lacarte.demo.geography import Land
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.waiting import join
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.attributes import read_question, set_questions
from lacarte.registers.menu.capacity.counting import with_free_units
from lacarte.registers.menu.capacity.holding import confirm, hold
from lacarte.registers.menu.capacity.making import keep_lots
from lacarte.registers.menu.keeping import add_offer, add_place, set_rule
from lacarte.registers.menu.models import CapacityLot, CapacityRule, OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider
from lacarte.standards.imports import import_life_events

_WAITING = 6  # how many wait in turn where all is taken


def write_menu(content: Content, land: Land, neighbourhoods: list[Region], today: date) -> None:
    """Service types of the counters, who offers them where and when, and the life events that call for services.

    Call it once there are needs: what is busy is filled with them.
    """
    written = tomllib.loads(COUNTERS.read_text(encoding="utf-8"))
    area = add_service_type(ServiceType.objects.get(number=0), **written["area"], orderable=False)
    for service in written["service"]:
        made = add_service_type(area, **service)
        set_questions(made, [read_question(one) for one in content.questions.get(made.code, [])])
    at = {region.code: number for number, region in enumerate(neighbourhoods)}
    for counter in written["counter"]:
        number = at[counter["region"]]
        point = land.neighbourhoods[number].representative_point()
        _write_counter(counter, neighbourhoods[number], (round(point.x, 6), round(point.y, 6)), today)
    report = import_life_events(LIFE_EVENTS)
    assert not report.rejections, report.text()


def _write_counter(said: dict[str, Any], region: Region, point: tuple[float, float], today: date) -> None:
    """A provider with its offers: the same place and times for each."""
    provider = Provider.objects.create(region=region, **said["provider"])
    services = ServiceType.objects.in_bulk(said["services"], field_name="code")
    for code in said["services"]:
        offer = add_offer(
            provider,
            service_type=services[code],
            actor=None,
            code=f"{provider.code}-{code}",
            name=services[code].name,
            languages=said["languages"],
            price_minor=said.get("price_minor"),
            price_note=said.get("price_note", {}),
        )
        place = add_place(
            offer,
            region=region,
            actor=None,
            address=said["address"],
            longitude=point[0],
            latitude=point[1],
            step_free=said.get("step_free"),
        )
        for times in said["times"]:
            set_rule(place, actor=None, since=today, **times)
        if said.get("busy"):
            _fill(place)


def _fill(place: OfferAtPlace) -> None:
    """Needs that wait longest get all that is free; the next wait in turn.

    Where fewer wait than there are times, none are given beyond those: busy is busy on every day, in any city.
    """
    waiting = Need.objects.filter(service_type=place.offer.service_type_id, state=Need.State.OPEN)
    needs = iter(waiting.order_by("received_at", "pk"))
    for lot in CapacityLot.objects.filter(offer_at_place=place).order_by("starts_at"):
        for need in islice(needs, lot.units):
            place_order(need, offer_at_place=place, hold=confirm(hold(lot)))
    lots = with_free_units(CapacityLot.objects.filter(offer_at_place=place)).filter(free__gt=0)
    if (left := lots.order_by("starts_at").first()) is not None:
        rules = CapacityRule.objects.filter(offer_at_place=place).select_related("offer_at_place__region")
        for rule in rules:
            rule.until = timezone.localdate(left.starts_at) - timedelta(days=1)
            rule.save(update_fields=["until"])
        keep_lots(rules)
    for need in islice(needs, _WAITING):
        join(need, place)
