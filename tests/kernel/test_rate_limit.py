"""What is public has a measured pace, and nobody escapes it by inventing an address."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.http import HttpRequest
from django.test import RequestFactory
from limits.storage import storage_from_string

from lacarte.kernel import rate_limit
from lacarte.kernel.rate_limit import _limiter, address, allowed, network, note_trouble, under_attack


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


def asked(address: str = "192.0.2.1", session: str | None = None) -> HttpRequest:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.session = SimpleNamespace(session_key=session)  # type: ignore[assignment]
    return request


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("no address", "no address"),
    ],
)
def test_one_connection_is_counted_as_one(said: str, counted: str) -> None:
    assert network(asked(said)) == counted


def test_each_key_has_its_own_pace(settings: LazySettings) -> None:
    settings.CONFIGURED = {
        **settings.CONFIGURED,
        "rate_limit": "100/hour",
        "rate_limit_session": "3/hour",
        "rate_limit_contact": "2/hour",
        "rate_limit_key": "4/hour",
    }
    by_session = [allowed("a", asked(f"192.0.2.{n}", "s1"), session=True) for n in range(4)]
    assert by_session == [True, True, True, False], "a new address does not help"
    phones = ("+86 555-0100", "865550100", "(86) 555 0100")
    assert [allowed("b", asked(f"198.51.100.{n}"), contacts=[phones[n]]) for n in range(3)] == [True, True, False]
    mails = [allowed("c", asked(f"203.0.113.{n}"), contacts=["A@example.org", "a@example.org"]) for n in range(3)]
    assert mails == [True, True, False]
    programs = [allowed("d", asked("192.0.2.77"), who="k") for _ in range(5)]
    assert programs == [True] * 4 + [False]


def test_what_is_refused_is_not_counted(settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit": "3/hour", "rate_limit_contact": "1/hour"}
    assert allowed("a", asked(), contacts=["1"])
    assert not allowed("a", asked(), contacts=["1"])
    assert [allowed("a", asked()) for _ in range(3)] == [True, True, False], "the refused one took no turn"


def test_much_trouble_is_an_attack(settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "attack_pace": "3/10 minutes"}
    seen = []
    for _ in range(4):
        seen.append(under_attack())
        note_trouble()
    assert seen == [False, False, False, True]


def test_nothing_is_an_attack_when_nobody_can_count(settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit_store": "redis://127.0.0.1:1/0"}
    note_trouble()
    assert not under_attack()


def test_one_thread_sweeps_for_many_that_are_counted() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    assert allowed("a", request)
    sweeps = _limiter("memory://").storage.timer
    assert sweeps.is_alive()
    assert all(allowed("a", request) for _ in range(20))
    assert _limiter("memory://").storage.timer is sweeps


def test_what_has_expired_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_SWEPT_SECONDS", 0.0)
    store = rate_limit.SweptSeldom()
    store.acquire_entry("a", limit=1, expiry=-1)
    store.acquire_entry("b", limit=1, expiry=60)
    store.timer.join(5)
    assert not store.events["a"]
    assert store.events["b"]
