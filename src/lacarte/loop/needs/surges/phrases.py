"""Phrases that suddenly come up in needs, whatever service these were taken for: burning issues by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from lacarte.engines.surges import Emerging, emerging
from lacarte.engines.surges.find import DAYS
from lacarte.kernel import clock, tree
from lacarte.kernel.events import publish
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import Need, Surge
from lacarte.loop.needs.surges.finding import FEWEST_TEXTS, Looked, SurgeBegan, SurgeEnded
from lacarte.loop.needs.understanding.privacy import passed_on, without_personal
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

#: Looked at so often a day, with so much of the day's error budget.
LOOKS, SHARE = 4, 0.2
#: What goes on is told apart from chance less strictly than what begins.
_LASTS = 0.5
#: An issue is told of the smallest region, and the narrowest type, that so much of it lies in.
_MOST_OF_IT = 0.8
#: So many texts of thirteen weeks are read, the newest; where more come in, issues by place and type say it all.
MOST_TEXTS = 20_000


@dataclass(frozen=True)
class _Told:
    """One text: where it is, what it was taken for, when."""

    region: int
    kind: int
    text: str
    hours: float


def look_at_words(now: datetime | None = None) -> Looked:
    """Look for phrases that come up at ``now``; nothing is done where there are more than :data:`MOST_TEXTS`."""
    now = now or clock.now()
    told, looked = _texts(now), Looked([], [], [])
    texts, hours = [one.text for one in told], [one.hours for one in told]
    share = settings.CONFIGURED["surge_false_percent"] / 100 * SHARE / LOOKS
    found = [one for one in emerging(texts, hours, false_share=share) if one.count >= FEWEST_TEXTS] if told else []
    with transaction.atomic():
        running = list(Surge.objects.select_for_update().filter(ended_at=None, by_words=True))
        lasting = emerging(texts, hours, false_share=_LASTS, most=200) if told and running else []
        for surge in running:
            _continue(surge, [one for one in lasting if _is_of(one, surge, told)], now, looked)
        for one in found:
            if not any(_is_of(one, surge, told) for surge in looked.going):
                _begin(one, told, now, looked)
    return looked


def _texts(now: datetime) -> list[_Told]:
    """The texts of thirteen weeks without personal data, of each person only the newest of a day with its type."""
    recent = Need.objects.filter(passed_on(), received_at__gt=now - timedelta(days=DAYS), received_at__lte=now)
    rows = list(
        recent.exclude(text="")
        .order_by("-received_at")
        .values_list("region", "service_type", "text", "received_at", "person", "pk")[: MOST_TEXTS + 1]
    )
    if len(rows) > MOST_TEXTS:
        return []
    newest: dict[tuple[object, int, int], _Told] = {}
    for region, kind, text, at, person, key in rows:
        hours = (now - at).total_seconds() / 3600
        newest.setdefault((person or key, kind, int(hours // 24)), _Told(region, kind, text, hours))
    return [_Told(one.region, one.kind, without_personal(one.text), one.hours) for one in newest.values()]


def _is_of(found: Emerging, surge: Surge, told: Sequence[_Told]) -> bool:
    """Whether what was found is the matter of an issue that burns: most of its texts have the issue's words."""
    having = sum(surge.topic in told[i].text.casefold() for i in found.which)
    return having * 2 >= found.count


def _continue(surge: Surge, found: list[Emerging], now: datetime, looked: Looked) -> None:
    if not found:
        surge.ended_at = now
        surge.save(update_fields=["ended_at"])
        publish(SurgeEnded(surge=surge.pk), stream=surge.pk)
        looked.ended.append(surge)
        return
    _update(surge, min(found, key=lambda one: one.chance), now)
    surge.save()
    looked.going.append(surge)


def _begin(found: Emerging, told: Sequence[_Told], now: datetime, looked: Looked) -> None:
    its = [told[i] for i in found.which]
    region = _smallest([one.region for one in its], dict(Region.objects.values_list("number", "last")))
    kind = _smallest([one.kind for one in its], dict(ServiceType.objects.values_list("number", "last")))
    surge = Surge(region_id=region, service_type_id=kind, topic=found.words[:120], by_words=True, found_at=now)
    _update(surge, found, now)
    surge.save(force_insert=True)
    expected = round(surge.expected, 1)
    publish(SurgeBegan(surge=surge.pk, count=surge.count, expected=expected), stream=surge.pk)
    looked.begun.append(surge)


def _update(surge: Surge, found: Emerging, now: datetime) -> None:
    surge.since, surge.until = now - timedelta(hours=found.hours), now
    surge.count, surge.expected, surge.chance = found.count, found.expected, found.chance


def _smallest(numbers: Sequence[int], nodes: dict[int, int]) -> int:
    """The narrowest node of a tree, given as ``{first: last}``, that most of ``numbers`` lie in."""
    holding = [
        (last - first, first)
        for first, last in nodes.items()
        if sum(first <= number <= last for number in numbers) >= _MOST_OF_IT * len(numbers)
    ]
    return min(holding)[1] if holding else tree.ROOT_NUMBER


@every(timedelta(days=1) / LOOKS, "needs.burning-words")
def look_for_burning_words() -> None:
    """Look several times a day."""
    look_at_words()
