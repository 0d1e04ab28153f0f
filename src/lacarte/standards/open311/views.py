"""GeoReport v2 over HTTP: six methods, discovery and a description, in XML and JSON."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lacarte.kernel.rate_limit import allowed, note_trouble
from lacarte.kernel.versions import asked_once
from lacarte.loop.needs.models import Need
from lacarte.standards.open311 import calls
from lacarte.standards.open311.calls import Answer, Call
from lacarte.standards.open311.discovery import described
from lacarte.standards.open311.errors import Open311Error
from lacarte.standards.open311.notices import notice
from lacarte.standards.open311.openapi import description
from lacarte.standards.open311.searching import Search, by_identifiers, extended, search
from lacarte.standards.open311.services import service_definition, service_list
from lacarte.standards.open311.showing import shown
from lacarte.standards.open311.submitting import take_in


def _discovery(call: Call) -> Answer:
    return Answer(described(call.base))


def _services(call: Call) -> Answer:
    return Answer(service_list())


def _definition(call: Call, code: str) -> Answer:
    return Answer(service_definition(code))


def _requests(call: Call) -> Answer:
    """A page of requests; where there is another, ``Link`` says where."""
    asked = search(call.http.GET, call.jurisdiction)
    first = (asked.page - 1) * asked.page_size
    # Keys first: what a page far down passes over is then not read.
    keys = list(asked.needs[first : first + asked.page_size + 1].values_list("pk", flat=True))
    answer = Answer(shown(keys[: asked.page_size], call.base, extended=extended(call.http.GET)))
    _count_misses(call.http, asked, len(keys))
    links = []
    if asked.page > 1:
        links.append(_link(call.http, asked.page - 1, "prev"))
    if len(keys) > asked.page_size:
        links.append(_link(call.http, asked.page + 1, "next"))
    if links:
        answer.headers["Link"] = ", ".join(links)
    return answer


def _link(http: HttpRequest, page: int, relation: str) -> str:
    query = http.GET.copy()
    query["page"] = str(page)
    return f'<{http.build_absolute_uri("?" + query.urlencode())}>; rel="{relation}"'


def _request(call: Call, identifier: str) -> Answer:
    """One request, or several with commas between them."""
    identifiers = [part for part in (part.strip() for part in identifier.split(",")) if part]
    asked = by_identifiers(identifiers, call.jurisdiction)
    keys = list(asked.needs.values_list("pk", flat=True))
    found = shown(keys, call.base, extended=extended(call.http.GET))
    _count_misses(call.http, asked, len(found))
    if not found:
        raise Open311Error(404, _("service_request_id: there is no request “%(id)s”") % {"id": identifier[:80]})
    return Answer(found)


def _token(call: Call, token: str) -> Answer:
    """Every request has its number at once, which is its token too."""
    asked = by_identifiers([token], call.jurisdiction)
    reference = asked.needs.values_list("reference", flat=True).first()
    if reference is None:
        _count_misses(call.http, asked, 0)
        raise Open311Error(404, _("token: there is no request with the token “%(id)s”") % {"id": token[:80]})
    return Answer([{"service_request_id": reference, "token": token}])


def _count_misses(http: HttpRequest, asked: Search, found: int) -> None:
    """Whoever tries many references that nobody has is guessing."""
    for _miss in range(len(asked.references) + asked.unreadable - found):
        if not allowed("open311-find", http):
            raise calls.too_many(_("there are no such requests; please try again later"))


def _take_in(call: Call) -> Answer:
    key = calls.key_of(call)
    contacts = [said for name in ("email", "phone") if (said := call.last(name))]
    if not allowed("open311", call.http, who=f"key {key.pk}" if key else "", contacts=contacts):
        if key is None:  # a program that we know and that is hasty makes no resident prove anything
            note_trouble()
        raise calls.too_many(_("too many requests; please try again later"))
    files = [file for name in call.http.FILES for file in call.http.FILES.getlist(name)]
    with asked_once():
        need = take_in(call.form, files, call.jurisdiction, key)
        taken = {
            "service_request_id": need.reference,
            "service_notice": notice(need),
            "account_id": need.origin.get("account_id"),
        }
    if need.state == Need.State.HELD:
        note_trouble()
    return Answer([taken], status=201)


discovery = calls.view("discovery", get=_discovery)
services = calls.view("services", get=_services)
definition = calls.view("service_definition", get=_definition)
requests = calls.view("service_requests", get=_requests, post=_take_in)
request = calls.view("service_requests", get=_request)
token = calls.view("service_requests", get=_token)
unknown = calls.view("errors", get=calls.nothing_here, post=calls.nothing_here)
openapi = calls.view("openapi", get=lambda call: Answer(description(call.base)))
