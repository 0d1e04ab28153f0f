"""A small demo city, served as anybody would serve it, and a Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.looking import CHROMIUM_FLAGS, Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))
            if "LACARTE_DATABASE" in os.environ:
                item.add_marker(pytest.mark.skip(reason="pages ran in the browser with the SQLite suite"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The address of a served demo city."""
    home = tmp_path_factory.mktemp("demo")
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = str(asked.getsockname()[1])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LACARTE_")}
    clean |= {"LACARTE_RATE_LIMIT": "1000/minute", "LACARTE_FILL_SECONDS": "0"}  # browsers are quicker than people
    words = ["demo", "--no-browser", "--home", str(home), "--port", port, "--residents", "1500", "--needs", "900"]
    command = [sys.executable, "-c", "from lacarte.cli import main; main()", *words]
    log = (home.parent / "demo.log").open("w")
    running = subprocess.Popen(command, env=clean, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield Site(_answers(f"http://127.0.0.1:{port}", running, Path(log.name)))
    finally:
        running.terminate()
        running.wait(timeout=40)
        log.close()


def _answers(address: str, running: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return address
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"the demo did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor of their own for each test, with the page's policy in force."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()
