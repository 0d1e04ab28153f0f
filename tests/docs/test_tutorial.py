"""Every command of the tutorial runs, and gives the figures that it names."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "a-real-city.md"
PORT = "8765"


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.strip().splitlines()]


def start(words: list[str], home: Path) -> subprocess.Popen[str]:
    assert words[0] == "./lacarte"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LACARTE_")} | {"LACARTE_HOME": str(home)}
    command = [sys.executable, "-c", "from lacarte.cli import main; main()", *words[1:]]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def fetch(address: str, tries: int = 60) -> str:
    for _ in range(tries):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{address} did not answer")


@pytest.mark.skipif(not (ROOT.parent / "shared" / "data" / "sf").is_dir(), reason="the real data are not here")
@pytest.mark.skipif("LACARTE_DATABASE" in os.environ, reason="the tutorial is on SQLite; ran with that suite")
def test_every_command_runs_and_gives_the_figures_of_the_page(tmp_path: Path) -> None:
    said = ""
    for words in commands():
        if words[1] == "serve":
            server = start([*words, "--port", PORT], tmp_path)
            try:
                assert "Graffiti Public Property" in fetch(f"http://127.0.0.1:{PORT}/open311/v2/services.json")
            finally:
                server.terminate()
                server.communicate(timeout=20)
            continue
        process = start(words, tmp_path)
        printed, errors = process.communicate(timeout=180)
        assert process.returncode == 0, f"{shlex.join(words)}: {errors}"
        said += printed
    figures = sorted(int(n.replace(",", "")) for n in re.findall(r"\*\*([\d,]+)\*\*", TUTORIAL.read_text("utf-8")))
    told = re.search(r"(\d+) of (\d+) needs matched", said)
    assert told, said
    matched, waiting = int(told[1]), int(told[2])
    offers = sum(int(n) for n in re.findall(r"(\d+) offers with", said))
    loaded = [int(n) for n in re.findall(r"^(\d+) loaded", said, re.MULTILINE)]
    assert figures == sorted([*loaded, offers, waiting, matched, waiting - matched])
    assert said.count("ok  ") == 6
