"""On the first day nobody has taught anything: how well the menu's own words put what residents say on a service.

Run: ``.venv/bin/python benchmarks/first_day.py``. Asked are the texts of the demo city, by which the weights and
the temperature were chosen, and ``tests/data/understanding.csv``: each matter told in English and in Chinese, half
of them looked at while this was built (tune) and half not (test). On all service types of the demo's menu.
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
from benchmarks import own_installation  # noqa: E402

SENTENCES = ROOT / "tests" / "data" / "understanding.csv"


class Sentence(NamedTuple):
    """What somebody says, the service that it asks for, and of which sample it is."""

    text: str
    code: str
    language: str
    sample: str


class Measured(NamedTuple):
    """Shares of texts: the right service first, among the first four; and how wrong the probabilities are."""

    texts: int
    first: float
    of_four: float
    calibration_error: float
    sure: float  # 0.9 or more probable
    sure_right: float


def sentences() -> list[Sentence]:
    """Both samples."""
    from lacarte.demo.content import read

    demo = [
        Sentence(text.replace("{place}", ""), service.code, language, "demo")
        for service in read().services
        for language, texts in service.texts.items()
        for text in texts
    ]
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return demo + [
            Sentence(row["text"], row["category"], row["language"], row["half"]) for row in csv.DictReader(file)
        ]


def add_menu() -> None:
    """The service types of the demo city, without anything else of it."""
    from lacarte.demo.content import COUNTERS, read
    from lacarte.registers.menu.actions import add_service_type
    from lacarte.registers.menu.models import ServiceType

    area = add_service_type(ServiceType.objects.get(number=0), code="all", name={"en": "All"}, orderable=False)
    for one in read().services:
        add_service_type(area, code=one.code, name=one.name, description=one.description, keywords=one.keywords)
    for said in tomllib.loads(COUNTERS.read_text(encoding="utf-8"))["service"]:
        add_service_type(area, **said)


def measured(asked: list[Sentence]) -> Measured:
    """What is read of each, by the menu that is there."""
    from lacarte.engines.text.calibration import calibration_error
    from lacarte.loop.needs.understanding.menu_words import taught_by_menu
    from lacarte.registers.menu.queries import orderable_codes

    reader = taught_by_menu(orderable_codes())
    assert reader is not None
    chances = reader.classifier.probabilities([one.text for one in asked])
    order = np.array(reader.classifier.labels)[np.argsort(-chances, axis=1)]
    truth = np.array([one.code for one in asked])
    right, best = order[:, 0] == truth, chances.max(axis=1)
    sure = best >= 0.9
    of_four = (order[:, :4] == truth[:, None]).any(axis=1).mean()
    error = calibration_error(best, right)
    return Measured(len(asked), right.mean(), float(of_four), error, sure.mean(), right[sure].mean())


def samples() -> Iterator[tuple[str, str, list[Sentence]]]:
    """Each sample by language."""
    every = sentences()
    for sample, language in dict.fromkeys((one.sample, one.language) for one in every):
        yield sample, language, [one for one in every if (one.sample, one.language) == (sample, language)]


def main() -> None:
    """One table."""
    own_installation.begin("first_day")
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    add_menu()
    print(f"{'':<14}{'texts':>7}{'first':>8}{'of four':>9}{'calib.':>8}{'sure':>7}{'right':>7}")
    for sample, language, asked in samples():
        got = measured(asked)
        print(
            f"{sample:<6}{language:<8}{got.texts:>7}{got.first:>8.3f}{got.of_four:>9.3f}"
            f"{got.calibration_error:>8.3f}{got.sure:>7.2f}{got.sure_right:>7.2f}"
        )


if __name__ == "__main__":
    main()
