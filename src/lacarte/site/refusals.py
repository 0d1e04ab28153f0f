"""What is refused before it is served says so in the format that whoever sent it reads."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lacarte.standards.open311.formats import CONTENT_TYPES, preferred, rendered


def written(status: int, words: Sequence[str], *, path: str, accept: str) -> tuple[str, bytes]:
    """The content type and the body: Open311's list of errors, the gateways' JSON, or plain text for people.

    ``words`` is the same sentence in each language; programs get the first.
    """
    if path.startswith("/open311/"):
        ending = path.rpartition(".")[2].lower()
        shape = ending if ending in CONTENT_TYPES else preferred(accept)
        listed = [{"code": status, "description": words[0]}]
        return CONTENT_TYPES[shape], rendered(shape, "errors", listed)
    if path.startswith("/gateways/"):
        return "application/json", json.dumps({"errors": [{"field": "", "message": words[0]}]}).encode()
    return "text/plain; charset=utf-8", ("\n".join(words) + "\n").encode()
