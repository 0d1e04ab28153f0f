"""The page of the states of an order says what the table says."""

from __future__ import annotations

from django.utils import translation

from lacarte.loop.orders.delivery.reference import reference
from tests.docs.running import ROOT


def test_the_page_is_what_is_generated() -> None:
    with translation.override("en"):
        assert (ROOT / "docs" / "reference" / "order-states.md").read_text(encoding="utf-8") == reference()
