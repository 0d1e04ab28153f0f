"""Pieces of HTML: escaped text in, markup out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Column", "figure", "figures", "section", "table"]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers."""

    heading: str
    number: bool = False


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> str:
    """A table whose first column heads its rows. Numbers are grouped, everything is escaped."""
    heads = "".join(f'<th scope="col"{_kind(one)}>{escape(one.heading)}</th>' for one in columns)
    body = "".join(f"<tr>{_row(columns, row)}</tr>" for row in rows)
    return (
        f'<div class="table-frame"><table><caption class="unseen">{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def _row(columns: Sequence[Column], row: Sequence[object]) -> str:
    first, *rest = (escape(f"{value:,}" if isinstance(value, int) else str(value)) for value in row)
    cells = "".join(
        f'<td{_kind(column)} data-label="{escape(column.heading)}">{value}</td>'
        for column, value in zip(columns[1:], rest, strict=True)
    )
    return f'<th scope="row">{first}</th>{cells}'


def _kind(column: Column) -> str:
    return ' class="number"' if column.number else ""


def figures(pairs: Iterable[tuple[str, str]]) -> str:
    """The numbers to see first: what, and how much."""
    return (
        '<dl class="figures">'
        + "".join(f"<div><dt>{escape(what)}</dt><dd>{escape(value)}</dd></div>" for what, value in pairs)
        + "</dl>\n"
    )


def figure(caption: str, drawing: str) -> str:
    """A drawing under its caption."""
    return f"<figure><figcaption>{escape(caption)}</figcaption>{drawing}</figure>\n"


def section(heading: str, *parts: str) -> str:
    """A part of the page; nothing where it has nothing to say."""
    return f"<section><h2>{escape(heading)}</h2>\n{''.join(parts)}</section>\n" if any(parts) else ""


def paragraph(words: str, kind: str = "") -> str:
    """One paragraph."""
    return f"<p{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{escape(words)}</p>\n"
