"""Lists of the desk that are kept by a name: an address, of which everybody sees what their mandate covers."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel.models import Role, SavedList, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel
from lacarte.pages.desk.lists import MOST
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(city: City) -> User:
    return official(Role.CASE_WORKER)


def keep(client: Client, name: str = "Lifts in the west", **more: str) -> int:
    said = {"name": name, "query": "list=waiting&area=health&district=w&words=stuck", **more}
    return client.post(reverse("list-keep"), said).status_code


def queue(client: Client, query: str = "") -> str:
    return client.get(f"{reverse('desk')}?{query}").content.decode()


def test_a_list_is_kept_as_the_address_of_what_was_asked_for(worker: User) -> None:
    client = signed_in(worker)
    assert 'value="list=late&amp;words=stuck"' in queue(client, "words=stuck&page=7&list=late&other=1")
    assert keep(client) == 302
    kept = SavedList.objects.get()
    assert (kept.owner, kept.query, kept.shared) == (
        worker,
        "list=waiting&words=stuck&area=health&district=w",
        False,
    )
    assert f'?{kept.query.replace("&", "&amp;")}" aria-current="page">Lifts in the west' in queue(
        client, kept.query
    )


def test_the_same_name_takes_the_place_of_the_one_before(worker: User) -> None:
    client = signed_in(worker)
    keep(client)
    keep(client, query="list=late")
    assert SavedList.objects.get().query == "list=late"


def test_nothing_but_filters_is_kept(worker: User) -> None:
    keep(signed_in(worker), query="list=nothing&page=3&next=https://evil.example&area=no-such&words=<b>")
    assert SavedList.objects.get().query == ""


def test_a_shared_one_is_seen_by_all_and_shows_each_what_they_may_read(city: City, worker: User) -> None:
    receive(text="lift stuck", channel=Channel.WEB, service_type=city.lift, region=city.west)
    keep(signed_in(worker), shared="on", query="list=all&words=stuck")
    mine, elsewhere = signed_in(worker), signed_in(official(Role.CALL_TAKER, region=city.east))
    query = SavedList.objects.get().query
    assert "Lifts in the west" in queue(elsewhere)
    assert "Lift repair" in queue(mine, query)
    assert "Lift repair</a>" not in queue(elsewhere, query)


def test_one_of_ones_own_is_seen_by_nobody_else_and_removed_by_nobody_else(city: City, worker: User) -> None:
    keep(signed_in(worker))
    kept = SavedList.objects.get()
    other = signed_in(official(Role.CASE_WORKER))
    assert "Lifts in the west" not in queue(other)
    assert other.post(reverse("list-remove", args=[kept.pk])).status_code == 404
    assert signed_in(worker).post(reverse("list-remove", args=[kept.pk])).status_code == 302
    assert not SavedList.objects.exists()


def test_nobody_keeps_more_than_so_many(worker: User) -> None:
    SavedList.objects.bulk_create(SavedList(owner=worker, name=str(n), query="") for n in range(MOST))
    client = signed_in(worker)
    assert keep(client) == 422
    assert keep(client, name="3") == 302, "one of these is changed"
    assert SavedList.objects.count() == MOST


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "\0"])
def test_a_name_that_is_none_is_explained(worker: User, name: str) -> None:
    assert keep(signed_in(worker), name=name) == 422
    assert not SavedList.objects.exists()


def test_who_has_no_mandate_keeps_none(city: City) -> None:
    nobody = User.objects.create_user("nobody")
    assert keep(signed_in(nobody)) == 403
