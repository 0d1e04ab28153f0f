"""Looking at everybody who may be looked at: slice by slice, in bounded memory, going on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.loop.matching.nights import last_time
from lacarte.loop.takeup.events import TakeUpRunEnded
from lacarte.loop.takeup.finding import CONSENT, ENDED, not_allowed, remove_all, take_no_for_an_answer, write_down
from lacarte.loop.takeup.looking import Fault, Looked, judging_of, look
from lacarte.loop.takeup.measuring import KEPT_AFTER, note_taken
from lacarte.loop.takeup.models import Finding, Measure, TakeUpRun
from lacarte.loop.takeup.reach import Group, groups, in_force
from lacarte.registers.entitlement.judging_many import Judging

#: Persons at a time: what is read of them and decided stays below some tens of megabytes.
SLICE = 4000
_MOST_NAMED = 1000
#: A run that began so long ago and has not ended is gone on with. If it is still under way, one of the two stops.
_STOPPED = timedelta(hours=2)
Progress = Callable[[str], None]


class RunTakenError(ValueError):
    """Somebody else goes on with the run, or has undone it; the message says so."""


def run(progress: Progress | None = None, *, slice_of: int = SLICE) -> TakeUpRun:
    """Look at everybody who may be looked at, once; a run that was stopped before goes on where it was.

    Raises :class:`RunTakenError` when another process goes on with the same run, or somebody undid it.
    """
    say = progress or (lambda _line: None)
    current, (together, left_out) = _begin(), groups()
    clear_up(together)
    note_taken()
    measures = {(one.service_type_id, one.region_id): one for one in current.measures.all()}
    for group in together:
        if group.key < current.group:
            continue
        judging = judging_of(group)
        while _look_at_slice(current, group, judging, measures, slice_of):
            say(f"{group.key}: {current.looks} persons looked at")
    _end(current, left_out)
    return current


def is_due() -> bool:
    """Whether tonight's run has not begun, or one was stopped a while ago."""
    living = TakeUpRun.objects.filter(state=TakeUpRun.State.RUNNING).first()
    if living is not None:
        return clock.now() - living.started_at > _STOPPED
    tonight = last_time(settings.CONFIGURED["take_up_hour"])
    return in_force().exists() and not TakeUpRun.objects.filter(started_at__gte=tonight).exists()


def _begin() -> TakeUpRun:
    """The run that was stopped, or a new one."""
    living = TakeUpRun.objects.filter(state=TakeUpRun.State.RUNNING)
    if (found := living.first()) is not None:
        return found
    try:
        with transaction.atomic():
            return TakeUpRun.objects.create()
    except IntegrityError:
        return living.get()


def _look_at_slice(
    current: TakeUpRun,
    group: Group,
    judging: Judging,
    measures: dict[tuple[int, int], Measure],
    slice_of: int,
) -> bool:
    """Look at the next persons of a group. Returns whether there were any."""
    there = current.group == group.key and current.position is not None
    within = group.people().filter(pk__gt=current.position) if there else group.people()
    looked = look(group, judging, within, slice_of)
    if not looked.people.keys:
        return False
    last = looked.people.keys[-1]
    with transaction.atomic():
        _claim(current, group.key, last, len(looked.people.keys), looked.faults)
        write_down(looked, within.filter(pk__lte=last), current)
        _count(current, looked, measures)
    return True


def _claim(current: TakeUpRun, group: str, last: UUID, looks: int, faults: Iterable[Fault]) -> None:
    """Nobody else has looked at these persons in this run, nor will: the slice is ours, with all it writes."""
    at: dict[str, Any] = {"position": current.position} if current.position else {"position__isnull": True}
    ours = TakeUpRun.objects.filter(pk=current.pk, state=TakeUpRun.State.RUNNING, group=current.group, **at)
    known = {tuple(one.values()) for one in current.left_out}
    told = [{**asdict(one), "person": str(one.person)} for one in faults]
    new = [one for one in told if tuple(one.values()) not in known]
    current.group, current.position, current.looks = group, last, current.looks + looks
    current.left_out_count += len(new)
    current.left_out = [*current.left_out, *new[: max(_MOST_NAMED - len(current.left_out), 0)]]
    names = ("group", "position", "looks", "left_out", "left_out_count")
    if not ours.update(**{name: getattr(current, name) for name in names}):
        raise RunTakenError(_("Somebody else goes on with this run, or it was undone."))


def _count(current: TakeUpRun, looked: Looked, measures: dict[tuple[int, int], Measure]) -> None:
    """Add the persons of a slice to what was counted, by service and region."""
    regions, place = np.unique(looked.people.regions, return_inverse=True)
    new, more = [], []
    for service in looked.group.services:
        entitled = looked.entitled[service]
        every = np.bincount(place, weights=entitled, minlength=len(regions)).astype(int).tolist()
        have = np.bincount(place, weights=entitled & looked.receiving[service], minlength=len(regions))
        for region, n, having in zip(regions.tolist(), every, have.astype(int).tolist(), strict=True):
            known = measures.get((service, region))
            if known is None and n:
                values = {"service_type_id": service, "region_id": region, "entitled": n, "receiving": having}
                new.append(Measure(run=current, **values))
                measures[service, region] = new[-1]
            elif known is not None and n:
                known.entitled, known.receiving = known.entitled + n, known.receiving + having
                more.append(known)
    Measure.objects.bulk_create(new, batch_size=500)
    Measure.objects.bulk_update(more, ["entitled", "receiving"], batch_size=200)


def _end(current: TakeUpRun, left_out: dict[int, str]) -> None:
    with transaction.atomic():
        ours = TakeUpRun.objects.filter(pk=current.pk, state=TakeUpRun.State.RUNNING)
        current.state, current.finished_at = TakeUpRun.State.DONE, clock.now()
        current.services_left_out = {str(number): why for number, why in left_out.items()}
        done = ours.update(
            state=current.state, finished_at=current.finished_at, services_left_out=current.services_left_out
        )
        if not done:
            raise RunTakenError(_("Somebody else goes on with this run, or it was undone."))
        publish(TakeUpRunEnded(run=current.pk), stream=current.pk)


def clear_up(together: Iterable[Group]) -> None:
    """Delete findings that nobody may keep: consent has ended, the service looks no more, or it is long over.

    A grant that was called off is a “not so”.
    """
    take_no_for_an_answer()
    for group in together:
        remove_all(Finding.objects.filter(not_allowed(group)), CONSENT)
    over = Q(taken_at__lt=clock.now() - KEPT_AFTER) | ~Q(service_type__in=in_force().values("service_type"))
    remove_all(Finding.objects.filter(over), ENDED)
