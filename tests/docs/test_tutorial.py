"""The tutorial gives the figures that it names."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.docs.running import DATA, ROOT, Checkout, commands

TUTORIAL = ROOT / "docs" / "tutorial" / "a-real-city.md"


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here")
@pytest.mark.skipif("LACARTE_DATABASE" in os.environ, reason="the tutorial is on SQLite; ran with that suite")
def test_every_command_runs_and_gives_the_figures_of_the_page(tmp_path: Path) -> None:
    checkout, said = Checkout.copied_to(tmp_path), ""
    for words in commands(TUTORIAL):
        if words[1] == "serve":
            assert "Graffiti Public Property" in checkout.served(words, "/open311/v2/services.json")
        else:
            said += checkout.run(words)
    figures = sorted(int(n.replace(",", "")) for n in re.findall(r"\*\*([\d,]+)\*\*", TUTORIAL.read_text("utf-8")))
    told = re.search(r"(\d+) of (\d+) needs matched", said)
    assert told, said
    matched, waiting = int(told[1]), int(told[2])
    offers = sum(int(n) for n in re.findall(r"(\d+) offers with", said))
    loaded = [int(n) for n in re.findall(r"^(\d+) loaded", said, re.MULTILINE)]
    assert figures == sorted([*loaded, offers, waiting, matched, waiting - matched])
    assert said.count("ok  ") == 9
