"""A small city served as anybody would serve it, for clients that speak HTTP.

Run as a program it fills the database of an installation with that city and prints an API key.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.migrated import migrated

ROOT = Path(__file__).parents[3]
LACARTE = [sys.executable, "-c", "from lacarte.cli import main; main()"]


@dataclass(frozen=True)
class Served:
    """Where the endpoint is, and a key for it."""

    endpoint: str
    key: str


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The endpoint of an installation of its own, while it is served."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LACARTE_")}
    environment = clean | {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "LACARTE_HOME": str(home),
        "LACARTE_RATE_LIMIT": "1000/minute",
        "LACARTE_OPEN311_KEY_REQUIRED": "true",
    }
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = str(asked.getsockname()[1])
    migrated(home)
    fill = [sys.executable, "-m", "tests.standards.open311.serving"]
    key = subprocess.run(fill, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout
    log = (home / "serve.log").open("w+")
    server = subprocess.Popen([*LACARTE, "serve", "--port", port], env=environment, stdout=log, stderr=log)
    try:
        endpoint = f"http://127.0.0.1:{port}/open311/v2"
        _wait(f"{endpoint}/services.json", server, Path(log.name))
        yield Served(endpoint, key.strip())
    finally:
        server.terminate()
        server.wait(timeout=40)
        log.close()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer:\n{log.read_text()}")


def _fill() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "lacarte.site.settings"
    import django

    django.setup()
    from lacarte.kernel.api_keys import make
    from tests.standards.open311.cases import asking_city

    asking_city()
    _, key = make("a foreign client")
    print(key)


if __name__ == "__main__":
    _fill()
