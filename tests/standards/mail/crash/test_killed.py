"""Killed at any moment: no e-mail lost or doubled, no confirmation sent twice, no row without its file."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, scratch_database
from tests.standards.gateways.posting import SECRET, listening
from tests.standards.mail.imap_server import Inbox, serving
from tests.standards.mail.written import CITY, email

pytestmark = pytest.mark.once


def start(part: str, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.standards.mail.crash.parts", part, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def script(part: str, environment: dict[str, str], *arguments: str) -> str:
    process = start(part, environment, *arguments)
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, f"{part} failed"
    return printed.strip()


@contextmanager
def killed_after(part: str, lines: int, wait: float, environment: dict[str, str]) -> Iterator[None]:
    """Start ``part`` and kill it ``wait`` seconds after it has said so many lines."""
    process = start(part, environment)
    assert process.stdout
    try:
        for _ in range(lines):
            assert process.stdout.readline(), "it died by itself"
        time.sleep(wait)
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def with_mailbox(inbox: Inbox, environment: dict[str, str]) -> dict[str, str]:
    return environment | {"LACARTE_MAIL_ADDRESS": CITY, "LACARTE_MAIL_IMAP": inbox.address}


def with_gateway(address: str, environment: dict[str, str]) -> dict[str, str]:
    named = {"LACARTE_GATEWAYS": f"relay sms {address}", "LACARTE_GATEWAY_SECRETS": f"relay {SECRET}"}
    return environment | named


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_reader_of_the_mailbox_loses_nothing_and_takes_nothing_twice(kind: str, tmp_path: Path) -> None:
    with serving() as inbox, scratch_database(kind, tmp_path) as scratch:
        environment = with_mailbox(inbox, scratch)
        script("city", environment)
        for n in range(12):
            inbox.put(email(f"lamp {n}", key=f"<{n}@x>", sender=f"li{n}@home.example", photos=n % 2))
        for lines in (1, 2, 5):
            with killed_after("poll", lines, 0.01, environment):
                pass
        script("finish", environment)
        found = json.loads(script("count", environment))
        assert (found["needs"], found["incoming"], found["photos"], found["stuck"]) == (12, 12, 6, 0)
        assert found["outgoing"] == {"sent": 12}
        assert inbox.unseen == []
        sent = [path.suffix for path in (tmp_path / "outbox").iterdir()]
        assert sent == [".eml"] * 12, "and no half-written one lies about"


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_worker_sends_each_confirmation_once(kind: str, tmp_path: Path) -> None:
    with listening([503, 200, 500]) as (gateway, posted), scratch_database(kind, tmp_path) as scratch:
        environment = with_gateway(gateway, scratch)
        script("tell", environment)
        for lines in (1, 2, 1):
            with killed_after("deliver", lines, 0.01, environment):
                pass
        script("finish", environment)
        found = json.loads(script("count", environment))
        assert found["outgoing"] == {"sent": 8}
        assert found["stuck"] == 0
        taken = {heads["webhook-id"]: json.loads(data)["to"] for heads, data in posted}
        assert len(taken) == len(set(taken.values())) == 8, "posted again it has the same id"
        assert len(posted) > 10, "two were refused at first, and some kill hit one that had been handed over"


@pytest.mark.parametrize("scanner", ["", "command true"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_upload_leaves_no_row_without_its_file_and_the_sweep_takes_the_rest(
    kind: str, scanner: str, tmp_path: Path
) -> None:
    draw = random.Random(4)
    with scratch_database(kind, tmp_path) as scratch:
        environment = scratch | {"LACARTE_SCANNER": scanner}
        for _ in range(6):
            with killed_after("store", draw.randint(1, 4), draw.uniform(0, 0.05), environment):
                pass
        found = json.loads(script("files_and_rows", environment))
        assert found["rows"] > 0
        assert found["rows without a file"] == 0
        assert found["files before"] >= found["files after"] == found["rows"]
