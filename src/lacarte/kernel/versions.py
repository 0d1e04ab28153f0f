"""When registers that are kept in memory have to be read again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.signals import post_delete, post_save

T = TypeVar("T")


def version_of(*of: type[models.Model]) -> tuple[Any, ...]:
    """Changes whenever a row of these models does, in whichever process; each needs a column ``changed_at``.

    Of each model how many rows there are and when the last one changed, by one query. Asked for each need that
    comes in, hence without the mapper's toll.
    """
    tables = [model._meta.db_table for model in of]
    parts = [f"(SELECT COUNT(*) FROM {name}), (SELECT MAX(changed_at) FROM {name})" for name in tables]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}")
        return tuple(cursor.fetchone())


def remembered(*of: type[models.Model]) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """What a function reads of these models is kept, and read again when :func:`version_of` them is another.

    Two changes of the same moment have one version; those of this process are known without it.
    """

    def register(reads: Callable[[], T]) -> Callable[[], T]:
        @lru_cache(maxsize=1)
        def kept(version: tuple[Any, ...]) -> T:
            return reads()

        def forget(**_said: object) -> None:
            kept.cache_clear()

        for model in of:
            for signal in (post_save, post_delete):
                signal.connect(forget, sender=model, weak=False)
        return lambda: kept(version_of(*of))

    return register
