"""Domain events: what happened, kept for ever, and told to later stages through the transactional outbox.

A stage publishes; later stages subscribe. The event row and one job for each subscriber are written in
the transaction of the business change, so either all of it happened or none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, TypeVar, get_type_hints
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise

from lacarte.kernel import jobs
from lacarte.kernel.bulk import insert_all
from lacarte.kernel.models import Event, Job, User

E = TypeVar("E", bound="DomainEvent")
Published = tuple["DomainEvent", UUID, User | None]

_kinds: dict[str, type[DomainEvent]] = {}
_subscribers: dict[str, list[str]] = {}
_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Base of all events. Fields are identifiers and plain facts, never personal data.

    ``name`` is the event's name in the log; ``sentence`` what people read on the timeline, with
    ``%(field)s`` where a field belongs. What is ``inside`` is for officials: residents do not read it.
    """

    name: ClassVar[str] = ""
    sentence: ClassVar[str | Promise] = ""
    inside: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not cls.name:
            raise TypeError(f"{cls.__name__} needs a name such as “need.received”")
        if _kinds.get(cls.name, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"two events are called “{cls.name}”")
        _kinds[cls.name] = cls

    def words(self) -> dict[str, Any]:
        """The fields as the sentence shows them; an event overrides this to put codes into words."""
        return asdict(self)

    def payload(self) -> dict[str, Any]:
        """The fields as JSON."""
        return {field.name: _to_json(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_payload(cls: type[E], payload: dict[str, Any]) -> E:
        """The event of a stored payload; fields that a newer version added keep their defaults."""
        types = get_type_hints(cls)
        known = {f.name: _from_json(types[f.name], payload[f.name]) for f in fields(cls) if f.name in payload}
        return cls(**known)


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _from_json(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if kind is UUID or kind == UUID | None:
        return UUID(value)
    if kind is datetime or kind == datetime | None:
        return datetime.fromisoformat(value)
    return value


def publish(
    event: DomainEvent, *, stream: UUID, actor: User | None = None, told_at: datetime | None = None
) -> Event:
    """Keep ``event`` on the timeline of ``stream`` and tell its subscribers. Returns the row.

    With ``told_at`` they are told then, and not at all once :func:`recall` took it back before. Raises
    ``RuntimeError`` outside a transaction: the event must commit with what it reports.
    """
    return publish_many([(event, stream, actor)], told_at=told_at)[0]


def publish_many(published: Iterable[Published], *, told_at: datetime | None = None) -> list[Event]:
    """As :func:`publish`, for many ``(event, stream, actor)`` at once."""
    if not connection.in_atomic_block:
        raise RuntimeError("publish inside transaction.atomic(), together with the change that is reported")
    pairs = [
        (event, Event(name=event.name, stream=stream, payload=event.payload(), actor=actor))
        for event, stream, actor in published
    ]
    rows = [row for _, row in pairs]
    insert_all(rows)
    later = {} if told_at is None else {"run_at": told_at}
    told = [
        Job(name=name, payload={"event": str(row.pk)}, key=_recalled_by(row.pk, name) if later else None, **later)
        for row in rows
        for name in _subscribers.get(row.name, ())
    ]
    insert_all(told)
    return rows


def _recalled_by(event: UUID, name: str) -> str:
    return f"{event} {name}"


def recall(event: UUID, kind: type[DomainEvent]) -> bool:
    """Tell nobody of an event that was to be told later, within the caller's transaction.

    Returns whether nobody has been told; if somebody has, all stays as it is.
    """
    keys = [_recalled_by(event, name) for name in _subscribers.get(kind.name, ())]
    waiting = Job.objects.select_for_update().filter(key__in=keys, state=Job.State.READY, lease_token=None)
    found = [job.pk for job in waiting]
    if len(found) < len(keys):
        return False
    Job.objects.filter(pk__in=found).delete()
    return True


def record_past(happened: Iterable[tuple[DomainEvent, UUID, User | None, datetime]]) -> int:
    """Keep what happened before this installation knew of it; nobody is told. Returns how many there were.

    Each is ``(event, stream, actor, at)``. For histories that are loaded whole, with all their consequences.
    """
    rows = [
        Event(name=event.name, stream=stream, payload=event.payload(), actor=actor, at=at)
        for event, stream, actor, at in happened
    ]
    Event.objects.bulk_create(rows, batch_size=_BATCH)
    return len(rows)


def subscribe(
    kind: type[E], *, own_transactions: bool = False
) -> Callable[[Callable[[E, Event], None]], Callable[[E, Event], None]]:
    """Have the decorated ``handler(event, record)`` run, as a job, after each event of ``kind``.

    ``own_transactions`` as in :func:`lacarte.kernel.jobs.job`.
    """

    def register(handler: Callable[[E, Event], None]) -> Callable[[E, Event], None]:
        @jobs.job(_add(kind, handler), own_transactions=own_transactions)
        def run(payload: dict[str, Any]) -> None:
            record = Event.objects.get(pk=payload["event"])
            handler(kind.from_payload(record.payload), record)

        return handler

    return register


def subscribe_many(kind: type[E]) -> Callable[[Callable[[list[E]], None]], Callable[[list[E]], None]]:
    """As :func:`subscribe`, for ``handler(events)`` that takes what waits together, oldest first.

    As in :func:`lacarte.kernel.jobs.batch_job`, all of them share a transaction.
    """

    def register(handler: Callable[[list[E]], None]) -> Callable[[list[E]], None]:
        @jobs.batch_job(_add(kind, handler))
        def run(payloads: list[dict[str, Any]]) -> None:
            records = Event.objects.filter(pk__in=[payload["event"] for payload in payloads])
            handler([kind.from_payload(record.payload) for record in records])

        return handler

    return register


def _add(kind: type[DomainEvent], handler: Callable[..., None]) -> str:
    """The name of the job that tells ``handler`` of each event of ``kind``, from now on."""
    name = f"{kind.name} -> {handler.__module__.removeprefix('lacarte.')}.{handler.__name__}"
    names = _subscribers.setdefault(kind.name, [])
    if name not in names:
        names.append(name)
    return name


def timeline(stream: UUID, *, inside: bool = True) -> QuerySet[Event]:
    """What happened to a case, oldest first; not ``inside``: without what is for officials alone."""
    happened = Event.objects.filter(stream=stream).select_related("actor")
    return happened if inside else happened.exclude(name__in=[one.name for one in _kinds.values() if one.inside])


def describe(record: Event) -> str:
    """What happened, in a sentence in the reader's language; the bare name for an event no longer known."""
    kind = _kinds.get(record.name)
    if kind is None:
        return record.name
    return str(kind.sentence) % kind.from_payload(record.payload).words()
