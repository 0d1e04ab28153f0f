"""The webhook of the gateways: a signed post is a message, answered once it is in the database."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from lacarte.kernel import clock
from lacarte.kernel.rate_limit import allowed
from lacarte.kernel.uploads import most_bytes
from lacarte.loop.needs.actions import NeedRefusedError
from lacarte.loop.needs.messages.hearing import Heard, HearLaterError, Taken, hear
from lacarte.loop.needs.models import Message
from lacarte.registers.places.queries import is_served
from lacarte.standards.gateways.body import Body, BodyError, Fault, parse
from lacarte.standards.gateways.configured import Gateway
from lacarte.standards.gateways.sending import configured
from lacarte.standards.gateways.signing import ID, SIGNATURE, TIMESTAMP, SignatureError, verify

#: Of one post, whatever the settings allow for uploads: it is held in memory while its signature is checked.
_MOST_BYTES = 40_000_000
_WAIT_SECONDS = "60"


@csrf_exempt
def receive_post(request: HttpRequest, name: str) -> HttpResponse:
    """Take in one message. Posted again, it gets the same answer and nothing happens twice."""
    gateway = configured().get(name)
    if gateway is None:
        return _refuse(404, [Fault("", "there is no such gateway")])
    if request.method != "POST":
        return _refuse(405, [Fault("", "send it by POST")], Allow="POST")
    most = min(most_bytes() * 4 // 3, _MOST_BYTES)
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdigit() or int(length) > most:
        return _refuse(413, [Fault("", f"at most {most} bytes; send fewer or smaller media")])
    data = request.read()
    try:
        _check_signature(request, gateway, data)
    except SignatureError as error:
        if not allowed("gateway", request):
            return _refuse(429, [Fault("", "too many that are not signed as they must be")])
        return _refuse(401, [Fault(error.header, str(error))])
    try:
        taken = hear(_heard(gateway, parse(data)))
    except BodyError as error:
        return _refuse(422 if error.faults[0].field else 400, error.faults)
    except NeedRefusedError as error:
        return _refuse(422, [Fault("text", str(error))])
    except HearLaterError as error:
        return _refuse(429, [Fault("from", str(error))], **{"Retry-After": _WAIT_SECONDS})
    return _answer(taken)


def _check_signature(request: HttpRequest, gateway: Gateway, data: bytes) -> None:
    verify(
        gateway.secrets,
        key=request.headers.get(ID, ""),
        timestamp=request.headers.get(TIMESTAMP, ""),
        signatures=request.headers.get(SIGNATURE, ""),
        body=data,
        now=clock.now().timestamp(),
    )


def _heard(gateway: Gateway, body: Body) -> Heard:
    """Raises :class:`BodyError` for a point that is not in this city."""
    if body.longitude is not None and body.latitude is not None and not is_served(body.longitude, body.latitude):
        raise BodyError([Fault("longitude", "this point is outside the city; leave it out, the text is read too")])
    now = clock.now()
    return Heard(
        medium=Message.Medium(gateway.medium),
        gateway=gateway.name,
        sender=body.sender.strip(),
        name=body.name.strip(),
        text=body.text,
        external_id=body.id,
        at=min(body.at or now, now),
        language=body.language,
        longitude=body.longitude,
        latitude=body.latitude,
        enclosures=body.media,
    )


def _answer(taken: Taken) -> JsonResponse:
    message = taken.message
    assert message is not None  # no gateway's message is automatic
    told: dict[str, object] = {
        "message": str(message.pk),
        "reference": message.need.reference,
        "began": taken.began,
        "refused": message.refused,
    }
    return _json(told, 200 if taken.known else 201)


def _refuse(status: int, faults: Sequence[Fault], **heads: str) -> JsonResponse:
    return _json({"errors": [{"field": fault.field, "message": fault.message} for fault in faults]}, status, heads)


def _json(said: dict[str, object], status: int, heads: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse(said, status=status, headers=heads, json_dumps_params={"ensure_ascii": False})
