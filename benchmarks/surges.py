"""Burning issues: false alarms asked and obtained, how soon a burst is seen, and what 4,326 real messages show.

Run: ``.venv/bin/python benchmarks/surges.py [simulations]``. Peers in the same run: a fixed threshold (three times
the mean of the same weekday, at least five) and a Poisson test of each cell without correction for many.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]

from tests.engines.surges_drawn import FAMILIES, KINDS, PLACES, counts, happened, node  # noqa: E402

from lacarte.engines.surges import Happened, Scale, emerging, find, tail_chance, topics  # noqa: E402
from lacarte.engines.text import fit  # noqa: E402

REAL = Path(__file__).parents[2] / "shared" / "data" / "zh"
ASKED = 0.10
SCALES = {"an hour": 1.0, "a day": 24.0, "a week": 168.0}
PLACE = re.compile(r"A\d+(?:区|市|县)")


def alarms(simulations: int) -> None:
    """The share of cities with nothing the matter in which a look finds something."""
    print(f"\nfalse alarms, asked {ASKED:.0%} a look, {simulations} cities each of {PLACES} × {KINDS} cells")
    print(f"{'noise':<20}{'window':<10}{'ours':>8}{'3 × mean':>10}{'Poisson 1 %':>13}")
    for family in FAMILIES:
        for name, hours in SCALES.items():
            ours = fixed = bare = 0
            for seed in range(simulations):
                rng = np.random.default_rng(seed)
                drawn = counts(rng, family)
                ours += bool(find(happened(drawn, rng), [Scale(hours, 1, 1.0)], false_share=ASKED))
                if hours == 24:
                    today, usual = drawn[:, :, 0], drawn[:, :, 7::7].mean(axis=2)
                    fixed += bool(((today >= 5) & (today > 3 * usual)).any())
                    size = np.full(usual.shape, 1e7)
                    bare += bool(
                        (tail_chance(today, np.maximum(drawn[:, :, 1:].mean(axis=2), 1e-3), size) < 0.01).any()
                    )
            peers = f"{fixed / simulations:>10.0%}{bare / simulations:>13.0%}" if hours == 24 else ""
            print(f"{family:<20}{name:<10}{ours / simulations:>8.1%}{peers}", flush=True)


def delays(simulations: int) -> None:
    """A cell rises for a week to a multiple of its mean: by which day is it found?"""
    print(f"\nbursts in one cell, found at 5 % a day, {simulations} cities each")
    print(f"{'usual a day':>12}{'then':>8}{'found by day 1':>16}{'day 2':>8}{'day 4':>8}{'day 7':>8}")
    for mean, factor in ((0.2, 20), (1.0, 5), (1.0, 8), (5.0, 3), (5.0, 4)):
        found = np.zeros(4)
        for seed in range(simulations):
            rng = np.random.default_rng(10_000 + seed)
            drawn = counts(rng, "season and growth", 1.0)
            drawn[7, 3] = rng.poisson(mean, drawn.shape[2])
            more = rng.poisson(mean * (factor - 1), 7)
            for i, days in enumerate((1, 2, 4, 7)):
                burst = drawn.copy()
                burst[7, 3, :days] += more[:days]
                surges = find(happened(burst, rng), [Scale(24, 1, 0.5), Scale(168, 1, 0.5)], false_share=0.05)
                found[i] += any((one.place, one.kind) == node(7, 3) for one in surges)
        shares = "".join(f"{share:>8.0%}" for share in found / simulations)
        print(f"{mean:>12}{mean * factor:>8}{'':>8}{shares}", flush=True)


def speed() -> None:
    """One look of all scales over a city of 20 million people: a million needs of thirteen weeks."""
    rng = np.random.default_rng(1)
    n, places, kinds = 1_000_000, 300, 200
    city = Happened(
        place=rng.integers(20, places, n),
        kind=(20 + (kinds - 20) * rng.random(n) ** 2).astype(np.int64),
        age=rng.random(n) * 24 * 91,
        place_parent=np.concatenate([[-1], np.zeros(19, int), 1 + np.arange(places - 20) % 19]),
        kind_parent=np.concatenate([[-1], np.zeros(19, int), 1 + np.arange(kinds - 20) % 19]),
    )
    start = time.process_time()
    found = find(city)
    print(
        f"\none look over {n:,} needs in {places} places and {kinds} kinds: {len(found)} found in"
        f" {time.process_time() - start:.1f} s of one core"
    )


def real() -> None:
    """Day by day through the messages: by district and by kind as classified, and by phrase."""
    if not REAL.is_dir():
        print("\nthe real messages are not here")
        return
    with (REAL / "messages_labelled.csv").open(encoding="utf-8-sig", newline="") as file:
        classifier = fit([(row["text"], row["category"]) for row in csv.DictReader(file)])
    rows = sorted(_messages(), key=lambda row: row[0])
    at = np.array([row[0] for row in rows]) / 3600
    said = [f"{title}。{body[:60]}" for _, _, title, body, _ in rows]
    kinds = [suggestion[0].label if (suggestion := classifier.suggest(text, 1)) else "" for text in said]
    places = [match.group(0) if (match := PLACE.search(row[2] + row[3][:80])) else "A市" for row in rows]
    names, labels = ["A市", *sorted(set(places) - {"A市"})], ["", *sorted(set(kinds) - {""})]
    place, kind = (
        np.array([among.index(one) for one in those]) for among, those in ((names, places), (labels, kinds))
    )
    trees = [np.array([-1] + [0] * (len(among) - 1)) for among in (names, labels)]
    print(f"\n{len(rows)} messages to A市, by district and kind, one look a day at 5 %, and phrases at 5 %")
    seen: list[set[int]] = []
    for day in range(300):
        now = datetime(2019, 4, 1).timestamp() / 3600 + 24 * day
        age = now - at
        city = Happened(place, kind, age, *trees)
        told = []
        for one in find(city, [Scale(24, 1, 0.5), Scale(168, 1, 0.5)]):
            inside = (age >= 0) & (age < one.hours)
            its = [
                i
                for i in np.flatnonzero(inside).tolist()
                if one.place in (0, place[i]) and one.kind in (0, kind[i])
            ]
            told.append(
                (its, f"{names[one.place]} {labels[one.kind] or 'all kinds'}", one.hours, one.expected, one.chance)
            )
        told += [
            (list(one.which), f"“{one.words}”", one.hours, one.expected, one.chance) for one in emerging(said, age)
        ]
        for its, name, hours, expected, chance in told:
            if any(len(known & set(its)) > 0.3 * min(len(known), len(its)) for known in seen):
                continue
            seen.append(set(its))
            before = [said[i] for i in np.flatnonzero((age >= hours) & (age < 91 * 24)).tolist()]
            words = ", ".join(topic.words for topic in topics([said[i] for i in its], before))
            likes = sum(rows[i][4] for i in its)
            print(
                f"{datetime.fromtimestamp(now * 3600):%Y-%m-%d} {name}: {len(its)} in {hours / 24:g} d, usual "
                f"{expected:.1f}, chance {chance:.0e}, likes {likes}; about {words}",
                flush=True,
            )


def shuffled(looks: int) -> None:
    """The same messages with their moments shuffled: nothing comes up, so what is found is false."""
    if not REAL.is_dir():
        return
    rows = [
        row for row in _messages() if datetime(2019, 8, 1).timestamp() < row[0] < datetime(2019, 11, 1).timestamp()
    ]
    said = [f"{title}。{body[:60]}" for _, _, title, body, _ in rows]
    age = np.array([datetime(2019, 11, 1).timestamp() - row[0] for row in rows]) / 3600
    false = sum(
        bool(emerging(said, np.random.default_rng(seed).permutation(age), false_share=ASKED))
        for seed in range(looks)
    )
    print(
        f"\nphrases in {len(rows)} messages with shuffled moments: {false / looks:.0%} of {looks} looks find"
        f" something, asked {ASKED:.0%}",
        flush=True,
    )


def _messages() -> list[tuple[float, str, str, str, int]]:
    """Time, user, title, body, likes; of one user only the first message with a title."""
    known: Counter[tuple[str, str]] = Counter()
    rows = []
    with (REAL / "messages_liked.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            written = row["time"].strip().replace("/", "-")
            form = "%Y-%m-%d %H:%M:%S" if written.count(":") == 2 else "%Y-%m-%d %H:%M"
            known[row["user"], row["title"]] += 1
            if known[row["user"], row["title"]] == 1:
                moment = datetime.strptime(written, form).timestamp()
                rows.append((moment, row["user"], row["title"], row["body"].strip(), int(row["likes"])))
    return rows


if __name__ == "__main__":
    simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    shuffled(max(simulations // 2, 10))
    speed()
    real()
    delays(max(simulations // 4, 10))
    alarms(simulations)
