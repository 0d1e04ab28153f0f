"""HSDS over HTTP: every operation of its contract, read-only, for anybody."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lacarte.kernel.rate_limit import allowed
from lacarte.standards.hsds.api import terms
from lacarte.standards.hsds.api.asking import Asked, asked
from lacarte.standards.hsds.api.errors import HsdsError
from lacarte.standards.hsds.api.lists import Listing, OrganizationList, PlaceList, ServiceList, each, one
from lacarte.standards.hsds.api.openapi import LISTS, SPECIFICATION, description
from lacarte.standards.hsds.forms import json_of, of_version
from lacarte.standards.hsds.shapes import NEWEST

logger = logging.getLogger(__name__)
_WAIT_SECONDS = "60"
_FRESH_SECONDS = 60
#: What answers for each path: a list, and one of it by its key.
_FINDING: dict[str, tuple[Callable[[Asked], Listing], Callable[[str, Asked], str | None]]] = {
    "services": (ServiceList, lambda key, said: one(ServiceList(said), key)),
    "organizations": (OrganizationList, lambda key, said: one(OrganizationList(said), key)),
    "service_at_locations": (PlaceList, lambda key, said: one(PlaceList(said), key)),
    "taxonomies": (terms.taxonomies, lambda key, said: terms.taxonomy(key)),
    "taxonomy_terms": (terms.terms, lambda key, said: terms.term(key)),
}


def _about(http: HttpRequest, version: str) -> HttpResponse:
    base = http.build_absolute_uri(f"/hsds/{version}/")
    about = {"version": version, "profile": SPECIFICATION, "openapi_url": f"{base}openapi.json"}
    return _json(http, json_of(about))


def _openapi(http: HttpRequest, version: str) -> HttpResponse:
    return _json(http, json_of(description(http.build_absolute_uri("/").rstrip("/"), version)))


def _list(http: HttpRequest, version: str, path: str) -> HttpResponseBase:
    """A page; a POST of 3.1 may have its parameters in a form."""
    kind, known = LISTS[path]
    said = asked(_parameters(http, known))
    found = _FINDING[path][0](said)
    if said.ndjson:
        return _streamed(of_version(kind, value, version) for value in each(found))
    total = len(found)
    size = max(total, 1) if said.minimal else said.per_page
    number = 1 if said.minimal else said.page
    first = (number - 1) * size
    contents = found.part(first, min(first + size, total)) if first < total else []
    if not said.minimal:
        contents = [of_version(kind, value, version) for value in contents]
    pages = -(-total // size)
    page = {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
    }
    return _json(http, f'{json_of(page)[:-1]},"contents":[{",".join(contents)}]}}')


def _one(http: HttpRequest, version: str, path: str, key: str) -> HttpResponse:
    """One object with all that is in it."""
    said = asked({"full": "true", **_parameters(http, ("full_service",))})
    found = _FINDING[path][1](key, said)
    if found is None:
        raise HsdsError(404, _("there is none with the id “%(id)s”") % {"id": key[:80]})
    return _json(http, of_version(LISTS[path][0], found, version))


def _parameters(http: HttpRequest, known: tuple[str, ...]) -> dict[str, str]:
    """The last value of each parameter. Raises :class:`HsdsError` where a form cannot be read."""
    try:
        sent = [http.GET, http.POST] if http.method == "POST" else [http.GET]
    except RequestDataTooBig as error:
        raise HsdsError(413, _("this is too much to be sent at once")) from error
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError) as error:
        raise HsdsError(400, _("the form cannot be read: %(why)s") % {"why": error}) from error
    return {name: str(form[name]) for form in sent for name in known if form.get(name)}


def _json(http: HttpRequest, text: str) -> HttpResponse:
    body = text.encode()
    response = HttpResponse(body, content_type="application/json")
    response["ETag"] = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    patch_cache_control(response, public=True, max_age=_FRESH_SECONDS)
    wanted = http.headers.get("If-None-Match", "")
    if http.method != "POST" and response["ETag"] in (tag.strip().removeprefix("W/") for tag in wanted.split(",")):
        response.status_code, response.content = 304, b""
    return response


def _streamed(found: Iterator[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse((f"{text}\n" for text in found), content_type="application/x-ndjson")


def _view(answer: Callable[..., HttpResponseBase], *, posted: bool = False) -> Callable[..., HttpResponseBase]:
    """A view of ``answer``, which anybody may call from anywhere at the pace of readers."""

    @csrf_exempt
    def view(http: HttpRequest, version: str, **parts: str) -> HttpResponseBase:
        methods = ["GET", "HEAD", "OPTIONS", *(["POST"] if posted and version == NEWEST else [])]
        try:
            response = _answered(http, methods, partial(answer, http, version, **parts))
        except HsdsError as error:
            response = problem(error)
        except Exception:
            logger.exception("HSDS: %s %s failed", http.method, http.path)
            response = problem(HsdsError(500, _("this failed through a fault of ours; please try again")))
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return view


def _answered(http: HttpRequest, methods: list[str], answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    allow = {"Allow": ", ".join(methods)}
    if http.method == "OPTIONS":
        return HttpResponse(status=204, headers=allow | {"Access-Control-Allow-Methods": allow["Allow"]})
    if http.method not in methods:
        words = _("%(method)s is not one of %(known)s") % {"method": http.method, "known": allow["Allow"]}
        raise HsdsError(405, words, allow)
    if not allowed("hsds-read", http, pace="rate_limit_read"):
        raise HsdsError(429, _("too many requests; please try again later"), {"Retry-After": _WAIT_SECONDS})
    return answer()


def problem(error: HsdsError) -> HttpResponse:
    """An error as it is answered."""
    body = json.dumps(error.as_json(), ensure_ascii=False)
    return HttpResponse(body, status=error.status, content_type="application/problem+json", headers=error.headers)


def _nothing(http: HttpRequest, version: str) -> HttpResponse:
    raise HsdsError(404, _("there is nothing at this address; see openapi.json"))


about, openapi, nothing = _view(_about), _view(_openapi), _view(_nothing)
listing, single = _view(_list, posted=True), _view(_one)
