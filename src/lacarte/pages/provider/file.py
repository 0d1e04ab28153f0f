"""Offers as a file: taken away, changed in a spreadsheet, given back. What it changes is shown before."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel import clock
from lacarte.pages.provider.access import page, provider_of, who
from lacarte.pages.provider.queries import kept_offers
from lacarte.pages.provider.words import told
from lacarte.registers.menu.models import MenuChange
from lacarte.registers.providers.models import Provider
from lacarte.standards.imports.report import ImportFaultError, Report
from lacarte.standards.offers import import_offers, preview_offers, write_offers

_LARGEST = 1 << 20
_SHOWN = 200


@login_required
@require_GET
def download(request: HttpRequest, code: str) -> HttpResponse:
    """All offers of the provider that one keeps, as CSV."""
    provider = provider_of(request, code)
    written = write_offers(kept_offers(who(request), provider))
    answer = HttpResponse(written, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="offers.csv"'
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def as_file(request: HttpRequest, code: str) -> HttpResponse:
    """Give a file back: first what it changes is shown, then it is kept."""
    provider = provider_of(request, code)
    if request.method != "POST":
        return page(request, provider, "file", "file")
    try:
        data = _given(request)
        if "keep" in request.POST and not _changed_since(provider, request.POST.get("seen", "")):
            return _kept(request, provider, import_offers(data, provider, actor=who(request)))
        seen = clock.now()
        found = preview_offers(data, provider, actor=who(request))
    except ImportFaultError as error:
        return page(request, provider, "file", "file", status=422, wrong=str(error), errors_on_page=True)
    shown: dict[str, Any] = {
        "report": found.report,
        "rejected": found.report.rejected[:_SHOWN],
        "changes": told(found.changes[:_SHOWN]),
        "n_changes": len(found.changes),
        "more": max(len(found.changes) - _SHOWN, 0),
        "data": base64.b64encode(data).decode("ascii"),
        "seen": seen.isoformat(),
        "meanwhile": "keep" in request.POST,
    }
    return page(request, provider, "file", "file", **shown)


def _given(request: HttpRequest) -> bytes:
    """The file. Raises :class:`ImportFaultError` where there is none or it is too large."""
    if (kept := request.POST.get("data")) is not None:
        try:
            return base64.b64decode(kept, validate=True)
        except (binascii.Error, ValueError):
            raise ImportFaultError(_("Please choose the file again.")) from None
    file = request.FILES.get("file")
    if file is None:
        raise ImportFaultError(_("Please choose a file."))
    if (file.size or 0) > _LARGEST:
        raise ImportFaultError(
            _("The file has over 1 MB. Please give it in parts, or ask whoever runs this installation.")
        )
    return bytes(file.read())


def _changed_since(provider: Provider, seen: str) -> bool:
    """Whether somebody changed an offer since the preview, so that it may not be true any more."""
    try:
        moment: datetime | None = parse_datetime(seen)
    except ValueError:
        moment = None
    return moment is None or MenuChange.objects.filter(provider=provider, at__gt=moment).exists()


def _kept(request: HttpRequest, provider: Provider, report: Report) -> HttpResponse:
    words = ngettext("%(n)d row is kept.", "%(n)d rows are kept.", report.loaded) % {"n": report.loaded}
    if report.rejections:
        left = ngettext("%(n)d row is left out.", "%(n)d rows are left out.", report.rejections)
        messages.warning(request, f"{words} {left % {'n': report.rejections}}")
    else:
        messages.success(request, words)
    return redirect("provider-offers", provider.code)
