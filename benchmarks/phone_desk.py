"""What a call-taker waits for: the server's time for the suggestions, while somebody types.

Run: ``.venv/bin/python benchmarks/phone_desk.py [needs under way]`` (100,000; some minutes). With
``LACARTE_TEST_POSTGRES`` set, on PostgreSQL too. Each look is a whole request of the page, from the session to the
rendered fragment, with the draft committed. The peer, in the same run, is the same request with nothing
typed: session, mandate, draft and the empty fragment, without anything understood, placed or compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.kernel.crash.scratch import scratch_database  # noqa: E402

LOOKS = 300
TEXTS = (
    "the street light at Rope Walk is out",
    "my mother is 82 and needs somebody to help her wash at home",
    "the lift is stuck and somebody is in it",
    "家里老人需要上门护理",
    "rubbish has not been collected for two weeks and it smells",
)
_DEMO = "from lacarte.cli import main; main()"


def measured(kind: str, needs: int) -> None:
    """A demo city with ``needs`` more of places under way, and many looks."""
    with tempfile.TemporaryDirectory() as home, scratch_database(kind, Path(home)) as environment:
        words = ["demo", "--check", "--home", home, "--residents", "1500", "--needs", "900"]
        subprocess.run([sys.executable, "-c", _DEMO, *words], env=environment, check=True, stdout=subprocess.PIPE)
        command = [sys.executable, __file__, "--part", str(needs)]
        printed = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    told = json.loads(printed)
    ours, peer = told["ours"], told["peer"]
    print(
        f"{kind:<11} {needs:>9,} needs under way: p50 {ours['p50']:.1f} ms, p99 {ours['p99']:.1f} ms "
        f"(work of the processor p99 {ours['cpu p99']:.1f} ms); peer p50 {peer['p50']:.1f} ms, "
        f"p99 {peer['p99']:.1f} ms; ratio of p50 {ours['p50'] / peer['p50']:.1f}",
        flush=True,
    )


def part(needs: int) -> None:
    """Fill in the needs, and look; prints what it took."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client

    from lacarte.kernel.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    _fill(needs)
    client = Client()
    client.force_login(User.objects.get(username="call-taker"))
    page = client.get("/desk/register/").content.decode()
    token = page.split('name="call" value="')[1].split('"')[0]
    looks = [f"{TEXTS[n % len(TEXTS)]}, number {n}" for n in range(LOOKS)]
    print(json.dumps({"peer": _times(client, token, [""] * LOOKS), "ours": _times(client, token, looks)}))


def _fill(needs: int) -> None:
    import random

    from lacarte.engines.geography import cells
    from lacarte.kernel.bulk import insert_all
    from lacarte.loop.needs.models import Channel, Need
    from lacarte.registers.menu.models import ServiceType
    from lacarte.registers.places.queries import regions_at

    draw = random.Random(5)
    kinds = list(ServiceType.objects.filter(subject="place", orderable=True))
    known = list(Need.objects.exclude(longitude=None).values_list("longitude", "latitude"))
    for first in range(0, needs, 5000):
        points = [draw.choice(known) for _ in range(min(5000, needs - first))]
        x = [one + draw.gauss(0, 0.002) for one, _ in points]
        y = [one + draw.gauss(0, 0.002) for _, one in points]
        rows = zip(x, y, regions_at(x, y).tolist(), cells(x, y).tolist(), strict=True)
        insert_all(
            [
                Need(
                    channel=Channel.WEB, subject="place", service_type=draw.choice(kinds), region_id=region,
                    text=draw.choice(TEXTS), longitude=east, latitude=north, cell=cell, language="en",
                )
                for east, north, region, cell in rows
            ]
        )  # fmt: skip


def _times(client: object, token: str, texts: list[str]) -> dict[str, float]:
    took, worked = [], []
    for text in texts:
        said = {"call": token, "text": text, "name": "Ada", "asked": ""}
        began, began_cpu = time.perf_counter(), time.process_time()
        reply = client.post("/desk/register/look/", said, headers={"HX-Request": "true"})  # type: ignore[attr-defined]
        took.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - began_cpu))
        assert reply.status_code == 200
    took, worked = sorted(took[5:]), sorted(worked[5:])  # the first ones build what is kept in memory
    at = int(0.99 * len(took))
    return {"p50": took[len(took) // 2], "p99": took[at], "cpu p99": worked[at]}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        part(int(sys.argv[2]))
    else:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
        for database in ["sqlite", *(["postgresql"] if os.environ.get("LACARTE_TEST_POSTGRES") else [])]:
            measured(database, count)
