"""Two windows and a double click at the same moment: one need, one person, nobody sees a fault."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from lacarte.loop.needs.models import KeptDraft, Need
from lacarte.registers.people.models import Person
from tests.city import build
from tests.pages.telling import answer, to_the_check

WINDOWS = 8


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("signed_in", [False, True])
def test_sent_from_many_windows_at_once_it_is_one_need(signed_in: bool) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads share no database in memory; tests/browser does this with a served city")
    from lacarte.kernel.models import User

    build()
    client = Client()
    if signed_in:
        client.force_login(User.objects.create_user("ada"))
    token = to_the_check(client)
    if not signed_in:
        answer(client, "contact", name="Ada", phone="+86 555 0100")
    ready = threading.Barrier(WINDOWS)

    def send() -> tuple[int, str]:
        window = Client(raise_request_exception=False)
        window.cookies = client.cookies
        ready.wait(10)
        try:
            reply = window.post(reverse("need-check"), {"draft": token})
            return reply.status_code, str(reply.get("Location", ""))
        finally:
            connection.close()

    with ThreadPoolExecutor(WINDOWS) as pool:
        replies = [one.result() for one in [pool.submit(send) for _ in range(WINDOWS)]]
    need = Need.objects.get()
    assert replies == [(302, reverse("need", args=[need.reference]))] * WINDOWS
    assert Person.objects.count() == 1
    assert not KeptDraft.objects.exists()
