"""The need index: how much hangs on its weights, what is certain, and tables whose small numbers stay hidden.

Run: ``.venv/bin/python benchmarks/need_index.py [needs]``. Needs are drawn (seed 1); how deprived their places are
is that of the census tracts of San Francisco. Peers in the same run: all corners of the box of weights tried out;
hiding row by row and column by column, as is done by hand; comparing pairs one block after the other.
"""

from __future__ import annotations

import csv
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]

from tests.engines.disclosure.test_hiding import reckoned  # noqa: E402

from lacarte.engines.disclosure import HIDDEN, SMALLEST, Reason, Table, hide  # noqa: E402
from lacarte.engines.needindex import index, priority_class  # noqa: E402
from lacarte.engines.needindex.multidimensional import measure  # noqa: E402
from lacarte.engines.needindex.places import place_deprivation  # noqa: E402
from lacarte.engines.needindex.sensitivity import sensitivity  # noqa: E402
from lacarte.engines.needindex.uncertainty import certainty  # noqa: E402

CENSUS = Path(__file__).parents[2] / "shared" / "data" / "sf" / "tract_census.csv"
WEIGHTS = {"urgency": 0.4, "vulnerability": 0.3, "deprivation": 0.15, "waiting": 0.15}


def places() -> tuple[np.ndarray, np.ndarray]:
    """How deprived the tracts are, and how many people live there."""
    with CENSUS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people, income, age = (
        np.array([float(row[name].replace("NA", "nan")) for row in rows])
        for name in ("Population", "Income", "Med.Age")
    )
    found = place_deprivation({"income": income, "age": age}, people, low_is_deprived=["income"])
    width = found.between.high - found.between.low
    least, most = found.index.min(), found.index.max()
    print(f"{len(rows)} tracts, {np.isnan(income).sum()} without an income: deprivation {least:.2f} to {most:.2f}")
    print(
        f"  between low and high: {np.median(width):.3f} in the median tract, {width.max():.3f} in the least known"
    )
    return found.index, people


def needs(n: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Of four in ten nobody is known, so that their vulnerability is open."""
    rng = np.random.default_rng(1)
    deprivation, people = places()
    urgency = rng.choice(4, n, p=[0.05, 0.2, 0.45, 0.3])
    vulnerability = np.minimum(1, (rng.random((n, 4)) < [0.3, 0.15, 0.1, 0.08]) @ [0.35, 0.35, 0.25, 0.4])
    vulnerability[rng.random(n) < 0.4] = np.nan
    parts = {
        "urgency": 1 - urgency / 3,
        "vulnerability": vulnerability,
        "deprivation": deprivation[rng.choice(len(people), n, p=people / people.sum())],
        "waiting": np.clip(rng.exponential(10, n) / 30, 0, 1),
    }
    return parts, priority_class(urgency, vulnerability)


def weights_moved(parts: dict[str, np.ndarray], classes: np.ndarray) -> None:
    started = time.perf_counter()
    found = sensitivity(parts, WEIGHTS, classes, seed=1)
    took = time.perf_counter() - started
    low, high = found.can_flip_between
    print(f"\nweights moved by 20 %: {found.looked_at:,} of {found.pairs:,} pairs, {took:.2f} s")
    print(f"  can flip {found.can_flip:.1%} ({low:.1%} to {high:.1%}), flip in the mean draw {found.flips:.1%}")
    print("  by one weight alone: " + ", ".join(f"{name} {share:.1%}" for name, share in found.by_weight.items()))
    started = time.perf_counter()
    middle = np.column_stack([np.where(np.isnan(parts[name]), 0.5, parts[name]) for name in WEIGHTS])
    base = np.array(list(WEIGHTS.values()))
    for signs in product((-1, 1), repeat=4):
        np.argsort(-(middle @ (base * (1 + 0.2 * np.array(signs)))))
    print(f"  peer, all needs sorted anew at 16 corners, without a share: {time.perf_counter() - started:.2f} s")


def what_is_certain(parts: dict[str, np.ndarray], classes: np.ndarray) -> None:
    between = index(parts, WEIGHTS)
    started = time.perf_counter()
    found = certainty(between.total_low, between.total_high, classes)
    took = time.perf_counter() - started
    some = slice(0, 10_000)
    low, high, kinds = between.total_low[some], between.total_high[some], classes[some]
    started = time.perf_counter()
    for at in range(0, len(low), 500):
        np.count_nonzero((low[at : at + 500, None] > high) & (kinds[at : at + 500, None] == kinds))
    pairwise = (time.perf_counter() - started) * (len(classes) / len(low)) ** 2
    print(f"\ncertain order: {found.share:.1%} of all {found.pairs:,} pairs, {took:.3f} s")
    print(
        f"  peer, every pair compared, by {len(low):,} needs: {pairwise:.1f} s, {pairwise / took:,.0f} times that"
    )


def households(n: int) -> None:
    rng = np.random.default_rng(2)
    rows = (rng.random((n, 10)) < rng.beta(1, 4, (n, 1))).astype(float)
    rows[rng.random(rows.shape) < 0.05] = np.nan
    started = time.perf_counter()
    found = measure(rows, np.full(10, 0.1), 1 / 3)
    took = time.perf_counter() - started
    print(f"\nhouseholds: {n:,} in 10 dimensions, one cell in 20 unknown, {took:.2f} s")
    (few, many), (least, most) = found.headcount, found.adjusted
    print(f"  poor {few:.1%} to {many:.1%}, M0 {least:.3f} to {most:.3f}")


def by_hand(counts: np.ndarray) -> Table:
    """Each row and each column with its total by itself, until nothing more is to be hidden."""
    full = np.pad(counts, ((0, 1), (0, 1)))
    full[:, -1] = full.sum(axis=1)
    full[-1] = full.sum(axis=0)
    small = (full > 0) & (full < SMALLEST)
    hides = small.copy()
    while True:
        before = hides.copy()
        for line, of in [*zip(full, hides, strict=True), *zip(full.T, hides.T, strict=True)]:
            open_ones = np.flatnonzero(~of & (line > 0))
            if of.any() and (of.sum() < 2 or line[of].sum() < SMALLEST) and open_ones.size:
                of[open_ones[np.argmin(line[open_ones])]] = True
        if np.array_equal(before, hides):
            reason = np.where(small, Reason.SMALL, np.where(hides, Reason.PROTECTS, Reason.SHOWN))
            return Table(np.where(hides, HIDDEN, full), reason.astype(np.uint8), np.full(full.shape, -1))


def tables(count: int) -> None:
    rng = np.random.default_rng(3)
    print(f"\n{count} tables of 8 × 6 with totals, some 20 people a cell")
    drawn = [rng.poisson(rng.gamma(0.7, 20 / 0.7, (8, 6))) for _ in range(count)]
    for name, how in (("ours", hide), ("row by row", by_hand)):
        started = time.perf_counter()
        made = [how(counts) for counts in drawn]
        took = time.perf_counter() - started
        found = extra = hides = 0
        for table in made:
            low, high = reckoned(table, 1)
            found += int(((high - low)[table.hidden] < SMALLEST - 1e-6).sum())
            extra += int((table.reason == Reason.PROTECTS).sum())
            hides += int(table.hidden.sum())
        print(f"  {name:<12} hidden {hides}, of these not small {extra}, {took:.2f} s")
        print(f"  {'':<12} of the hidden, {found} can be reckoned to within less than 10")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    drawn_parts, drawn_classes = needs(size)
    weights_moved(drawn_parts, drawn_classes)
    what_is_certain(drawn_parts, drawn_classes)
    households(size)
    tables(100)
    # The largest table that a planner is likely to ask for.
    wide = np.random.default_rng(4).poisson(np.random.default_rng(4).gamma(0.7, 30, (40, 12)))
    begun = time.perf_counter()
    print(f"\na table of 40 × 12: {hide(wide).hidden.sum()} hidden, {time.perf_counter() - begun:.2f} s")
