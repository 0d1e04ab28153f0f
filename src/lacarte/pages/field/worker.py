"""The service worker of the page of crews: which files it keeps, by a version that changes with any of them."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

#: What the page is drawn with.
_FILES = (
    *("lacarte/tokens.css", "lacarte/base.css", "lacarte/components.css", "lacarte/page.js", "lacarte/mark.svg"),
    *("field/field.css", "field/queue.js", "field/round.js"),
)
_SCRIPT = "field/worker.js"


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The worker, with what it keeps; it is asked for anew each time, so that another version is noticed."""
    kept = {
        "version": f"{_version()}-{get_language()}",
        "page": reverse("field"),
        "offline": reverse("field-offline"),
        "files": [static(name) for name in _FILES],
    }
    words = f"const KEPT = {json.dumps(kept)};\n{_read(_SCRIPT)}"
    response = HttpResponse(words, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a connection when there is no list (any more)."""
    return render(request, "field/offline.html")


@lru_cache(maxsize=1)
def _version() -> str:
    seen = hashlib.sha256()
    for name in (*_FILES, _SCRIPT):
        seen.update(_read(name).encode())
    return seen.hexdigest()[:16]


@lru_cache(maxsize=16)
def _read(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_text(encoding="utf-8")
