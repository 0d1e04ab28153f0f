"""Who is on duty is called to a danger to life that nobody has looked at, wherever they are.

By e-mail or SMS, as residents are told, but with a link alone: what was said, and by whom, stays at the desk. A
call is a job for each of them, and has one name however often it is tried, so each of them gets it once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import jobs
from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.reaching import Medium, plain
from lacarte.loop.needs.models import Danger, Need
from lacarte.loop.needs.urgency.dangers import DangerUnseen
from lacarte.registers.places.models import Region

logger = logging.getLogger(__name__)

CALL = "needs.call-to-danger"
#: More would reach into the next call.
_ATTEMPTS = 6


@dataclass(frozen=True)
class OnDuty:
    """An e-mail address or phone number, and the code of the region whose dangers it is called to; empty: all."""

    address: str
    region: str = ""

    @property
    def medium(self) -> Medium:
        """What an address of this kind is reached by."""
        return Medium.EMAIL if "@" in self.address else Medium.SMS


def on_duty() -> list[OnDuty]:
    """Whom the setting ``danger_call`` names, each once."""
    found = []
    for entry in settings.CONFIGURED["danger_call"]:
        region, _sign, address = entry.rpartition("=")
        found.append(OnDuty(plain(address.strip()), region.strip()))
    return list(dict.fromkeys(found))


@subscribe(DangerUnseen)
def call(event: DangerUnseen, record: Event) -> None:
    """Ask for one call to each who is on duty where the danger is."""
    need = Need.objects.select_related("region").get(pk=event.need)
    for address in {one.address: one for one in on_duty() if _covers(one, need)}:
        key = uuid5(record.pk, address)
        payload = {"danger": str(need.pk), "to": address, "key": str(key), "at": record.at.isoformat()}
        jobs.enqueue(CALL, payload, key=f"{CALL}:{key}")


def _covers(one: OnDuty, need: Need) -> bool:
    """Whether it is their danger. A region that is not known, on either side, keeps nobody from being called."""
    if not one.region or not need.region_id:
        return True
    region = Region.objects.filter(code=one.region).first()
    if region is None:
        logger.error("danger_call: there is no region “%s”; %s is called to all dangers", one.region, one.medium)
        return True
    return need.region_id in region.interval


@jobs.job(CALL, attempts=_ATTEMPTS, own_transactions=True)
def call_one(payload: jobs.Payload) -> None:
    """Call one of them, unless somebody looks by now. Killed half-way it is done again, under the same name."""
    danger = Danger.objects.select_related("need").filter(pk=payload["danger"], seen_at=None).first()
    if danger is None:
        return
    medium = OnDuty(payload["to"]).medium
    carrier = carrier_of(medium)
    gateway = carrier.route("") if carrier is not None else None
    if carrier is None or gateway is None:
        logger.error("nobody is called to the danger %s: there is no way out by %s", danger, medium)
        return
    try:
        carrier.send(_letter(danger, payload, gateway))
    except UndeliverableError as error:
        logger.error("a call to the danger %s cannot be delivered by %s: %s", danger, medium, error)


def _letter(danger: Danger, payload: jobs.Payload, gateway: str) -> Letter:
    reference, language = danger.need.reference, str(settings.LANGUAGE_CODE)
    at = datetime.fromisoformat(payload["at"])
    link = f"{str(settings.CONFIGURED['site_address']).rstrip('/')}/desk/needs/{reference}/"
    with translation.override(language):
        return Letter(
            key=UUID(payload["key"]),
            to=payload["to"],
            text=_(
                "Danger to life: %(reference)s has waited for %(seconds)d seconds and nobody has looked. "
                "Please open it and press “I have it”: %(link)s"
            )
            % {"reference": reference, "seconds": (at - danger.raised_at).total_seconds(), "link": link},
            language=language,
            reference=reference,
            at=at,
            subject=_("Danger to life, nobody has looked [%(reference)s]") % {"reference": reference},
            gateway=gateway,
            automatic=True,
        )
