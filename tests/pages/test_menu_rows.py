"""A row of the menu in words, and the door that it is behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import override

from lacarte.kernel import clock
from lacarte.pages.resident.menu.rows import effort_in_words, free_in_words
from lacarte.registers.menu.personal import Effort

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("days", "hour", "english", "chinese"),
    [
        (0, 11, "now", "现在"),
        (0, 15, "today 15:00", "今天 15:00"),
        (1, 9, "tomorrow 09:00", "明天 09:00"),
        (2, 0, "Mon 30 Nov", "11月30日（星期一）"),
        (2, 9, "Mon 30 Nov 09:00", "11月30日（星期一） 09:00"),
        (250, 9, "5 Aug 2027 09:00", "2027年8月5日 09:00"),
    ],
)
def test_the_next_free_time_is_said_as_people_say_it(
    at_noon: None, days: int, hour: int, english: str, chinese: str
) -> None:
    begins = (NOON + timedelta(days=days)).astimezone().replace(hour=hour, tzinfo=timezone.get_current_timezone())
    one = SimpleNamespace(free=begins)
    with translation.override("en"):
        assert free_in_words(one) == english  # type: ignore[arg-type]
    with translation.override("zh-hans"):
        assert free_in_words(one) == chinese  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "here"), [("/", "page"), ("/menu/", "true"), ("/menu/list/", "true"), ("/rates/", "")]
)
def test_the_navigation_says_that_one_is_at_the_services(client: Client, address: str, here: str) -> None:
    page = client.get(address).content.decode()
    link = page[page.index('href="/"', page.index("<nav")) :].split(">")[0]
    assert link.partition("aria-current=")[2].strip('"') == here


def test_the_effort_says_when_its_price_is_not_known() -> None:
    effort = Effort(way=12.0, language=0.0, price=30.0, wait=0.0)
    with override("en"):  # whatever language the test before has left
        assert effort_in_words(effort) == "Effort: 42 minutes (way 12, price 30)"
        assert effort_in_words(effort, price_known=False) == "Effort: 42 minutes (way 12, price not known 30)"
