"""When a browser paints the desk's lists and a case for the first time, with a million needs.

Run it on an installation that ``desk.py`` filled: ``LACARTE_HOME=… .venv/bin/python benchmarks/desk_painted.py
[times]`` (20), with the same ``LACARTE_DATABASE`` on PostgreSQL. Goal: a list within 300 ms. Chromium,
``lacarte serve`` and the database share this machine. The peer is the page of signing in, which needs no list:
what the browser and the server take for any page.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
from own_installation import begin  # noqa: E402

begin("desk", rate_limit="1000000/second")
import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402
from django.shortcuts import resolve_url  # noqa: E402
from django.test import Client  # noqa: E402
from intake import free_port, serve  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402
from tests.browser.looking import CHROMIUM, CHROMIUM_FLAGS  # noqa: E402

from lacarte.kernel.ids import new_reference  # noqa: E402
from lacarte.kernel.models import User  # noqa: E402
from lacarte.loop.needs.models import Need  # noqa: E402

_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_ANSWERED = "performance.getEntriesByType('navigation')[0].responseEnd"


def main(times: int) -> None:
    """Serve, sign in, look at each page ``times`` times."""
    need = Need.objects.exclude(state="met").order_by("pk").first()
    if need is None:
        raise SystemExit("Nothing is filled in: run desk.py first, and name its folder in LACARTE_HOME.")
    need.reference = new_reference()  # the numbers that it was filled with are none
    need.save(update_fields=["reference"])
    sessions = {name: _session(name) for name in ("of all", "of one of 10 cities", "of one of 40 services")}
    port = free_port()
    process = serve(port)
    site = f"http://127.0.0.1:{port}"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
            context = browser.new_context()
            peer = _told(
                "peer: signing in", context.new_page(), f"{site}{resolve_url(settings.LOGIN_URL)}", times, 0.0
            )
            for name, session in sessions.items():
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
                page = context.new_page()
                for path in ("/desk/", "/desk/?tab=all"):
                    _told(f"{name}: {path}", page, site + path, times, peer)
                if name == "of all":
                    _told(f"{name}: a case", page, f"{site}/desk/needs/{need.reference}/", times, peer)
            browser.close()
    finally:
        process.terminate()
        process.wait()


def _session(name: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _told(name: str, page: Page, address: str, times: int, peer: float) -> float:
    """Print a line; the median of the milliseconds to the first paint."""
    took = []
    for _ in range(times + 1):
        answer = page.goto(address, wait_until="load")
        if answer is None or answer.status != 200:
            raise SystemExit(f"{address}: {answer and answer.status}")
        while not page.evaluate(_PAINTED):  # after "load"; the policy of the pages forbids to wait within them
            page.wait_for_timeout(10)
        took.append((page.evaluate(_PAINTED), page.evaluate(_ANSWERED)))
    painted, answered = np.array(took[1:]).T
    ratio = f"  {np.median(painted) / peer:.1f} times the peer" if peer else ""
    print(
        f"{name:<46} painted p50 p99 {np.median(painted):6.0f} {np.quantile(painted, 0.99):6.0f} ms, "
        f"answered p50 {np.median(answered):6.0f}{ratio}",
        flush=True,
    )
    return float(np.median(painted))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
