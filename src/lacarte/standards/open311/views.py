"""GeoReport v2 over HTTP. Every error is the standard's list of code and description."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lacarte.kernel.ids import read_reference
from lacarte.kernel.rate_limit import allowed
from lacarte.loop.needs.actions import NeedRefusedError, receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.menu.queries import orderable
from lacarte.registers.people.models import Person
from lacarte.standards.open311 import translate
from lacarte.standards.open311.translate import Open311Error

View = Callable[..., JsonResponse]


def _with_standard_errors(view: View) -> View:
    @wraps(view)
    def answer(http: HttpRequest, **parts: str) -> JsonResponse:
        try:
            _check_jurisdiction(http)
            return view(http, **parts)
        except Open311Error as error:
            listed = [{"code": error.status, "description": error.description}]
            return JsonResponse(listed, status=error.status, safe=False)

    return answer


def _check_jurisdiction(http: HttpRequest) -> None:
    """The one that a client names, if any, must be ours (GeoReport v2, ``jurisdiction_id``)."""
    said = http.GET.get("jurisdiction_id") or (_form(http).get("jurisdiction_id") if http.method == "POST" else "")
    if said and said != settings.CONFIGURED["jurisdiction"]:
        ours = settings.CONFIGURED["jurisdiction"]
        raise Open311Error(
            404, _("jurisdiction_id: this is %(ours)s, not “%(said)s”") % {"ours": ours, "said": said}
        )


@_with_standard_errors
def services(http: HttpRequest) -> JsonResponse:
    """All service types that can be ordered."""
    return JsonResponse([translate.service(kind) for kind in orderable()], safe=False)


@csrf_exempt
@_with_standard_errors
def requests(http: HttpRequest) -> JsonResponse:
    """Take in a need (POST, form-encoded)."""
    if http.method != "POST":
        raise Open311Error(405, _("send a request with POST; ask for one by /requests/<id>.json"))
    if not allowed("open311", http):
        raise Open311Error(429, _("too many requests from your address; please try again later"))
    need = _receive(http)
    taken = {"service_request_id": need.reference, "service_notice": "", "account_id": ""}
    return JsonResponse([taken], status=201, safe=False)


def _receive(http: HttpRequest) -> Need:
    form = _form(http)
    code = form.get("service_code", "")
    kind = ServiceType.objects.filter(code=code, orderable=True).first() if code else None
    if kind is None:
        wrong = _("service_code: there is no service “%(code)s”; /services.json lists them") % {"code": code}
        raise Open311Error(404 if code else 400, wrong if code else _("service_code is missing"))
    longitude, latitude = translate.coordinate(form, "long"), translate.coordinate(form, "lat")
    address = form.get("address_string", "")[:300]
    if longitude is None and not address:
        raise Open311Error(400, _("say where: lat and long, or address_string"))
    said = translate.contact(form)
    try:
        with transaction.atomic():
            person = Person.objects.create(**said) if said else None
            return receive(
                text=form.get("description", ""),
                channel=Channel.OPEN311,
                service_type=kind,
                person=person,
                longitude=longitude,
                latitude=latitude,
                address=address,
            )
    except NeedRefusedError as error:
        raise Open311Error(400, str(error)) from error


def _form(http: HttpRequest) -> dict[str, str]:
    """What was sent. Raises :class:`Open311Error` when it is no form, too large or not text."""
    try:
        form = {name: str(value) for name, value in http.POST.items()}
    except (SuspiciousOperation, BadRequest, MultiPartParserError) as error:
        raise Open311Error(400, _("the form cannot be read: %(why)s") % {"why": error}) from error
    for name, value in form.items():
        if "\0" in value:
            raise Open311Error(400, _("%(name)s holds a character that is no text") % {"name": name})
    return form


@_with_standard_errors
def request(http: HttpRequest, reference: str) -> JsonResponse:
    """How one need stands."""
    try:
        known = Need.objects.select_related("service_type").filter(reference=read_reference(reference)).first()
    except ValueError as error:
        raise Open311Error(404, str(error)) from error
    if known is None:
        raise Open311Error(404, _("there is no request %(id)s") % {"id": reference})
    return JsonResponse([translate.request(known)], safe=False)
