"""Many new records of one kind at once, faster than ``bulk_create``: by COPY, or one statement prepared once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, DateTimeField, Field, Model

Row = tuple[Any, ...]
#: So many go in one statement: COPY takes more round trips, as does a statement prepared for each.
_FEW = 8


def insert_all(records: Sequence[Model]) -> None:
    """Insert records that are all of one model and have their keys: no signals, no expressions, no conflicts.

    Raises ``IntegrityError`` as an insertion does; put it in a transaction to have all or none.
    """
    if not records:
        return
    model = type(records[0])
    database = router.db_for_write(model)
    connection, fields = connections[database], model._meta.concrete_fields
    _fill(records, fields)
    prepared = [(field.attname, field.get_db_prep_save) for field in fields]
    rows = (
        tuple(
            None if (value := getattr(record, name)) is None else prepare(value, connection)
            for name, prepare in prepared
        )
        for record in records
    )
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)})"
    if len(records) <= _FEW:
        _insert_few(connection, into, list(rows))
    else:
        (_copy if connection.vendor == "postgresql" else _insert)(connection, into, rows, len(fields))
    for record in records:
        record._state.adding, record._state.db = False, database


def _fill(records: Sequence[Model], fields: Sequence[Field[Any, Any]]) -> None:
    """Have the fields filled that know their value only now, as Django's own ways of saving do."""
    for field in fields:
        own = type(field).pre_save not in (Field.pre_save, DateField.pre_save, DateTimeField.pre_save)
        if own or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            for record in records:
                field.pre_save(record, add=True)


def _copy(connection: BaseDatabaseWrapper, into: str, rows: Iterable[Row], columns: int) -> None:
    said = f"COPY {into} FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(said) as copy:
        for row in rows:
            copy.write_row(row)


def _insert_few(connection: BaseDatabaseWrapper, into: str, rows: list[Row]) -> None:
    values = f"({', '.join(['%s'] * len(rows[0]))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {into} VALUES {', '.join([values] * len(rows))}",  # noqa: S608 (names of our own)
            [value for row in rows for value in row],
        )


def _insert(connection: BaseDatabaseWrapper, into: str, rows: Iterable[Row], columns: int) -> None:
    values = ", ".join(["%s"] * columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {into} VALUES ({values})", list(rows))  # noqa: S608 (names of our own)
