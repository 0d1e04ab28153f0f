"""Something is done with an order as somebody saw it; what cannot be done is said beside what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.seeing import locked
from lacarte.loop.orders.delivery.undoing import overtaken
from lacarte.loop.orders.models import Order
from lacarte.pages.delivering.access import Seen
from lacarte.pages.delivering.forms import OrderForm

#: A form for an order, of what was sent (``None``: nothing yet).
Make = Callable[[Any], OrderForm]


def by_form(
    request: HttpRequest, seen: Seen, make: Make, template: str = "delivering/doing.html", **shown: Any
) -> HttpResponse:
    """Show what a form asks for, and do it; whoever was overtaken sees by whom, and loses nothing they wrote."""
    if not seen.works:
        raise PermissionDenied(_("You may look at this order, and not work on it."))
    form = make(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            at_version(seen, request.POST.get("seen", ""), form.do)
        except OrderRefusedError as error:
            if not form.fields:  # a button of the page of the order: it is answered there
                messages.warning(request, str(error))
                return redirect(form.goes)
            form.add_error(None, str(error))
        else:
            messages.success(request, str(form.done))
            return redirect(form.goes)
    shown |= {"seen": seen, "form": form, "errors_on_page": bool(form.errors)}
    return render(request, template, shown, status=422 if form.errors else 200)


@transaction.atomic
def at_version(seen: Seen, version: str, verb: Callable[[Order], object]) -> None:
    """Do something with an order, if it is as whoever decides saw it.

    Raises ``PermissionDenied``, :class:`OrderRefusedError`.
    """
    order, _need = locked(seen.order)
    if version != str(order.version):
        raise OrderRefusedError(overtaken(order, seen.who))
    verb(order)
