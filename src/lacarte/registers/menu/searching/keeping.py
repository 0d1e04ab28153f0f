"""The search kept in step with the menu: as records are saved, every few minutes, and wholly every day.

A record that is saved or removed one by one is filed when its transaction has ended, in the process that wrote it.
What is written in bulk says so by ``changed_at`` and is filed within a minute; what says nothing, within a day.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save

from lacarte.kernel import clock, jobs
from lacarte.kernel.schedule import every
from lacarte.registers.menu.models import BundleItem, LifeEvent, Offer, OfferAtPlace, ServiceType
from lacarte.registers.menu.searching.filing import file_again, refresh
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

#: Longer than a job may wait for its turn.
_BACK = timedelta(minutes=10)
#: Offers that are filed where the record was saved that they all name; more are left to a worker.
_AT_ONCE = 50
_NAMED_IN = {ServiceType: "service_type_id", Provider: "provider_id", Region: "places__region_id"}
_waiting = threading.local()


def watch() -> None:
    """Have records filed as they are saved and removed one by one."""
    for model in (LifeEvent, ServiceType, Offer, OfferAtPlace, BundleItem, Provider, Region):
        post_save.connect(_saved, sender=model, dispatch_uid="menu.searching")
        post_delete.connect(_saved, sender=model, dispatch_uid="menu.searching")


def file_changed() -> None:
    """File what was changed lately: also what was written in bulk, which nobody hears of."""
    since = clock.now() - _BACK
    providers = Provider.objects.filter(changed_at__gte=since)
    offers = set(Offer.objects.filter(changed_at__gte=since).values_list("pk", flat=True))
    offers |= set(Offer.objects.filter(provider__in=providers).values_list("pk", flat=True))
    offers |= set(OfferAtPlace.objects.filter(changed_at__gte=since).values_list("offer_id", flat=True))
    file_again(ServiceType, ServiceType.objects.filter(changed_at__gte=since).values_list("pk", flat=True))
    file_again(Offer, offers)


@every(timedelta(minutes=1), "menu.file-changed")
def _file_changed() -> None:
    file_changed()


@every(timedelta(days=1), "menu.file-all")
def _file_all() -> None:
    refresh()


@jobs.job("menu.file-offers", own_transactions=True)
def _file_offers(payload: dict[str, Any]) -> None:
    field, key = payload["field"], payload["key"]
    file_again(Offer, Offer.objects.filter(**{field: key}).values_list("pk", flat=True).distinct())


def _saved(sender: type[models.Model], instance: Any, **said: Any) -> None:
    if sender in (LifeEvent, ServiceType, Offer):
        _later(sender, instance.pk)
    elif sender is OfferAtPlace:
        _later(Offer, instance.offer_id)
    elif sender is BundleItem:
        _later(LifeEvent, instance.life_event_id)
    if sender in _NAMED_IN and not said.get("created"):
        transaction.on_commit(lambda: _file_those_of(_NAMED_IN[sender], instance.pk), robust=True)


def _later(model: type[models.Model], key: object) -> None:
    """File one record after the transaction, together with all others of it."""
    if not hasattr(_waiting, "keys"):
        _waiting.keys = defaultdict(set)
    _waiting.keys[model].add(key)
    transaction.on_commit(_file_waiting, robust=True)


def _file_waiting() -> None:
    waiting, _waiting.keys = _waiting.keys, defaultdict(set)
    for model, keys in waiting.items():
        file_again(model, keys)


def _file_those_of(field: str, key: object) -> None:
    """The offers that name a record which was changed."""
    keys = list(Offer.objects.filter(**{field: key}).values_list("pk", flat=True).distinct()[: _AT_ONCE + 1])
    if len(keys) <= _AT_ONCE:
        file_again(Offer, keys)
    else:
        jobs.enqueue("menu.file-offers", {"field": field, "key": str(key)})
