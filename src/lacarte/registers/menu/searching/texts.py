"""The tokens of entries in each database's own full text: written alike, asked in its own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection

from lacarte.engines.text.asking import Candidate
from lacarte.engines.text.expressions import NOTHING, All, Expression, any_of
from lacarte.registers.menu.models import SearchEntry

Text = tuple[int, str, str, str]
_BATCH, _AT_ONCE = 400, 100
#: What stands among the names of an entry for its kind: no word begins so.
_KIND = "0kind{}"


class Shown(NamedTuple):
    """What is shown of an entry; its title is JSON as the database has it."""

    kind: int
    key: str
    code: str
    title: str


def with_kind(names: str, kind: int) -> str:
    """``names`` by which an entry of ``kind`` can be told."""
    return f" {_KIND.format(kind)} |{names}"


def put(texts: Sequence[Text]) -> None:
    """Write the tokens of entries, in place of what was there: number, names, about, rest."""
    remove(number for number, *_ in texts)
    with connection.cursor() as cursor:
        for at in range(0, len(texts), _AT_ONCE):
            some = texts[at : at + _AT_ONCE]
            marks = ", ".join(["(%s, %s, %s, %s)"] * len(some))
            cursor.execute(
                f"INSERT INTO menu_searchtext (rowid, names, about, rest) VALUES {marks}",  # noqa: S608
                [value for text in some for value in text],
            )


def remove(numbers: Iterable[int]) -> None:
    """Take the tokens of entries away."""
    left = list(numbers)
    with connection.cursor() as cursor:
        for at in range(0, len(left), _BATCH):
            some = left[at : at + _BATCH]
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"DELETE FROM menu_searchtext WHERE rowid IN ({marks})", some)  # noqa: S608


def count() -> int:
    """How many entries have tokens, each once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM menu_searchtext t JOIN menu_searchentry e ON e.id = t.rowid")
        found: int = cursor.fetchone()[0]
    return found


def remove_strays() -> None:
    """Take tokens away whose entry is gone."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM menu_searchtext WHERE rowid NOT IN (SELECT id FROM menu_searchentry)")


def matching(
    expression: Expression, *, in_names: bool, most: int, kinds: Sequence[SearchEntry.Kind] = ()
) -> list[tuple[Candidate, Shown]]:
    """Up to ``most`` entries whose tokens fulfil ``expression``; in no order that matters."""
    if expression == NOTHING:
        return []
    if kinds:
        expression = All((any_of([_KIND.format(one) for one in kinds]), expression))
    condition, asked = _ASKED[connection.vendor](expression, in_names)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.rowid, t.names, t.about, t.rest, e.kind, e.key, e.code, e.title FROM menu_searchtext t"  # noqa: S608
            f" JOIN menu_searchentry e ON e.id = t.rowid WHERE {condition} LIMIT %s",
            [asked, most],
        )
        return [(Candidate(*row[:4]), Shown(*row[4:])) for row in cursor.fetchall()]


def _of_sqlite(expression: Expression, in_names: bool) -> tuple[str, str]:
    said = _written(expression, '"', " AND ", " OR ")
    return "menu_searchtext MATCH %s", f"names : ({said})" if in_names else said


def _of_postgresql(expression: Expression, in_names: bool) -> tuple[str, str]:
    column = "in_names" if in_names else "anywhere"
    return f"t.{column} @@ %s::tsquery", _written(expression, "'", " & ", " | ")


def _written(expression: Expression, quote: str, both: str, either: str) -> str:
    """Tokens are letters and digits only, so that nothing in them has to be escaped."""
    if isinstance(expression, str):
        return f"{quote}{expression}{quote}"
    said = (_written(part, quote, both, either) for part in expression.parts)
    return f"({(both if isinstance(expression, All) else either).join(said)})"


_ASKED = {"sqlite": _of_sqlite, "postgresql": _of_postgresql}
