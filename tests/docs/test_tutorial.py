"""The tutorials give the figures that they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.running import DATA, ROOT, SMALL, Checkout, commands

TUTORIAL = ROOT / "docs" / "tutorial" / "a-real-city.md"


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here")
@pytest.mark.once
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
    assert said.count("ok  ") == 16


@pytest.mark.once
def test_the_bundle_of_the_tutorial_has_the_services_that_it_says(tmp_path: Path) -> None:
    page = ROOT / "docs" / "tutorial" / "order-a-bundle.md"
    (words,) = commands(page)
    assert words == ["./lacarte", "demo"]
    shown = Checkout.copied_to(tmp_path).served([*words, *SMALL], "/order/new/?event=child-born")
    boxes = re.findall(r'<input type="checkbox" name="services"[^>]*>', shown)
    (said,) = re.findall(r"\*\*(\d+)\*\*", page.read_text("utf-8"))
    assert len(boxes) == int(said)
    assert sum(" checked" in box for box in boxes) == 5, "Five are chosen"
