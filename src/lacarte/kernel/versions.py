"""When registers that are kept in memory have to be read again."""

from __future__ import annotations

from typing import Any

from django.db import connection, models


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
