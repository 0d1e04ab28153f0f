"""Records that are read for each need that comes in, by a SELECT that is made once: without the mapper's toll."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

M = TypeVar("M", bound=Model)
Converter = Callable[[Any, Any, BaseDatabaseWrapper], Any]


class Prepared(Generic[M]):
    """All columns of the rows of a model for which ``where`` (SQL that both databases know) holds.

    Mapping a query takes Django several times as long as the database takes to answer one for a row by its key.
    """

    def __init__(self, model: type[M], where: str, order: str = "") -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._names = [field.attname for field in fields]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        ordered = f" ORDER BY {order}" if order else ""
        self._sql = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {where}{ordered}'  # noqa: S608 (our own)

    def all(self, *values: Any) -> list[M]:
        """The records, for the values of the marks ``%s`` in their order."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
            rows = [list(row) for row in cursor.fetchall()]
        for at, column, converters in _converters(self._model, connection.vendor):
            for row in rows:
                for converter in converters:
                    row[at] = converter(row[at], column, connection)
        return [self._model.from_db(connection.alias, self._names, row) for row in rows]

    def first(self, *values: Any) -> M | None:
        """As :meth:`all`, the first of them."""
        return next(iter(self.all(*values)), None)


@lru_cache
def _converters(model: type[Model], vendor: str) -> tuple[tuple[int, Any, tuple[Converter, ...]], ...]:
    """Where stand the columns that have to be converted, and by what; the same in all connections to a vendor."""
    found = []
    for at, field in enumerate(model._meta.concrete_fields):
        column = field.get_col(model._meta.db_table)
        converters = (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
        if converters:
            found.append((at, column, converters))
    return tuple(found)
