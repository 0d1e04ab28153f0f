"""Needs that a person reads first, so that the desk has some to decide about: anger, haste, advertising."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lacarte.kernel.events import record_past
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.needs.events import NeedHeld, NeedReceived
from lacarte.loop.needs.models import Channel, Need, Understanding
from lacarte.loop.priority.actions import weigh
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.registers.places.models import Region

#: Hours ago, reason, language, text.
_TEXTS = (
    (3, "abuse", "en", "You are a bunch of lazy idiots! Four weeks without a lamp in our street."),
    (9, "fast", "zh-hans", "路灯不亮，请派人来看看。"),
    (20, "links", "zh-hans", "贷款秒批，无抵押贷款，加微信 dk-2026"),
)


def write_held(neighbourhoods: Sequence[Region], now: datetime) -> None:
    """Write them as they would have come by the question pages."""
    unknown = ServiceType.objects.get(number=ROOT_NUMBER)
    needs = [
        Need(
            channel=Channel.WEB,
            state=Need.State.HELD,
            subject=Subject.PLACE,
            service_type=unknown,
            type_certainty=0.0,
            region=neighbourhoods[n],
            text=text,
            language=language,
            received_at=now - timedelta(hours=hours),
            changed_at=now - timedelta(hours=hours),
        )
        for n, (hours, _reason, language, text) in enumerate(_TEXTS)
    ]
    Need.objects.bulk_create(needs)
    read = [
        Understanding(need=need, language=need.language, language_certainty=1.0, held=reason)
        for need, (_hours, reason, _language, _text) in zip(needs, _TEXTS, strict=True)
    ]
    Understanding.objects.bulk_create(read)
    for one in read:
        need = one.need
        received = NeedReceived(need=need.pk, channel=need.channel)
        held = NeedHeld(need=need.pk, reason=one.held)
        at = (need.received_at, need.received_at + timedelta(seconds=1))
        record_past([(received, need.pk, None, at[0]), (held, need.pk, None, at[1])])
    weigh(Need.objects.filter(pk__in=[need.pk for need in needs]).select_related("service_type", "region"))
