"""Counting what is looked for in vain, once for each time that somebody asks."""

from __future__ import annotations

from django.http import HttpRequest

from lacarte.registers.menu.searching import Results
from lacarte.registers.menu.searching.misses import count, opened

#: Where the session keeps what was looked for last, and which search may still be left.
_LOOKED = "menu-search"


def count_search(request: HttpRequest, found: Results, language: str) -> None:
    """Count a search; who loads the page again asks nothing new."""
    words = f"{language} {found.question.text}"
    if request.session.get(_LOOKED, ("", None))[0] == words:
        return
    if request.session.session_key is None:
        request.session.create()
    request.session[_LOOKED] = (words, count(found, language, str(request.session.session_key)))


def not_left(request: HttpRequest) -> None:
    """Something was opened of what was looked for last."""
    words, looked = request.session.get(_LOOKED, ("", None))
    if looked is not None:
        opened(looked)
        request.session[_LOOKED] = (words, None)
