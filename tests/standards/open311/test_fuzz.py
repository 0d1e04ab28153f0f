"""Whatever is sent, the answer is one of the standard's, and no need is lost or made by halves.

``schemathesis`` draws from our own OpenAPI description; the forms are drawn here, from a corpus of what has gone
wrong in forms before, and from anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks

from lacarte.loop.needs.models import Attachment, Need
from lacarte.registers.people.models import Person
from tests.standards.open311.cases import GOOD, ROOT, asking_city, data, photo, tell

#: Each example is a request or two; the same ones every time, so that a failure is one that stays.
drawn = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
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
    open_wide = dict.fromkeys(("rate_limit", "rate_limit_read"), "1000000/minute")
    settings.CONFIGURED = {**settings.CONFIGURED, **open_wide}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request through WSGI would end the test's own transaction, as Django's test client takes care not to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


#: As any client would get it.
schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())


@schema.parametrize()
@settings(drawn, max_examples=60)
@pytest.mark.django_db
def test_every_answer_is_one_that_the_description_promises(
    case: schemathesis.Case, open_gates: None, one_connection: None
) -> None:
    if not Need.objects.exists():
        tell(asking_city())
    case.call_and_validate(checks=CHECKS)


#: What has gone wrong in some form or other before.
CORPUS = [
    "", " ", "0", "-0", "-1", "1e309", "NaN", "Infinity", "1_000", "٣", "²", "0x10", "1,5", "1;2",
    "99999999999999999999", "null", "undefined", "None", "true", "[]", "{}", "%", "%00", "%s%n", "\\", "'", '"',
    "`", "--", "';--", "' OR '1'='1", "<script>alert(1)</script>", "]]>", "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "&#0;", "${7*7}", "{{7*7}}", "../../etc/passwd", "file:///etc/passwd", "http://169.254.169.254/latest",
    "javascript:alert(1)", "\t", "\r\nSet-Cookie: a=b", "\x0b", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff",
    "\u202egnp", "e\u0301", "ﷺ" * 20, "👩‍👩‍👧‍👦", "𝕏", "\ufffe", "\U0010ffff", "İ", "ß", "a" * 300, "a" * 5001,
    "😀" * 2000, "2026-02-30", "2026-01-31T09:30:00+99:99", "9999-12-31", "0001-01-01", "-1-01-01",
]  # fmt: skip
_words = st.sampled_from(CORPUS) | st.text(st.characters(codec="utf-8"), max_size=60)
_GOOD_FIELDS: dict[str, list[str]] = {
    "service_code": ["lift-repair", "home-care", "health"],
    "lat": ["28.05", "28.0500000000000001", "+28.05", "2805e-2"],
    "long": ["122.15", "122.05"],
    "address_string": ["12 Plum Street"],
    "address_id": ["tower"],
    "description": ["The lift is stuck", "电梯坏了"],
    "email": ["ana@example.org"],
    "phone": ["415-555-0100"],
    "first_name": ["Ana"],
    "last_name": ["Lovelace"],
    "account_id": ["1"],
    "device_id": ["2"],
    "media_url": ["https://example.org/1.jpg"],
    "jurisdiction_id": ["lacarte.local"],
    "attribute[FLOORS]": ["12"],
    "attribute[STATE]": ["slow"],
    "attribute[SINCE]": ["2026-01-31T09:30:00Z"],
    "attribute[WHO][]": ["old"],
    "attribute[GONE]": ["x"],
}
_forms = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(good * 8) | _words for name, good in _GOOD_FIELDS.items()}
)
_files = st.sampled_from([photo(), photo()[:99], b"", b"GIF89a", b"%PDF-1.4", b"PK\3\4", b"<svg onload='x'/>"])


FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]


def counted() -> tuple[int, int, int]:
    return Need.objects.count(), Person.objects.count(), Attachment.objects.count()


def check(client: Client, form: dict[str, Any], format: str = "json") -> bool:
    """Send a form; whether it was taken in. All of it or nothing is kept."""
    before = counted()
    files = [name for name, value in form.items() if isinstance(value, SimpleUploadedFile)]
    answer = client.post(f"{ROOT}/requests.{format}", form)
    needs, persons, attachments = (now - then for now, then in zip(counted(), before, strict=True))
    told = data(answer)
    if answer.status_code != 201:
        assert 400 <= answer.status_code < 500
        assert (needs, persons, attachments) == (0, 0, 0)
        assert told
        assert all(error["code"] == str(answer.status_code) and error["description"] for error in told)
        return False
    [taken] = told
    need = Need.objects.get(reference=taken["service_request_id"])
    assert (needs, attachments) == (1, len(files))
    assert need.text == form.get("description", "").strip()
    said = any(form.get(name, "").strip() for name in ("first_name", "last_name", "email", "phone"))
    assert persons == said == (need.person is not None)
    [shown] = data(client.get(f"{ROOT}/requests/{need.reference}.{format}", {"extensions": "true"}))
    assert shown["service_request_id"] == need.reference
    return True


@pytest.mark.django_db
@drawn
@given(_forms, st.sampled_from(["json", "xml"]), st.none() | _files)
def test_a_form_is_taken_in_whole_or_refused_whole(
    client: Client, open_gates: None, form: dict[str, Any], format: str, file: bytes | None
) -> None:
    if not Need.objects.exists():
        tell(asking_city())
    check(client, form | ({} if file is None else {"media": SimpleUploadedFile("a.jpg", file)}), format)


@pytest.mark.django_db
def test_every_field_takes_everything_of_the_corpus_or_names_itself(client: Client, open_gates: None) -> None:
    asking_city()
    whole = {**GOOD, "attribute[FLOORS]": "12"}
    names = [name for name in _GOOD_FIELDS if name not in ("long", "last_name", "device_id", "account_id")]
    taken = 0
    for number, (name, words) in enumerate(product(names, CORPUS)):
        elsewhere = {"long": f"{122.001 + number % 190 / 1000}"}
        taken += check(client, whole | elsewhere | {name: words})
    assert taken == Need.objects.count()
    assert len(CORPUS) * 4 < taken < len(CORPUS) * len(names)


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["json", "xml"])
def test_every_filter_takes_everything_of_the_corpus_or_names_itself(
    client: Client, open_gates: None, format: str
) -> None:
    tell(asking_city())
    names = (
        "service_request_id", "service_code", "status", "start_date", "end_date", "updated_after",
        "updated_before", "page", "page_size", "lat", "long", "radius", "bbox", "extensions", "jurisdiction_id",
        "api_key", "unknown",
    )  # fmt: skip
    for name in names:
        for words in CORPUS:
            answer = client.get(f"{ROOT}/requests.{format}", {name: words})
            assert answer.status_code in (200, 400, 404), (name, words)
            if answer.status_code != 200:
                assert all(name in error["description"] for error in data(answer)), (name, words)


@pytest.mark.django_db
@drawn
@given(
    st.binary(max_size=300),
    st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]),
)
def test_any_bytes_are_answered(client: Client, open_gates: None, body: bytes, kind: str) -> None:
    before = counted()
    for sent in (body, b"--x\r\n" + body + b"\r\n--x--\r\n", b"service_code=lift-repair&" + body):
        answer = client.generic("POST", f"{ROOT}/requests.xml", sent, content_type=kind)
        assert 400 <= answer.status_code < 500
        assert data(answer)
    assert counted() == before


@pytest.mark.django_db
@drawn
@given(st.text(st.characters(codec="utf-8", exclude_characters="/?#"), min_size=1, max_size=40))
def test_any_address_is_answered(client: Client, open_gates: None, part: str) -> None:
    for path in (f"services/{part}", f"requests/{part}", f"tokens/{part}", part, f"requests/{part}.json"):
        answer = client.generic("GET", f"{ROOT}/{path}", headers={"Accept": "application/json"})
        assert answer.status_code in (200, 400, 404)
        assert data(answer) is not None
