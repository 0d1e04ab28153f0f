"""What is public has a measured pace, and nobody escapes it by inventing an address."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import RequestFactory
from limits.storage import storage_from_string

from lacarte.kernel.rate_limit import _limiter, address, allowed


def test_each_address_has_its_own_count(settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit": "2/hour"}
    ask = RequestFactory().get
    assert [allowed("a", ask("/", REMOTE_ADDR="192.0.2.1")) for _ in range(3)] == [True, True, False]
    assert allowed("a", ask("/", REMOTE_ADDR="192.0.2.2"))
    assert allowed("b", ask("/", REMOTE_ADDR="192.0.2.1"))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "who"),
    [
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "invented, 198.51.100.9", "198.51.100.9"),
        (2, "invented, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "198.51.100.9"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings: LazySettings, proxies: int, forwarded: str, who: str) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "trusted_proxies": proxies}
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})
    assert address(request) == who


def test_several_processes_count_together_in_redis(settings: LazySettings) -> None:
    store = "redis://127.0.0.1:6379/15"
    if storage_from_string(store).check() is False:
        pytest.skip("no Redis on this machine")
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit": "2/minute", "rate_limit_store": store}
    scope = f"test {uuid4()}"
    answers = []
    for _ in range(3):
        _limiter.cache_clear()  # as another process would begin
        answers.append(allowed(scope, RequestFactory().get("/")))
    assert answers == [True, True, False]


def test_people_are_served_when_nobody_can_count(settings: LazySettings) -> None:
    settings.CONFIGURED = {
        **settings.CONFIGURED,
        "rate_limit": "1/hour",
        "rate_limit_store": "redis://127.0.0.1:1/0",
    }
    assert [allowed("a", RequestFactory().get("/")) for _ in range(3)] == [True, True, True]
