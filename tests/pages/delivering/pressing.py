"""What a browser sends when a button of an order is pressed, or its form is filled in."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from lacarte.loop.orders.models import Order


def press(browser: Client, order: Order, what: str, *, seen: int | None = None, **said: Any) -> Any:
    """Do something with an order as it is now, or as it was seen; the page that comes then."""
    version = Order.objects.values_list("version", flat=True).get(pk=order.pk) if seen is None else seen
    address = reverse("order-do", args=[order.pk, what])
    return browser.post(address, {"seen": version, **said}, follow=True)


def words(page: Any) -> str:
    """What is on a page."""
    return unescape(page.content.decode())
