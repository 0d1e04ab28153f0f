"""Runs the commands that a page of the documentation names, in a copy of the checkout."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.migrated import migrated

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
#: The demo city of a test is a small one.
SMALL = ["--no-browser", "--residents", "600", "--needs", "300"]


def commands(page: Path) -> list[list[str]]:
    """The words of every line in a block of ``sh``, without comments."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = (shlex.split(line, comments=True) for block in blocks for line in block.splitlines())
    return [words for words in lines if words]


@dataclass(frozen=True)
class Checkout:
    """A copy of the source that commands may change, and an installation of its own in it."""

    root: Path

    @classmethod
    def copied_to(cls, folder: Path) -> Checkout:
        """Copy what the commands use; ``../shared`` is beside it as in the workplace.

        There is an empty database, so that ``migrate`` has little to do.
        """
        root = folder / "main"
        leave = shutil.ignore_patterns("__pycache__", "*.egg-info")
        for name in ("src", "docs"):
            shutil.copytree(ROOT / name, root / name, ignore=leave)
        shutil.copy(ROOT / "pyproject.toml", root)
        (folder / "shared").symlink_to(DATA.parent)
        migrated(root / ".lacarte")
        return cls(root)

    def start(self, words: list[str]) -> subprocess.Popen[str]:
        """Start ``./lacarte …`` without the wrapper, which would make an environment."""
        assert words[0] == "./lacarte", f"not a command of ours: {shlex.join(words)}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LACARTE_")}
        return subprocess.Popen(
            [sys.executable, "-c", "from lacarte.cli import main; main()", *words[1:]],
            cwd=self.root,
            env=clean | {"PYTHONPATH": str(self.root / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, words: list[str]) -> str:
        """What the command prints. It must succeed."""
        process = self.start(words)
        printed, errors = process.communicate(timeout=180)
        assert process.returncode == 0, f"{shlex.join(words)}: {errors}"
        return printed

    def served(self, words: list[str], path: str) -> str:
        """The page at ``path`` while the command serves."""
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            port = str(asked.getsockname()[1])
        server = self.start([*words, "--port", port])
        try:
            return _fetch(f"http://127.0.0.1:{port}{path}", server)
        finally:
            server.terminate()
            server.communicate(timeout=40)


def _fetch(address: str, server: subprocess.Popen[str]) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"{address} did not answer")
