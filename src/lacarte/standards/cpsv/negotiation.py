"""Which form of something a client wants (RFC 9110, section 12.5.1), and the answer that it gets."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _

from lacarte.kernel.rate_limit import allowed
from lacarte.standards.cpsv import jsonld, turtle
from lacarte.standards.cpsv.describing import described
from lacarte.standards.cpsv.publishing import MEDIA_TYPES
from lacarte.standards.cpsv.terms import Node

HTML = "text/html"
TURTLE, JSON_LD = MEDIA_TYPES.values()
_WAIT_SECONDS = "60"
View = Callable[..., HttpResponseBase]


def wanted(accept: str, usual: str = HTML) -> str:
    """The media type for an ``Accept`` header: HTML, Turtle or JSON-LD; ``usual`` where it does not matter."""
    weights = dict.fromkeys((usual, HTML, TURTLE, JSON_LD), 0.0)
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((_weight(said) for said in parameters if said.startswith("q=")), 1.0)
        if kind == "application/json":
            kind, weight = JSON_LD, weight * 0.9
        for name in weights:
            if kind == name or (kind in ("*/*", "") and name == usual):
                weights[name] = max(weights[name], weight)
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] > 0 else usual


def _weight(said: str) -> float:
    try:
        return float(said.removeprefix("q="))
    except ValueError:
        return 0.0


def too_many(request: HttpRequest) -> HttpResponse | None:
    """What whoever comes too often is told."""
    if allowed("catalogue-read", request, pace="rate_limit_read"):
        return None
    words = _("too many requests; please try again later")
    return HttpResponse(words, status=429, content_type="text/plain", headers={"Retry-After": _WAIT_SECONDS})


def linked_data(request: HttpRequest, kind: str, code: str, media_type: str) -> HttpResponseBase:
    """A record as Turtle or JSON-LD, or that it is as the client knows it. Raises ``Http404``."""
    if refused := too_many(request):
        return refused
    nodes = described(kind, code)
    if nodes is None:
        raise Http404(_("There is nothing at this address."))
    body = _body(nodes, media_type)
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    reply = get_conditional_response(request, etag=etag, response=HttpResponse(body, content_type=media_type))
    assert reply is not None
    return finished(reply, etag)


def finished(reply: HttpResponseBase, etag: str) -> HttpResponseBase:
    """With the headers of open data."""
    reply["ETag"] = etag
    reply["Access-Control-Allow-Origin"] = "*"
    return varied(reply)


def varied(reply: HttpResponseBase) -> HttpResponseBase:
    """An answer that may be another for another client."""
    patch_vary_headers(reply, ["Accept"])
    return reply


def _body(nodes: list[Node], media_type: str) -> bytes:
    if media_type == TURTLE:
        return (turtle.PROLOGUE + turtle.turtle(nodes)).encode()
    return (jsonld.PROLOGUE + jsonld.jsonld(nodes) + jsonld.EPILOGUE).encode()


def also_linked_data(kind: str) -> Callable[[View], View]:
    """A view for people of the record with the ``code`` in its address: programs get RDF where they ask for it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def negotiated(request: HttpRequest, code: str, **rest: Any) -> HttpResponseBase:
            media_type = wanted(request.headers.get("Accept", "")) if request.method in ("GET", "HEAD") else HTML
            if media_type == HTML:
                return view(request, code, **rest)
            return linked_data(request, kind, code, media_type)

        return negotiated

    return decorate
