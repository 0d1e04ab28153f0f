"""What burns is public, without telling about persons; officials see what their mandate covers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.models import Channel, Need, Surge
from tests.city import City, official

pytestmark = pytest.mark.django_db


def burns(city: City, count: int = 24, topic: str = "", hours: int = 24, **more: object) -> Surge:
    now = clock.now()
    Need.objects.bulk_create(
        Need(
            channel=Channel.WEB,
            subject="place",
            service_type=city.lift,
            region=city.west,
            text="secret words",
            received_at=now - timedelta(hours=hours * i / count),
        )
        for i in range(count)
    )
    return Surge.objects.create(
        region=city.west,
        service_type=city.lift,
        topic=topic,
        since=now - timedelta(hours=hours),
        until=now,
        count=count,
        expected=0.3,
        chance=1e-9,
        **more,
    )


def test_nothing_burns() -> None:
    assert "Nothing burns" in Client().get("/burning/").content.decode()
    assert Client().get("/burning/burning.json").json() == {"burning": []}


def test_what_burns_is_told_with_what_is_usual(city: City) -> None:
    burns(city, topic="harbour tower")
    page = Client().get("/burning/").content.decode()
    for words in ("Lift repair", "West", "harbour tower", ">24 <", "in 1 day", "under 1", '<svg class="chart"'):
        assert words in page
    assert page.index("<table>") < page.index('<svg class="chart"'), "the table comes first"
    assert "secret words" not in page
    (row,) = Client().get("/burning/burning.json").json()["burning"]
    assert (row["region"], row["service_type"], row["count"]) == ("w", "lift-repair", 24)


def test_few_people_are_not_told_of(city: City) -> None:
    burns(city, count=9, topic="harbour tower")
    page = Client().get("/burning/").content.decode()
    assert "harbour tower" not in page
    assert "1 small issue is known to the desk" in page
    assert Client().get("/burning/burning.json").json() == {"burning": []}


def test_days_with_few_needs_are_not_told_exactly(city: City) -> None:
    burns(city, count=20, hours=96)
    page = Client().get("/burning/").content.decode()
    assert "fewer than 10" in page


def test_what_is_over_is_told_for_a_fortnight(city: City) -> None:
    burns(city, ended_at=clock.now() - timedelta(days=1))
    page = Client().get("/burning/").content.decode()
    assert "Over within the last 14 days" in page
    Surge.objects.update(ended_at=clock.now() - timedelta(days=15))
    assert "Over within" not in Client().get("/burning/").content.decode()


def test_the_desk_shows_what_the_mandate_covers(city: City) -> None:
    burns(city, count=4, topic="harbour tower")
    for region, shown in ((city.west, True), (city.east, False)):
        client = Client()
        client.force_login(official(Role.CASE_WORKER, region))
        page = client.get("/desk/").content.decode()
        assert ("harbour tower" in page) is shown
        assert ("Burning now" in page) is shown
    resident = Client()
    resident.force_login(User.objects.create_user("ada"))
    assert resident.get("/desk/").status_code == 403
