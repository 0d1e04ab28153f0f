"""When registers that are kept in memory have to be read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.signals import post_delete, post_save

T = TypeVar("T")


Version = tuple[Any, ...]
#: Inside :func:`asked_once`: the versions that were asked, by table.
_seen: ContextVar[dict[str, Version] | None] = ContextVar("versions_seen", default=None)
#: The tables that were asked for in such blocks, so that the next one asks for all of them at once.
_asked_together: dict[str, None] = {}


def version_of(*of: type[models.Model]) -> Version:
    """Changes whenever a row of these models does, in whichever process; each needs a column ``changed_at``.

    Of each model how many rows there are and when the last one changed, by one query. Asked for each need that
    comes in, hence without the mapper's toll.
    """
    tables = [model._meta.db_table for model in of]
    seen = _seen.get()
    if seen is None:
        seen = _ask(tables)
    elif not seen.keys() >= set(tables):
        _asked_together.update(dict.fromkeys(tables))
        seen |= _ask([name for name in list(_asked_together) if name not in seen])
    return tuple(part for name in tables for part in seen[name])


@contextmanager
def asked_once() -> Iterator[None]:
    """Inside the block each version is asked once: what is done there sees registers as they were when it began.

    For what asks for many versions and changes none of these registers.
    """
    before = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(before)


def _ask(tables: list[str]) -> dict[str, Version]:
    parts = [f"(SELECT COUNT(*) FROM {name}), (SELECT MAX(changed_at) FROM {name})" for name in tables]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}")
        found = cursor.fetchone()
    return {name: tuple(found[2 * at : 2 * at + 2]) for at, name in enumerate(tables)}


def remembered(*of: type[models.Model]) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """What a function reads of these models is kept, and read again when :func:`version_of` them is another.

    Two changes of the same moment have one version; those of this process are known without it.
    """

    def register(reads: Callable[[], T]) -> Callable[[], T]:
        @lru_cache(maxsize=1)
        def kept(version: Version) -> T:
            return reads()

        def forget(**_said: object) -> None:
            kept.cache_clear()

        for model in of:
            for signal in (post_save, post_delete):
                signal.connect(forget, sender=model, weak=False)
        return lambda: kept(version_of(*of))

    return register
