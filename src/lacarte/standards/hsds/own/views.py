"""Keeping offers over HTTP: a service of HSDS is put at its address, with a key of one who keeps it."""

from __future__ import annotations

import json
import logging
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lacarte.kernel import api_keys
from lacarte.kernel.models import User
from lacarte.kernel.rate_limit import allowed
from lacarte.registers.menu.keeping import KeepingRefusedError
from lacarte.standards.hsds.api.errors import HsdsError
from lacarte.standards.hsds.api.views import problem
from lacarte.standards.hsds.forms import json_of
from lacarte.standards.hsds.ours import Object
from lacarte.standards.hsds.own.keeping import keep_service, service_now
from lacarte.standards.hsds.own.refusing import RefusedError

logger = logging.getLogger(__name__)
_METHODS = {"Allow": "PUT"}
_WAIT = {"Retry-After": "60"}
_SCHEME = "Bearer "


@csrf_exempt
def service(http: HttpRequest, key: UUID) -> HttpResponse:
    """Keep a service as it is sent, and answer how it is told now. No cookie plays a part."""
    try:
        if http.method != "PUT":
            raise HsdsError(405, _("a service is sent here by PUT; /hsds/3.1/services tells of it"), _METHODS)
        actor = _actor(http)
        fresh = _kept(key, _sent(http), actor)
        return HttpResponse(
            json_of(service_now(key)), status=201 if fresh else 200, content_type="application/json"
        )
    except HsdsError as error:
        return problem(error)
    except Exception:
        logger.exception("HSDS: %s %s failed", http.method, http.path)
        return problem(HsdsError(500, _("this failed through a fault of ours; please try again")))


def _actor(http: HttpRequest) -> User:
    """For whom the program acts. Raises :class:`HsdsError` without a key of an account, or too often."""
    said = http.headers.get("Authorization", "")
    found = api_keys.acting(said.removeprefix(_SCHEME).strip()) if said.startswith(_SCHEME) else None
    who = f"key {found[0].pk}" if found else ""
    if not allowed("hsds-keep", http, who=who, pace="rate_limit_key" if found else "rate_limit"):
        raise HsdsError(429, _("too many requests; please try again later"), _WAIT)
    if found is None:
        words = _("send the header “Authorization: Bearer KEY” with the key of an account that keeps offers")
        raise HsdsError(401, words, {"WWW-Authenticate": "Bearer"})
    return found[1]


def _sent(http: HttpRequest) -> Object:
    try:
        found = json.loads(http.body, parse_constant=_no_number)
    except RequestDataTooBig as error:
        raise HsdsError(413, _("this is too much to be sent at once")) from error
    except (ValueError, RecursionError, UnreadablePostError) as error:
        raise HsdsError(400, _("this is no JSON: %(why)s") % {"why": error}) from error
    if not isinstance(found, dict):
        raise HsdsError(400, _("send one service, which is an object in JSON"))
    return found


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _kept(key: UUID, sent: Object, actor: User) -> bool:
    try:
        return keep_service(key, sent, actor=actor)
    except RefusedError as error:
        raise HsdsError(422, str(error)) from error
    except KeepingRefusedError as error:
        raise HsdsError(409, str(error)) from error
    except PermissionDenied as error:
        raise HsdsError(403, str(error)) from error
    except RecursionError as error:
        raise HsdsError(400, _("this is no service: it goes too deep")) from error
