"""By night everybody is looked at who may be; by day those about whom something became known."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from lacarte.kernel.events import subscribe, subscribe_many
from lacarte.kernel.jobs import Payload, job
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.takeup import own, running, telling, undoing
from lacarte.loop.takeup.events import EntitledFound
from lacarte.loop.takeup.finding import reconsider
from lacarte.loop.takeup.reach import in_force
from lacarte.registers.entitlement.queries import depending_on
from lacarte.registers.people.consenting import PURPOSES
from lacarte.registers.people.events import (
    CircumstancesChanged,
    ConsentGiven,
    ConsentWithdrawn,
    MandateWithdrawn,
)
from lacarte.registers.people.models import Circumstance, Person

logger = logging.getLogger(__name__)


@every(timedelta(minutes=10), "take-up.nightly")
def run_nightly() -> None:
    """Look who is entitled and does not receive, when the hour has come; a run that was stopped goes on."""
    if not running.is_due():
        return
    try:
        running.run()
    except running.RunTakenError as error:
        logger.info("the run for take-up is another's: %s", error)


@subscribe_many(EntitledFound)
def reach_out(events: list[EntitledFound]) -> None:
    """Tell those who were found, or have it ordered."""
    telling.reach_out(events)


@job(telling.GRANT, own_transactions=True)
def grant(payload: Payload) -> None:
    """Order what somebody is entitled to."""
    telling.grant(UUID(payload["finding"]))


@job(telling.DELIVER, attempts=telling.ATTEMPTS, own_transactions=True)
def deliver(payload: Payload) -> None:
    """Hand a notice over."""
    telling.deliver(UUID(payload["notice"]))


@job(undoing.UNDO, own_transactions=True)
def undo_run(payload: Payload) -> None:
    """Take back each case of a run."""
    undoing.undo_all_of(UUID(payload["run"]))


@subscribe_many(CircumstancesChanged)
def look_again(events: list[CircumstancesChanged]) -> None:
    """Something else is known of somebody: what depends on it, and only that, is looked at again."""
    for event in events:
        changed = list(Circumstance.objects.filter(pk__in=event.facts))
        services = depending_on({fact.kind for fact in changed})
        if not services or not in_force().filter(service_type__in=services).exists():
            continue
        homes = {fact.household_id for fact in changed if fact.household_id is not None}
        members = set(Person.objects.filter(household__in=homes).values_list("pk", flat=True))
        reconsider({event.person, *members}, services)


@subscribe(ConsentGiven)
def look_now(event: ConsentGiven, record: Event) -> None:
    """Whoever consents need not wait for the night."""
    reconsider([record.stream], in_force().filter(purpose=event.purpose).values_list("service_type", flat=True))


@subscribe(ConsentWithdrawn)
def forget(event: ConsentWithdrawn, record: Event) -> None:
    """Whichever way a consent was taken back, what was found under it is gone."""
    own.forget(record.stream, event.purpose)


@subscribe(MandateWithdrawn)
def forget_under_mandate(event: MandateWithdrawn, record: Event) -> None:
    """What was found under a consent that ended with its mandate is gone. One that ends by itself: by night."""
    for purpose in PURPOSES:
        own.forget(record.stream, purpose)
