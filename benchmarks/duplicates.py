"""Needs that tell of the same thing: how well they are found, and how fast among a million.

Run: ``.venv/bin/python benchmarks/duplicates.py quality`` (half a minute; real letters if ``../shared/data`` is
there), ``fit`` (the weights of ``engines/likeness/weights.py``), ``usual`` (the lists of ``usual.py``).
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.engines.likeness_sample import LETTERS, ByHand, Pairs, by_hand, letters, pairs  # noqa: E402

from lacarte.engines.likeness import FEATURES, features, fit, pieces, probabilities  # noqa: E402
from lacarte.engines.likeness.weights import PLACED, UNPLACED  # noqa: E402

LEVELS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97)


def fitted() -> tuple[np.ndarray, np.ndarray]:
    """Weights from the ``learn`` halves: invented quarters, and real letters for what has no point."""
    world, real = pairs("learn"), letters("learn")
    rows, same = np.vstack([world.rows, real.rows]), np.concatenate([world.same, real.same])
    unplaced = rows[:, -1] > 0
    found = [fit(rows[which][:, :-1], same[which]) for which in (~unplaced, unplaced)]
    return np.append(found[0], 0.0), np.append(found[1], 0.0)


def print_fit() -> None:
    """The lines of weights.py, and how far they are from those that are there."""
    if not LETTERS.exists():
        sys.exit(f"{LETTERS} is needed to fit")
    for name, found, kept in zip(("PLACED", "UNPLACED"), fitted(), (PLACED, UNPLACED), strict=True):
        print(f"{name}: tuple[float, ...] = (")
        for feature, weight in zip(FEATURES, found, strict=True):
            print(f"    {weight:.2f},  # {feature}")
        print(f")\n# differs from what is kept by at most {np.abs(found - kept).max():.3f}")


def print_quality() -> None:
    """Precision and recall at each level, of pairs and of needs, then what was written by hand."""
    world = pairs("test")
    unplaced = world.rows[:, -1] > 0
    _of_pairs("invented quarters, both with a point", world, ~unplaced)
    _of_pairs("invented quarters, a point missing", world, unplaced)
    _of_needs("invented quarters", world)
    _calibration(world)
    if LETTERS.exists():
        real = letters("test")
        _of_pairs("real letters, words and time alone", real, np.ones(len(real.same), dtype=bool))
        _of_needs("real letters", real)
    print("\npairs written by hand: tag, right at 0.3, wrong at 0.97")
    told = [(pair, float(_one(pair))) for pair in by_hand()]
    for tag in dict.fromkeys(pair.tag for pair, _ in told):
        mine = [(pair.same, chance) for pair, chance in told if pair.tag == tag]
        right = sum((chance >= 0.3) == same for same, chance in mine)
        print(f"  {tag:<16} {right}/{len(mine)}  {sum(c >= 0.97 and not same for same, c in mine)}")


def _one(pair: ByHand) -> float:
    return probabilities(features(pair.one, [pair.other]))[0]


def _of_pairs(name: str, found: Pairs, which: np.ndarray) -> None:
    chance, same = probabilities(found.rows[which]), found.same[which]
    print(f"\n{name}: {len(same)} pairs, {same.sum()} the same")
    for level in LEVELS:
        told = chance >= level
        precision = same[told].mean() if told.any() else float("nan")
        print(f"  from {level:.2f}: precision {precision:.3f}, recall {same[told].sum() / same.sum():.3f}")


def _of_needs(name: str, found: Pairs) -> None:
    """Of each report only its likeliest candidate counts, as a resident or the program looks at it."""
    chance = probabilities(found.rows)
    has_earlier = set(found.asking[found.same])
    best: dict[int, int] = {}
    for at in np.argsort(-chance):
        best.setdefault(int(found.asking[at]), int(at))
    print(f"\n{name}: {found.reports} reports, {len(has_earlier)} of them with an earlier one of the same thing")
    for level in LEVELS:
        top = [at for at in best.values() if chance[at] >= level]
        right = found.same[top].sum()
        print(
            f"  from {level:.2f}: {len(top)} are told of one, {right / max(len(top), 1):.3f} rightly; "
            f"{right / len(has_earlier):.3f} of those that have one"
        )


def _calibration(found: Pairs) -> None:
    chance = probabilities(found.rows)
    print("\nof pairs that are said to be the same with probability …, so many are")
    edges = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.01)
    for low, high in pairwise(edges):
        bin_ = (chance >= low) & (chance < high)
        print(f"  {low:.2f}–{min(high, 1):.2f}: {chance[bin_].mean():.3f} said, {found.same[bin_].mean():.3f} are")


def print_usual() -> None:
    """The signs of usual.py: in how many messages each piece of a word is, the most usual first."""
    if not LETTERS.exists():
        sys.exit(f"{LETTERS} is needed to count")
    han: Counter[str] = Counter()
    for name in ("messages_liked.csv", "messages_replied.csv"):
        with LETTERS.with_name(name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                han.update(p for p in pieces(f"{row['title']}\n{row['body']}").of if len(p) == 2)
    latin: Counter[str] = Counter()
    for path in sorted((ROOT / "src/lacarte/demo/content").glob("*.toml")):
        for text in _texts(tomllib.loads(path.read_text(encoding="utf-8"))):
            words = text.replace("{place}", "")
            if len(words) > 20 and sum(sign.isascii() for sign in words) > 0.9 * len(words):
                latin.update(pieces(words).of)
    print("".join(piece for piece, _ in han.most_common(3000)))
    print("".join(piece for piece, _ in latin.most_common(1000)))


def _texts(content: object) -> Iterator[str]:
    """Every text in a TOML file."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for one in content.values():
            yield from _texts(one)
    elif isinstance(content, list):
        for one in content:
            yield from _texts(one)


COMMANDS: dict[str, Callable[[], None]] = {"fit": print_fit, "quality": print_quality, "usual": print_usual}

if __name__ == "__main__":
    COMMANDS[sys.argv[1] if len(sys.argv) > 1 else "quality"]()
