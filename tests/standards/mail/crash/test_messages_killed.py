"""Workers are killed at random moments while messages go out to real servers that hang up now and then."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, scratch_database
from tests.standards.gateways.posting import listening
from tests.standards.mail.crash.test_killed import script, start, with_gateway
from tests.standards.mail.smtp_server import Taken, taking_mail

pytestmark = pytest.mark.once
_SENT = "SELECT count(*) FROM needs_message WHERE NOT incoming AND state = 'sent'"


def sent(environment: dict[str, str]) -> int:
    """How many messages are written down as sent, asked without starting a Python."""
    if address := environment.get("LACARTE_DATABASE"):
        import psycopg

        with psycopg.connect(address) as connection:
            row = connection.execute(_SENT).fetchone()
    else:
        with closing(sqlite3.connect(Path(environment["LACARTE_HOME"]) / "lacarte.sqlite3", timeout=30)) as file:
            row = file.execute(_SENT).fetchone()
    assert row
    return int(row[0])


def killed_until_sent(environment: dict[str, str], messages: int, draw: random.Random, seconds: float) -> int:
    """Two workers, one of them killed now and then, until all messages are sent. Returns the kills."""
    kills, ends = 0, time.monotonic() + seconds
    workers = [start("work", environment) for _ in range(2)]
    try:
        while sent(environment) < messages:
            assert time.monotonic() < ends, f"{sent(environment)} sent after {seconds} s and {kills} kills"
            at = draw.randrange(2)
            said = workers[at].stdout
            assert said
            assert said.readline() == "ready\n"
            time.sleep(draw.uniform(0.05, 0.8))
            workers[at].send_signal(signal.SIGKILL)
            workers[at].communicate()
            workers[at], kills = start("work", environment), kills + 1
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    return kills


def run(kind: str, home: Path, *, people: int, seed: int, seconds: float) -> None:
    draw = random.Random(seed)
    faults = draw.choices([200, 503], [3, 1], k=people)
    refused = faults.count(503)
    with (
        taking_mail(Taken(hangs_up=0.1, draw=draw)) as server,
        listening(faults) as (gateway, posted),
        scratch_database(kind, home) as scratch,
    ):
        told = {"LACARTE_QUIET_HOURS": "", "LACARTE_UNDO_MINUTES": "0", "LACARTE_LOG_LEVEL": "ERROR"}
        environment = with_gateway(gateway, scratch) | {"LACARTE_MAIL_SMTP": server.address} | told
        script("tell_by_both", environment, str(people))
        kills = killed_until_sent(environment, 3 * people, draw, seconds)
    handed = [(mail["To"], mail["Message-ID"], mail.get_content()) for mail in server.mails]
    for heads, data in posted:
        body = json.loads(data)
        handed.append((body["to"], heads["webhook-id"], body["text"]))
    arrived: dict[str, dict[str, str]] = defaultdict(dict)
    for to, key, text in handed:
        assert arrived[to].setdefault(key, text) == text, "handed over again it is the same"
    assert len(arrived) == people
    for texts in arrived.values():
        words = [text.strip() for text in texts.values()]
        assert len(words) == 3, "each at least once, and once for whoever knows it again by its name"
        assert [one for one in words if one in ("first", "second")] == ["first", "second"]
    doubled = len(handed) - 3 * people
    print(f"{kind}: {people} people, {kills} kills, {doubled} handed over again")
    assert doubled <= kills + refused + server.hung_up, "never without a reason"


@pytest.mark.parametrize("kind", KINDS)
def test_each_message_arrives_once_for_who_knows_it_by_its_name(kind: str, tmp_path: Path) -> None:
    run(kind, tmp_path, people=6, seed=1, seconds=120)


@pytest.mark.crash
@pytest.mark.parametrize("seed", range(2, 7))
@pytest.mark.parametrize("kind", KINDS)
def test_full_size(kind: str, seed: int, tmp_path: Path) -> None:
    run(kind, tmp_path, people=60, seed=seed, seconds=600)
