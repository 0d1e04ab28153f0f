"""An objection that is sent twice at once, each time with a connection of its own, is one."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest
from django.db import connection

from lacarte.registers.entitlement.models import AnswerObjection
from tests.city import build
from tests.loop.voice.test_objections_told import objected
from tests.threads import in_threads

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("carried"),
]


def test_pressed_twice_at_once_it_is_one() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    city, together = build(), Barrier(2)

    def press() -> None:
        together.wait(20)
        objected(city)

    works: list[Callable[[], None]] = [press, press]
    in_threads(*works)
    assert AnswerObjection.objects.count() == 1
