"""Two who edit at once: the second sees what the first changed, and keeps what they themselves wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from lacarte.pages.provider.forms import Kept
from lacarte.pages.provider.words import Told, told
from lacarte.registers.menu.keeping import ChangedMeanwhileError
from lacarte.registers.menu.keeping.history import changes_since, values_at

Initial = dict[str, Any]
K = TypeVar("K", bound=Kept)


def changed_meanwhile(record: Model, seen: datetime) -> list[Told]:
    """What others changed of a record since ``seen``, in words."""
    return told(changes_since(record, seen))


def keep(
    form: K,
    change: Callable[[], object],
    initial_of: Callable[[Any], Initial],
    initial_then: Callable[[dict[str, Any]], Initial],
) -> tuple[K, list[Told]] | None:
    """Keep what a valid form says, by ``change``; ``None`` where that is done.

    Else the form to be shown again, with what is wrong, or with what others changed meanwhile, and that in words.
    """
    try:
        change()
    except ChangedMeanwhileError as error:
        seen, now = form.version(), initial_of(error.record)
        again = type(form)(joined(form.data, error.record, seen, initial_then, now), initial=now)
        return again, changed_meanwhile(error.record, seen)
    except ValidationError as error:
        form.refuse(error)
        return form, []
    return None


def joined(
    posted: Any, record: Any, seen: datetime, initial_then: Callable[[dict[str, Any]], Initial], now: Initial
) -> Any:
    """What was posted, but what the writer left as it was ``seen`` is as it is now.

    ``initial_then`` makes the form's initial values of the record's values at that time.
    """
    data = posted.copy()
    values = values_at(record, seen)
    before = initial_then(values) if values else now
    for name, value in now.items():
        said = posted.getlist(name) if isinstance(value, list) else posted.get(name, "")
        if said == before.get(name, [] if isinstance(value, list) else ""):
            data.setlist(name, value if isinstance(value, list) else [value])
    data["seen"] = now["seen"]
    return data
