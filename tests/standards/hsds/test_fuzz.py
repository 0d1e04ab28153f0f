"""Every answer to whatever schemathesis draws from our own description is one that the description promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import checks

from lacarte.registers.menu.models import Offer
from lacarte.standards.imports import import_menu
from tests.city import build
from tests.standards.hsds.test_api import KITCHEN

drawn = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=15,
)
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


@pytest.fixture
def open_gates(settings: LazySettings) -> None:
    """Fuzzing comes from one address."""
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit_read": "1000000/minute"}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request through WSGI would end the test's own transaction, as Django's test client takes care not to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


newest = schemathesis.openapi.from_wsgi("/hsds/3.1/openapi.json", get_wsgi_application())
older = schemathesis.openapi.from_wsgi("/hsds/3.0/openapi.json", get_wsgi_application())


def _stock(tmp_path: Path) -> None:
    if not Offer.objects.exists():
        build()
        path = tmp_path / "kitchen.json"
        path.write_text(json.dumps(KITCHEN))
        import_menu(path)


@newest.parametrize()
@drawn
@pytest.mark.django_db
def test_every_answer_of_3_1_is_as_described(
    case: schemathesis.Case, open_gates: None, one_connection: None, tmp_path: Path
) -> None:
    _stock(tmp_path)
    case.call_and_validate(checks=CHECKS)


@older.parametrize()
@drawn
@pytest.mark.django_db
def test_every_answer_of_3_0_is_as_described(
    case: schemathesis.Case, open_gates: None, one_connection: None, tmp_path: Path
) -> None:
    _stock(tmp_path)
    case.call_and_validate(checks=CHECKS)
