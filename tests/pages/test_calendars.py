"""Officials declare holidays, days off that are worked, and other hours; what moves is seen before."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import formats

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.orders.models import Order
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendar_of
from tests.background import work
from tests.city import City, official, signed_in
from tests.loop.orders.delivery.at_work import LATER, AtWork
from tests.pages.test_deadline_rules import kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(city: City) -> AtWork:
    return AtWork.of(city)


def days(what: str, first: date, last: date | None = None, **more: str) -> dict[str, Any]:
    said = {"act": "days", "days-what": what, "days-since": first.isoformat(), "days-reason": "the storm", **more}
    return said | ({"days-until": last.isoformat()} if last else {})


def ordinary(city: City, after: date) -> date:
    """The next day of the week after ``after`` that is worked."""
    calendar = calendar_of(city.west)
    day = after + timedelta(days=1)
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def test_a_holiday_declared_late_is_seen_kept_and_moves_what_is_under_way(at_work: AtWork) -> None:
    client, address = signed_in(official(Role.PLANNER)), reverse("calendar", args=["w"])
    before = Order.objects.get(pk=at_work.order.pk)
    day = ordinary(at_work.city, before.requested_at.date())
    form = days("off", day)
    seen = client.post(address, form).content.decode()
    assert "It is about 1 order under way. The deadlines of 1 move." in seen
    assert not calendar_of(at_work.city.west).holidays
    page = kept(client, address, form, "days-")
    assert "It is declared." in page
    written = formats.date_format(day, "DATE_FORMAT")
    assert f"Not worked: {written}." in page
    assert "Reason: the storm" in page
    work()
    after = Order.objects.get(pk=at_work.order.pk)
    assert after.resolution_due > before.resolution_due
    again = kept(client, address, form, "days-")
    assert "nothing has changed" in again
    back = kept(client, address, days("usual", day), "days-")
    assert f"As usual again: {written}." in back
    work()
    assert Order.objects.get(pk=at_work.order.pk).resolution_due == before.resolution_due


def test_the_day_is_shown_to_whom_it_concerns(at_work: AtWork) -> None:
    day = ordinary(at_work.city, at_work.order.requested_at.date())
    kept(signed_in(official(Role.PLANNER)), reverse("calendar", args=["w"]), days("off", day), "days-")
    work()
    words = f"Not worked until then: {formats.date_format(day, 'DATE_FORMAT')}"
    resident = signed_in(at_work.person.user).get(reverse("need", args=[at_work.need.reference]))  # type: ignore[arg-type]
    assert words in resident.content.decode()
    provider = signed_in(at_work.member).get(reverse("provider-order", args=[at_work.order.pk]))
    assert words in provider.content.decode()
    desk = signed_in(at_work.clerk).get(reverse("desk-need", args=[at_work.need.reference]))
    assert words in desk.content.decode()
    told = Client().get(reverse("calendar-ics", args=["w"])).content.decode()
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in told


def test_a_saturday_that_is_worked_and_other_hours_from_a_day_on(city: City) -> None:
    client, address = signed_in(official(Role.ADMINISTRATOR, until=LATER)), reverse("calendar", args=["c"])
    saturday = date(2027, 2, 6)
    with clock.stopped_at(datetime(2027, 1, 4, 9, tzinfo=UTC)):
        kept(client, address, days("worked", saturday), "days-")
        assert calendar_of(city.west).is_working_day(saturday)
        hours = {
            "act": "hours",
            "hours-since": "2027-02-01",
            "hours-weekdays": ["0", "1", "2", "3", "4", "5"],
            "hours-opens": "08:00",
            "hours-closes": "12:00",
            "hours-reason": "summer",
        }
        looked = client.post(address, hours).content.decode()
        assert len(re.findall(r'name="hours-weekdays" value="\d"[^>]*checked', looked)) == 6, "as they were chosen"
        page = kept(client, address, hours, "hours-")
        assert "Other hours from 1 February 2027: 08:00–12:00." in page
        assert "Monday – Saturday, 08:00–12:00" in page
    calendar = calendar_of(city.west)
    friday, monday = datetime(2027, 1, 29, 10, tzinfo=UTC), datetime(2027, 2, 1, 8, tzinfo=UTC)
    assert calendar.worked(friday, monday) == timedelta(hours=7), "Friday is as it was"
    assert calendar.deadline(friday, 1) == datetime(2027, 2, 1, 12, tzinfo=UTC)


def test_a_district_with_hours_of_its_own_keeps_them_and_gets_the_days(city: City) -> None:
    Region.objects.filter(pk=city.west.pk).update(calendar={"opens": "10:00"})
    client, address = signed_in(official(Role.PLANNER, until=LATER)), reverse("calendar", args=["c"])
    with clock.stopped_at(datetime(2027, 1, 4, 9, tzinfo=UTC)):
        kept(client, address, days("off", date(2027, 2, 8), date(2027, 2, 10)), "days-")
        hours = {
            "act": "hours",
            "hours-since": "2027-02-01",
            "hours-weekdays": ["0"],
            "hours-opens": "08:00",
            "hours-closes": "12:00",
            "hours-reason": "x",
        }
        kept(client, address, hours, "hours-")
    west, east = calendar_of(Region.objects.get(pk=city.west.pk)), calendar_of(city.east)
    assert date(2027, 2, 9) in west.holidays & east.holidays
    assert (west.hours_on(date(2027, 2, 15)).opens.hour, east.hours_on(date(2027, 2, 15)).opens.hour) == (10, 8)


def test_who_may_not_declare_it_reads_it(city: City) -> None:
    address = reverse("calendar", args=["e"])
    for user in (official(Role.CASE_WORKER), official(Role.PLANNER, city.west)):
        client = signed_in(user)
        assert client.get(address).status_code == 200
        assert "Declare a holiday" not in client.get(address).content.decode()
        assert client.post(address, days("off", date(2027, 2, 8))).status_code == 403
    assert Client().get(address).status_code == 302
    assert signed_in(official(Role.PLANNER)).get(reverse("calendar", args=["nowhere"])).status_code == 404
    listed = signed_in(official(Role.CASE_WORKER)).get(f"{reverse('calendars')}?region=w")
    assert listed["Location"] == reverse("calendar", args=["w"])


FILE = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270206
DTEND;VALUE=DATE:20270213
SUMMARY:春节（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270220
SUMMARY:春节（班）
END:VEVENT
BEGIN:VEVENT
DTSTART:20270301T090000Z
SUMMARY:A meeting
END:VEVENT
END:VCALENDAR
"""


def test_days_are_taken_from_a_calendar_file(city: City) -> None:
    client, address = signed_in(official(Role.PLANNER, until=LATER)), reverse("calendar", args=["c"])
    with clock.stopped_at(datetime(2027, 1, 4, 9, tzinfo=UTC)):
        file = SimpleUploadedFile("china.ics", FILE.encode(), "text/calendar")
        found = client.post(address, {"act": "file", "file-calendar": file}).content.decode()
        assert "6 February 2027 – 12 February 2027" in found
        assert "20 February 2027" in found
        assert "Line 11, “A meeting”: it is not a whole day." in found
        off = " ".join(f"2027-02-{n:02}" for n in range(6, 13))
        assert f'value="{off}"' in found
        form = {"act": "found", "found-off": off, "found-worked": "2027-02-20", "found-reason": ""}
        missing = client.post(address, form)
        assert missing.status_code == 422
        assert "6 February 2027 – 12 February 2027" in missing.content.decode()
        kept(client, address, form | {"found-reason": "decree"}, "found-")
    calendar = calendar_of(city.west)
    assert not calendar.is_working_day(date(2027, 2, 9))
    assert calendar.is_working_day(date(2027, 2, 20))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (days("off", date(2027, 2, 9), date(2027, 2, 8)), "It cannot end before it begins."),
        (days("off", date(2027, 2, 9), date(2029, 2, 8)), "At most 400 days at a time."),
        (days("off", date(2127, 2, 9)), "is too far away"),
        (days("off", date(2027, 2, 9), date(2027, 5, 9)), "no day would be worked for two months"),
        (days("off", date(2027, 2, 9), **{"days-reason": ""}), "Please say why."),
        (days("holiday", date(2027, 2, 9)), "Select a valid choice"),
        (
            {"act": "hours", "hours-since": "2027-02-01", "hours-opens": "9:00", "hours-closes": "8:00"},
            "cannot end",
        ),
        ({"act": "file", "file-calendar": SimpleUploadedFile("x.ics", b"\xff\xfe")}, "not text in UTF-8"),
        ({"act": "file", "file-calendar": SimpleUploadedFile("x.ics", b"hello")}, "no calendar file"),
        ({"act": "file", "file-calendar": SimpleUploadedFile("x.ics", b"BEGIN:VCALENDAR\n")}, "no whole day"),
        ({"act": "file"}, "Please choose a file."),
        ({"act": "found", "found-off": "soon", "found-reason": "x"}, "choose the file again"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(city: City, form: dict[str, Any], told: str) -> None:
    client = signed_in(official(Role.PLANNER, until=LATER))
    with clock.stopped_at(datetime(2027, 1, 4, 9, tzinfo=UTC)):
        answer = client.post(reverse("calendar", args=["c"]), form)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Region.objects.exclude(calendar={}).exists()
