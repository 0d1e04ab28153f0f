"""The gallery of components, and the pages of errors."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.pages.design.chart import columns
from lacarte.pages.design.gallery import Sample
from lacarte.pages.design.map import region_map
from lacarte.registers.places.outlines import districts


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component, so that a newcomer sees what there is before making another."""
    wrong = Sample({"text": "", "choice": ""})
    wrong.is_valid()
    drawn = columns(
        _("Needs received and met, week by week"),
        ["1", "2", "3", "4"],
        (_("Received"), [12, 18, 9, 21]),
        (_("Met"), [10, 12, 11, 17]),
        words=_("A sample of four weeks."),
    )
    places = districts()
    values = {region.number: float(i) for i, region in enumerate(places)}
    shown = {
        "form": Sample(),
        "wrong": wrong,
        "chart": drawn,
        "map": region_map(_("Map"), places, values, words=_("A sample map.")),
    }
    return render(request, "design/gallery.html", shown)


def _error(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    return render(request, "design/error.html", {"title": title, "words": words}, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with what is missing."""
    words = str(exception) if exception and str(exception) else _("Your account may not open this page.")
    return _error(request, 403, _("This is not yours to open"), words)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404. Only our own words are shown: the framework's would tell about the inside."""
    said = exception.args[0] if exception is not None and exception.args else ""
    words = said if isinstance(said, str) and said and not said.startswith("No ") else ""
    return _error(
        request, 404, _("Page not found"), words or _("Please check the address, or start from the menu.")
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """429: asked too often from one address."""
    return _error(request, 429, _("That was a lot at once"), _("Please wait a minute and try again."))


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent without its token (CSRF)."""
    words = _(
        "The page was open too long, or cookies are switched off. Please go back, load the page again and resend."
    )
    return _error(request, 403, _("This form is too old"), words)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 where more was sent at once than is taken."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        words = _("Please go back and send less at once: fewer or smaller files. What you told before is kept.")
        return _error(request, 413, _("That was too much at once"), words)
    return _error(request, 400, _("We do not understand this request"), _("Please go back and try again."))


def failed(request: HttpRequest) -> HttpResponse:
    """500: the fault is ours; drawn without the database, which may be the reason."""
    return render(None, "design/failed.html", status=500)
