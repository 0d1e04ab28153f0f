"""Pieces of HTML: escaped text in, markup out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from lacarte import __version__

__all__ = ["Column", "document", "figure", "figures", "paragraph", "section", "table"]

#: The page fetches nothing and runs nothing, even where somebody's text had got markup into it.
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
)
_MARK = (
    '<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="6"'
    ' fill="#0a5c66"/><path d="M8 7v14h12M8 14h7" fill="none" stroke="#fff" stroke-width="3"/></svg>'
)


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


def document(title: str, language: str, body: str, foot: str) -> str:
    """A whole page, its style inside; ``body`` is markup, ``foot`` may name ``{version}``."""
    style = files("lacarte.standalone").joinpath("report.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{"zh-Hans" if language == "zh-hans" else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{_POLICY}"
        f"<title>{escape(title)} · Lacarte</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<header><div class="frame"><p class="brand">{_MARK} Lacarte</p></div></header>\n'
        f'<main class="frame">\n<h1>{escape(title)}</h1>\n{body}</main>\n'
        f'<footer><div class="frame">{escape(foot.format(version=__version__))}</div></footer>\n'
        "</body>\n</html>\n"
    )
