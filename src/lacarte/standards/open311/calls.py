"""One call of a client: its format, jurisdiction, form and key; and the answer, also where it is an error."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lacarte.kernel import api_keys
from lacarte.kernel.models import ApiKey
from lacarte.kernel.rate_limit import allowed
from lacarte.kernel.text import storable
from lacarte.standards.open311.errors import Open311Error
from lacarte.standards.open311.formats import CONTENT_TYPES, preferred, rendered
from lacarte.standards.open311.jurisdictions import Jurisdiction, named

logger = logging.getLogger(__name__)

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_WAIT_SECONDS = "60"
#: Bytes that are no UTF-8 arrive as this sign.
_REPLACED = "\ufffd"


@dataclass(frozen=True)
class Call:
    """What a client sent, as far as every method needs it."""

    http: HttpRequest
    jurisdiction: Jurisdiction
    form: dict[str, list[str]]  # of a POST

    @property
    def base(self) -> str:
        """The address of the site, without a slash at its end."""
        return self.http.build_absolute_uri("/").rstrip("/")

    def last(self, name: str) -> str:
        """The last value of a parameter: of the form, or else of the address."""
        return _last(self.http, self.form, name)


@dataclass
class Answer:
    """What is answered when all went well."""

    value: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Method = Callable[..., Answer]
View = Callable[..., HttpResponse]


def view(root: str, *, get: Method, post: Method | None = None) -> View:
    """A view that answers ``get`` and ``post`` in the format asked for; ``root`` is the outermost XML element."""
    methods = {"GET": get, "HEAD": get} | ({"POST": post} if post else {})

    @csrf_exempt
    def answer(http: HttpRequest, format: str | None = None, **parts: str) -> HttpResponse:
        shape = format.lower() if format else preferred(http.headers.get("Accept", ""))
        try:
            if http.method == "OPTIONS":
                return _finished(HttpResponse(status=204, headers=_allow(methods)), format)
            response = _respond(_called(http, methods, parts), root, shape)
        except Open311Error as error:
            response = _refused(error, shape)
        except Exception:
            logger.exception("Open311: %s %s failed", http.method, http.path)
            fault = Open311Error(500, _("this failed through a fault of ours; please try again"))
            response = _refused(fault, shape)
        return _finished(response, format)

    return answer


def _called(http: HttpRequest, methods: dict[str, Method], parts: dict[str, str]) -> Answer:
    method = methods.get(http.method or "")
    if method is None:
        words = _("%(method)s is not one of %(known)s") % {"method": http.method, "known": ", ".join(methods)}
        raise Open311Error(405, words, headers=_allow(methods))
    _check_text({name: [value] for name, value in parts.items()})
    _check_text({name: http.GET.getlist(name) for name in http.GET})
    if http.method != "POST":
        _check_pace(http)
    form = _form(http) if http.method == "POST" else {}
    return method(Call(http, named(_last(http, form, "jurisdiction_id")), form), **parts)


def _form(http: HttpRequest) -> dict[str, list[str]]:
    """What was sent. Raises :class:`Open311Error` when it is no form, too large or not text."""
    try:
        form = {name: [str(value) for value in http.POST.getlist(name)] for name in http.POST}
    except RequestDataTooBig as error:
        raise Open311Error(413, _("this is too much to be sent at once: %(why)s") % {"why": error}) from error
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError) as error:
        raise Open311Error(400, _("the form cannot be read: %(why)s") % {"why": error}) from error
    if not form and http.content_type not in _FORMS:
        words = _("send the fields as a form: %(forms)s") % {"forms": ", ".join(_FORMS)}
        raise Open311Error(400, words)
    _check_text(form)
    return form


def _check_text(values: dict[str, list[str]]) -> None:
    """Raise :class:`Open311Error` for what is no text: NUL, or bytes that are no UTF-8."""
    wrong = [
        name
        for name, said in values.items()
        if not all(storable(text) and _REPLACED not in text for text in (name, *said))
    ]
    if wrong:
        shown = (name.encode("ascii", "replace").decode().replace("\0", "?")[:80] for name in wrong[:10])
        raise Open311Error(400, *(_("%(name)s: this is no text in UTF-8") % {"name": name} for name in shown))


def _last(http: HttpRequest, form: dict[str, list[str]], name: str) -> str:
    values = form.get(name) or http.GET.getlist(name)
    return values[-1].strip() if values else ""


def key_of(call: Call) -> ApiKey | None:
    """Whose key was sent. Raises :class:`Open311Error` for a wrong one, or none where one is needed."""
    said = call.last("api_key")
    if not said:
        if settings.CONFIGURED["open311_key_required"]:
            raise Open311Error(403, _("api_key is missing; /open311/discovery says how to get one"))
        return None
    found = api_keys.owner(said)
    if found is None:
        raise Open311Error(403, _("api_key: this key is not known, or not valid any more"))
    return found


def _check_pace(http: HttpRequest) -> None:
    """Raise :class:`Open311Error` for whoever reads too often; a key has a count of its own."""
    said = _last(http, {}, "api_key")
    key = api_keys.owner(said) if said else None
    if not allowed("open311-read", http, who=f"key {key.pk}" if key else "", pace="rate_limit_read"):
        raise too_many(_("too many requests; please try again later"))


def too_many(words: str) -> Open311Error:
    """What whoever comes too often is told."""
    return Open311Error(429, words, headers={"Retry-After": _WAIT_SECONDS})


def nothing_here(call: Call, **parts: str) -> Answer:
    """The answer at an address that is no method."""
    raise Open311Error(404, _("there is nothing at this address; see /open311/discovery"))


def _allow(methods: dict[str, Method]) -> dict[str, str]:
    known = ", ".join([*methods, "OPTIONS"])
    return {"Allow": known, "Access-Control-Allow-Methods": known}


def _respond(answer: Answer, root: str, shape: str) -> HttpResponse:
    body = rendered(shape, root, answer.value)
    return HttpResponse(body, status=answer.status, content_type=CONTENT_TYPES[shape], headers=answer.headers)


def _refused(error: Open311Error, shape: str) -> HttpResponse:
    body = rendered(shape, "errors", error.listed())
    return HttpResponse(body, status=error.status, content_type=CONTENT_TYPES[shape], headers=error.headers)


def _finished(response: HttpResponse, format: str | None) -> HttpResponse:
    """Any page may read the answer: it is public, and no cookie plays a part in it."""
    response["Access-Control-Allow-Origin"] = "*"
    if not format:
        patch_vary_headers(response, ["Accept"])
    return response
