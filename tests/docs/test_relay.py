"""The relay of the how-to carries SMS both ways between a service that speaks forms and Lacarte."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import io
import json
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.messages.carriers import Letter
from lacarte.loop.needs.models import Need
from lacarte.standards.gateways import sending
from tests.city import build
from tests.docs.running import ROOT
from tests.standards.gateways.posting import SECRET, listening

TOKEN = "the service's token"


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    found = importlib.util.spec_from_file_location("sms_relay", ROOT / "docs" / "how-to" / "sms_relay.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    told = {
        "SECRET": SECRET,
        "ACCOUNT": "AC1",
        "TOKEN": TOKEN,
        "NUMBER": "+4950",
        "PUBLIC": "https://relay.example/in",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    yield module


def ask(relay: ModuleType, path: str, body: bytes, **heads: str) -> str:
    answered: list[str] = []
    environ: dict[str, Any] = {"PATH_INFO": path, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    environ |= {f"HTTP_{name.upper()}": value for name, value in heads.items()}
    relay.relay(environ, lambda status, _: answered.append(status))
    return answered[0][:3]


def signature(form: dict[str, str]) -> str:
    signed = "https://relay.example/in" + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()


@pytest.mark.django_db
def test_what_the_service_posts_reaches_the_city_once(
    relay: ModuleType, client: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def posted_here(url: str, body: bytes, heads: dict[str, str]) -> int:
        path = urllib.parse.urlsplit(url).path
        return client.post(path, body, content_type=heads["Content-Type"], headers=heads).status_code

    settings.CONFIGURED = settings.CONFIGURED | {"gateways": ["relay sms"], "gateway_secrets": [f"relay {SECRET}"]}
    monkeypatch.setenv("LACARTE", "https://services.city.example/gateways/relay/")
    monkeypatch.setattr(relay, "post", posted_here)
    build()
    form = {"MessageSid": "SM1", "From": "+8613800138000", "Body": "路灯坏了"}
    posted = urllib.parse.urlencode(form).encode()
    assert ask(relay, "/in", posted, x_twilio_signature="forged") == "403"
    assert ask(relay, "/in", posted, x_twilio_signature=signature(form)) == "201"
    assert ask(relay, "/in", posted, x_twilio_signature=signature(form)) == "200"
    assert Need.objects.get().text == "路灯坏了"


def test_what_the_city_posts_reaches_the_service_once(
    relay: ModuleType, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = Letter(uuid7(), "+8613800138000", "收到", "zh-hans", "7KQ2-M4XD", clock.now(), gateway="relay")
    passed: list[tuple[bytes, dict[str, str]]] = []

    def caught(request: Any, timeout: float) -> io.BytesIO:
        heads = {name.lower().replace("-", "_"): value for name, value in request.header_items()}
        passed.append((request.data, heads))
        return io.BytesIO()

    monkeypatch.setattr(sending, "_open", caught)
    settings.CONFIGURED = settings.CONFIGURED | {
        "gateways": ["relay sms https://relay.example/out"],
        "gateway_secrets": [f"relay {SECRET}"],
    }
    sending.Gateways("sms").send(letter)
    ((body, heads),) = passed
    with listening([503]) as (address, posted):
        monkeypatch.setenv("SERVICE", address)
        assert ask(relay, "/out", body + b" ", **heads) == "401"
        assert [ask(relay, "/out", body, **heads) for _ in range(3)] == ["503", "200", "200"]
    assert len(posted) == 2
    said = dict(urllib.parse.parse_qsl(posted[1][1].decode()))
    assert said == {"To": "+8613800138000", "From": "+4950", "Body": "收到"}
    assert json.loads(body)["text"] == "收到"


def test_the_relay_needs_nothing_but_python() -> None:
    source = Path(ROOT / "docs" / "how-to" / "sms_relay.py").read_text(encoding="utf-8")
    names = {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
    assert names <= set(sys.stdlib_module_names)
