"""What officials said of urgency teaches: a new need that reads like earlier dangers is looked at by a person.

It runs behind the reception of needs and adds to what the rules found; it never makes a need less urgent, and
changes no priority class: whether it is urgent, a person says.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from django.db import transaction

from lacarte.engines.text import Classifier, fit
from lacarte.kernel import clock
from lacarte.kernel.events import subscribe_many
from lacarte.kernel.models import Event
from lacarte.loop.needs.events import NeedReceived
from lacarte.loop.needs.models import Danger, Need, Understanding
from lacarte.loop.needs.urgency.dangers import NeedUrgencySet
from lacarte.registers.menu.models import PriorityClass

#: Stands among the rules that spoke of a need.
LEARNT = "learnt"
#: With fewer dangers, or fewer other needs, nothing is learnt.
FEWEST_DANGERS, FEWEST_OTHERS = 30, 100
#: At least so many of a hundred needs that are shown because of it should be dangers, on texts it has not seen.
_PRECISION = 0.5
_MOST = 3000
#: It learns again after so many corrections, or on another day.
_EVERY = 10
_DANGER, _OTHER = "danger", "other"


def examples() -> list[tuple[str, str]]:
    """Texts with what people made of them: dangers that somebody confirmed or set, and needs that were none."""
    set_by_people = Event.objects.filter(name=NeedUrgencySet.name).order_by("pk")
    said = {
        key: payload["urgency"] == PriorityClass.NOW
        for key, payload in set_by_people.values_list("stream", "payload")
    }
    confirmed = Danger.objects.exclude(seen_at=None).filter(need__urgency=PriorityClass.NOW)
    dangers = {key for key, danger in said.items() if danger} | set(confirmed.values_list("pk", flat=True)[:_MOST])
    calm = Need.objects.filter(danger=None, received_at__lt=clock.now() - timedelta(days=1)).exclude(text="")
    others = {key for key, danger in said.items() if not danger} - dangers
    others |= set(calm.order_by("-received_at").values_list("pk", flat=True)[:_MOST]) - dangers
    texts = dict(Need.objects.filter(pk__in=dangers | others).exclude(text="").values_list("pk", "text"))
    return [(text, _DANGER if key in dangers else _OTHER) for key, text in texts.items()]


def model() -> Classifier | None:
    """What was learnt so far; ``None`` while there is too little to learn from."""
    corrections = Event.objects.filter(name=NeedUrgencySet.name).count()
    return _model(clock.now().date(), corrections // _EVERY)


@lru_cache(maxsize=1)
def _model(day: date, corrections: int) -> Classifier | None:
    known = examples()
    dangers = sum(label == _DANGER for _, label in known)
    if dangers < FEWEST_DANGERS or len(known) - dangers < FEWEST_OTHERS:
        return None
    return fit(known, target=_PRECISION)


@subscribe_many(NeedReceived)
def look_at_what_reads_like_danger(events: list[NeedReceived]) -> None:
    """Ask for a look at the needs among those that came in that read like earlier dangers."""
    taught = model()
    if taught is None:
        return
    calm = Need.objects.filter(pk__in=[event.need for event in events], danger=None)
    needs = list(calm.exclude(urgency=PriorityClass.NOW).exclude(text=""))
    if not needs:
        return
    at = taught.labels.index(_DANGER)
    chances = taught.probabilities([need.text for need in needs])[:, at]
    for need, chance in zip(needs, chances.tolist(), strict=True):
        if chance >= taught.threshold[at]:
            _ask_for_a_look(need)


@transaction.atomic
def _ask_for_a_look(need: Need) -> None:
    Danger.objects.get_or_create(need=need, defaults={"raised_at": clock.now()})
    understood = Understanding.objects.select_for_update().filter(need=need).first()
    if understood is not None and LEARNT not in understood.rules:
        understood.rules = [*understood.rules, LEARNT]
        understood.save(update_fields=["rules"])
