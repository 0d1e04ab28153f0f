"""What a service or an organisation is made of, in one short text each: another text, another document.

A stamp is of all columns that are told, as the database has them, of what proves that somebody may have the
service, and of the program that tells it. So nobody has to say that something has changed, and nothing is old.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from lacarte import __version__
from lacarte.registers.menu.models import OfferAtPlace
from lacarte.standards.hsds.records import OFFER, PLACE, PROVIDER, TYPE, proofs_of, within

_SERVED = ("serves__code", "serves__name")


class Digest(Func):
    """What some columns say, as one text that is made where they are."""

    function = "MD5"  # against chance, not against attackers: who changes records needs no collision
    output_field = CharField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        """As JSON, in which no two rows are the same text; MD5 would be Python's here, and slower than none."""
        return self.as_sql(compiler, connection, template="json_array(%(expressions)s)", **more)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        """A digest of the row as text, likewise."""
        return self.as_sql(compiler, connection, template="MD5(ROW(%(expressions)s)::text)", **more)


def _digest(*columns: str) -> Digest:
    return Digest(*(column.rstrip(":") for column in columns))


def of_columns_of_offers() -> Digest:
    """The part of a service's stamp that its offer and its service type are."""
    return _digest(*OFFER, *(f"service_type__{column}" for column in TYPE))


def of_columns_of_providers() -> Digest:
    """The part of an organisation's stamp that its provider is."""
    return _digest(*PROVIDER)


def key(column: str) -> Cast:
    """A key as the database writes it: tens of thousands of UUIDs take their time."""
    return Cast(column, CharField())


@lru_cache
def _program() -> blake2b:
    """What tells: this package as it is written."""
    found = blake2b(__version__.encode(), digest_size=16)
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".toml"):
            found.update(path.read_bytes())
    return found


def stamp(parts: Iterable[str]) -> str:
    """One stamp of several parts."""
    found = _program().copy()
    found.update("\n".join(parts).encode())
    return found.hexdigest()


def of_services(rows: Sequence[tuple[str, int, str]], *, every: bool = False) -> dict[str, str]:
    """The stamps of services by two queries.

    ``rows``: of each offer its :func:`key`, the number of its service type, and :func:`of_columns_of_offers`;
    ``every``: they are all that there are from the first to the last key.
    """
    places: dict[str, list[str]] = {}
    found = OfferAtPlace.objects.filter(**within("offer", [one for one, _, _ in rows], every)).order_by()
    for at, digest in found.values_list(key("offer_id"), _digest(*PLACE, *_SERVED)):
        places.setdefault(at, []).append(digest)
    proofs = {number: repr(those) for number, those in proofs_of({number for _, number, _ in rows}).items()}
    return {
        one: stamp((digest, *sorted(places.get(one, ())), proofs.get(number, ""))) for one, number, digest in rows
    }
