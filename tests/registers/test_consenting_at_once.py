"""Two who act for a child by law consent at once, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest
from django.db import connection

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.people.consenting import give
from lacarte.registers.people.models import Consent, Person
from tests.registers.test_consenting_for_others import SUPPORT, by_law
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_given_by_both_parents_at_once_it_is_one() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    bao = Person.objects.create(name="Bao", birth_year=clock.now().year - 4)
    holders = [Person.objects.create(user=User.objects.create_user(name), name=name) for name in ("lin", "mo")]
    for one in holders:
        by_law(one, bao)
    together = Barrier(len(holders))

    def gives(holder: Person) -> Callable[[], None]:
        def work() -> None:
            together.wait(20)
            assert holder.user is not None
            give(Person.objects.get(pk=bao.pk), [SUPPORT], actor=holder.user)

        return work

    in_threads(*map(gives, holders))
    assert Consent.objects.count() == 1
