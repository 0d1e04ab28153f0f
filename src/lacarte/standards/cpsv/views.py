"""The menu as open linked data: each record at its own address, and all of it in one file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from lacarte.kernel.text import storable
from lacarte.standards.cpsv.describing import page_of
from lacarte.standards.cpsv.negotiation import HTML, TURTLE, finished, linked_data, too_many, varied, wanted
from lacarte.standards.cpsv.publishing import MEDIA_TYPES, texts
from lacarte.standards.cpsv.records import Catalogue, names
from lacarte.standards.cpsv.versions import version

#: The kinds of records by the folder in their address; services have pages of their own.
_KINDS = {
    "services": "service",
    "offers": "offer",
    "providers": "provider",
    "events": "event",
    "evidence": "evidence",
    "regions": "region",
}
_HOME = "/menu/"


@require_safe
def record(request: HttpRequest, folder: str, code: str, ending: str = "") -> HttpResponseBase:
    """One record, in the form of its address's ending, else as ``Accept`` says; people get to a page of it."""
    kind = _KINDS[folder]
    if not storable(code):
        raise Http404
    media_type = MEDIA_TYPES[f".{ending}"] if ending else wanted(request.headers.get("Accept", ""))
    if media_type == HTML:
        page = page_of(kind, code)
        if page:
            return varied(HttpResponseRedirect(page))
        media_type = TURTLE
    return linked_data(request, kind, code, media_type)


@require_safe
def catalogue(request: HttpRequest, ending: str = "") -> HttpResponseBase:
    """The whole menu, written while it is read."""
    media_type = MEDIA_TYPES[f".{ending}"] if ending else wanted(request.headers.get("Accept", ""))
    if media_type == HTML:
        return varied(HttpResponseRedirect(_HOME))
    if refused := too_many(request):
        return refused
    etag = f'W/"{version()}-{media_type.rpartition("/")[2]}"'
    reply = get_conditional_response(request, etag=etag)
    if reply is None:
        pieces = (text for text, _ in texts(Catalogue(names()).portions(), media_type))
        reply = StreamingHttpResponse(pieces, content_type=media_type)  # type: ignore[assignment]
    assert reply is not None
    return finished(reply, etag)
