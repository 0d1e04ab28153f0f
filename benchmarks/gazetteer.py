"""Where a text is about: does the address alone lead to the right neighbourhood, against general text matchers.

Run: ``.venv/bin/python benchmarks/gazetteer.py [names]`` (50000). San Francisco's 311 requests teach streets,
house numbers and crossings; those of one address in five are held out whole, and their address is asked for as
it is written, with a slip, without its street type, and in a sentence. The Chinese part asks for the demo city's
names. The peers are RapidFuzz and difflib over the same addresses, in the same run: they always answer,
ours may ask. Seconds are CPU seconds of one core.
"""

from __future__ import annotations

import csv
import difflib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely
from rapidfuzz import fuzz, process

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src")]

from lacarte.demo.content import read as demo_content  # noqa: E402
from lacarte.engines.text.gazetteer import AREA, STREET, Gazetteer, Place, learn  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "sf"
CERTAIN, GAP = 0.75, 0.2
CITY = (0, 10_000)
SENTENCES = (
    "There is a deep pothole at {}, please fix it before somebody falls.",
    "street light out near {} since monday",
    "Somebody dumped a sofa and two tyres on {}. It smells.",
    "my neighbor keeps parking on the sidewalk by {}, what can you do about it?",
)


def rows() -> list[tuple[str, float, float]]:
    """Address, longitude and latitude of every request that has them, each case once."""
    found = {}
    with (DATA / "requests_10k.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if point := re.fullmatch(r"\((-?[\d.]+), (-?[\d.]+)\)", row["Point"]):
                found[row["CaseID"]] = (row["Address"], float(point[2]), float(point[1]))
    with (DATA / "requests.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["Lat"] and row["Long"]:
                found[row["CaseID"]] = (row["Address"], float(row["Long"]), float(row["Lat"]))
    return [row for _, row in sorted(found.items()) if row[0].strip()]


def neighbourhoods() -> tuple[list[str], shapely.STRtree, np.ndarray]:
    """Names, an index of the tracts, and the neighbourhood of each tract."""
    features = json.loads((DATA / "neighbourhoods.geojson").read_text(encoding="utf-8"))["features"]
    names = sorted({feature["properties"]["nhood"] for feature in features})
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return names, shapely.STRtree(shapes), np.array([names.index(f["properties"]["nhood"]) for f in features])


def regions(points: list[tuple[float, float]], tree: shapely.STRtree, of: np.ndarray) -> np.ndarray:
    """The neighbourhood of each point, -1 for none."""
    found = np.full(len(points), -1)
    asked, tract = tree.query(shapely.points(np.array(points)), predicate="within")
    found[asked] = of[tract]
    return found


def taught(sightings: list[tuple[str, float, float, int]], areas: list[str]) -> Gazetteer:
    """The gazetteer of a city's areas and of what the sightings teach. A region's number is its position + 1."""
    places = [Place((name,), AREA, k + 1, k + 1) for k, name in enumerate(areas)]
    for one in learn(sightings, least=1):
        region, seen = max(one.regions.items(), key=lambda pair: pair[1])
        inside = (region, region) if seen >= 0.95 * sum(one.regions.values()) else CITY
        point = None if one.longitude is None or one.latitude is None else (one.longitude, one.latitude)
        places.append(Place((one.name,), one.kind, *inside, one.numbers, point))
    return Gazetteer(places)


def slip(rng: np.random.Generator, text: str) -> str:
    """One letter of one long word left out, doubled, changed, or swapped with the next."""
    long = [found for found in re.finditer(r"[A-Za-z]{5,}", text) if found[0].lower() not in ("intersection",)]
    if not long:
        return text
    word = long[int(rng.integers(len(long)))]
    at = word.start() + 1 + int(rng.integers(len(word[0]) - 2))
    other = chr(97 + int(rng.integers(26)))
    how = int(rng.integers(4))
    middle = ["", text[at] * 2, other, text[at + 1] + text[at]][how]
    return text[:at] + middle + text[at + (2 if how == 3 else 1) :]


def bare(text: str) -> str:
    """Without street types, as people write crossings and addresses: “Market and 5th”, “820 mission”."""
    text = re.sub(r"^Intersection of ", "", text)
    return re.sub(r" (?:ST|AVE|BLVD|RD|DR|WAY|LN|CT|TER|PL|HWY)\b", "", text)


def one_of(gazetteer: Gazetteer, text: str) -> int | None:
    """The region that is certain, or nothing; as ``loop.needs.placing`` decides it."""
    found = gazetteer.find(text, most=2)
    if not found or found[0].certainty < CERTAIN:
        return None
    if len(found) > 1 and found[0].certainty - found[1].certainty < GAP:
        return None
    place = gazetteer.places[found[0].place]
    return place.first if place.first == place.last else None


def scored(name: str, answer: Callable[[str], int | None], texts: list[str], truth: list[int]) -> float:
    """Print how often the answer was right, wrong, or a question; returns texts a CPU second."""
    began = time.process_time()
    answers = [answer(text) for text in texts]
    rate = len(texts) / (time.process_time() - began)
    right = sum(a == t for a, t in zip(answers, truth, strict=True))
    asked = sum(a is None for a in answers)
    n = len(texts)
    of_answered = right / max(1, n - asked)
    print(
        f"  {name:<22} right {right / n:6.1%}  wrong {(n - right - asked) / n:6.1%}  asks {asked / n:6.1%}"
        f"  right of answered {of_answered:6.1%}  {rate:9,.0f} texts/s"
    )
    return rate


def asking_as_often(best: list[tuple[float, int]], truth: list[int], asks: float) -> None:
    """Print how often RapidFuzz is right when it, too, asks in the share of texts in which it is least sure."""
    order = sorted(range(len(best)), key=lambda k: best[k][0])[round(asks * len(best)) :]
    right = sum(best[k][1] == truth[k] for k in order)
    n = len(best)
    print(
        f"  {'rapidfuzz, asks as often':<22} right {right / n:6.1%}  wrong {(len(order) - right) / n:6.1%}"
        f"  asks {1 - len(order) / n:6.1%}  right of answered {right / max(1, len(order)):6.1%}"
    )


def english() -> None:
    """San Francisco."""
    areas, tree, of = neighbourhoods()
    every = rows()
    where = regions([(x, y) for _, x, y in every], tree, of)
    every = [row for row, region in zip(every, where, strict=True) if region >= 0]
    where = [int(region) + 1 for region in where if region >= 0]
    rng = np.random.default_rng(4)
    held = {address for address in sorted({row[0] for row in every}) if rng.random() < 0.2}
    train = [(*row, region) for row, region in zip(every, where, strict=True) if row[0] not in held]
    test = {row[0]: region for row, region in zip(every, where, strict=True) if row[0] in held}
    began = time.process_time()
    gazetteer = taught(train, areas)
    took = time.process_time() - began
    kinds = Counter(place.kind for place in gazetteer.places)
    print(
        f"San Francisco: {len(train)} requests teach {dict(kinds)} in {took:.1f} s; {len(test)} addresses held out"
    )
    asked = [address.strip().split(",")[0] for address in test]
    truth = list(test.values())
    known: dict[str, int] = {row[0].strip().split(",")[0].lower(): row[3] for row in train}
    choices = list(known)

    def by_fuzz(text: str) -> int | None:
        best = process.extractOne(text.lower(), choices, scorer=fuzz.token_sort_ratio)
        return known[best[0]] if best else None

    def by_part(text: str) -> int | None:
        best = process.extractOne(text.lower(), choices, scorer=fuzz.partial_ratio)
        return known[best[0]] if best else None

    def by_difflib(text: str) -> int | None:
        best = difflib.get_close_matches(text.lower(), choices, n=1, cutoff=0.6)
        return known[best[0]] if best else None

    ways = {
        "as written": asked,
        "one slip": [slip(rng, text) for text in asked],
        "without types": [bare(text).lower() for text in asked],
        "in a sentence": [SENTENCES[k % len(SENTENCES)].format(text.title()) for k, text in enumerate(asked)],
    }
    for way, texts in ways.items():
        print(way)
        ours = scored("lacarte", lambda text: one_of(gazetteer, text), texts, truth)
        peer = by_part if way == "in a sentence" else by_fuzz
        theirs = scored("rapidfuzz", peer, texts[:400], truth[:400])
        if way != "in a sentence":
            scored("difflib", by_difflib, texts[:60], truth[:60])
        print(f"  ratio of speed to rapidfuzz: {ours / theirs:.1f}")
        scorer = fuzz.partial_ratio if way == "in a sentence" else fuzz.token_sort_ratio
        found = [process.extractOne(text.lower(), choices, scorer=scorer) for text in texts[:400]]
        asks = sum(one_of(gazetteer, text) is None for text in texts) / len(texts)
        asking_as_often([(score, known[choice]) for choice, score, _ in found], truth[:400], asks)


TRADITIONAL = str.maketrans(
    "关灯湾岛区车门园场渔盐铁学书树炉帆补锚闸桥", "關燈灣島區車門園場漁鹽鐵學書樹爐帆補錨閘橋"
)
COMMON = "的人我大来上国地到家里天水心小分"


def spoilt(rng: np.random.Generator, name: str) -> str:
    """One sign of a name is another."""
    at = int(rng.integers(len(name) - 1))
    return name[:at] + COMMON[int(rng.integers(len(COMMON)))] + name[at + 1 :]


def chinese() -> None:
    """The demo city: neighbourhoods, districts and streets in residents' own sentences."""
    content = demo_content()
    rng = np.random.default_rng(4)
    places = []
    for number, (district, one) in enumerate(content.neighbourhoods):
        first = 100 * (district + 1) + number
        places.append(Place((one["name"]["zh-hans"],), AREA, first, first))
    for number, one in enumerate(content.districts):
        places.append(Place((one.name["zh-hans"],), AREA, 100 * (number + 1), 100 * (number + 1) + 99))
    areas = len(places)
    for number, name in enumerate(content.words["streets"]["zh-hans"]):
        region = places[number % len(content.neighbourhoods)].first
        places.append(Place((name,), STREET, region, region))
    gazetteer = Gazetteer(places)
    texts = [text for service in content.services for text in service.texts["zh-hans"] if "{place}" in text]
    bare_texts = [
        text for service in content.services for text in service.texts["zh-hans"] if "{place}" not in text
    ]

    def exactly(text: str) -> int | None:
        found = gazetteer.find(text, most=2)
        sure = found and found[0].certainty >= CERTAIN
        if not sure or (len(found) > 1 and found[0].certainty - found[1].certainty < GAP):
            return None
        return found[0].place

    names = [place.names[0] for place in places]

    def by_part(text: str) -> int | None:
        best = process.extractOne(text, names, scorer=fuzz.partial_ratio, score_cutoff=60)
        return int(best[2]) if best else None

    drawn = [
        (texts[int(rng.integers(len(texts)))], int(rng.integers(len(places))), bool(rng.random() < 0.5))
        for _ in range(2000)
    ]

    def said(k: int, number: bool) -> str:
        return names[k] + (f"{1 + k % 90}号" if number and k >= areas else "")

    ways: dict[str, list[str]] = {
        "as written": [text.replace("{place}", said(k, number)) for text, k, number in drawn],
        "traditional signs": [
            text.replace("{place}", said(k, number)).translate(TRADITIONAL) for text, k, number in drawn
        ],
        "signs apart": [text.replace("{place}", " ".join(said(k, number))) for text, k, number in drawn],
    }
    print(f"Chinese: {len(places)} names in {len(texts)} sentences")
    for way, asked in ways.items():
        print(way)
        scored("lacarte", exactly, asked, [k for _, k, _ in drawn])
        scored("rapidfuzz", by_part, asked, [k for _, k, _ in drawn])
    print("one sign of a name of four or more is wrong")
    long = [(text, k) for text, k, _ in drawn if len(names[k]) >= 4]
    asked = [text.replace("{place}", spoilt(rng, names[k])) for text, k in long]
    scored("lacarte", exactly, asked, [k for _, k in long])
    scored("rapidfuzz", by_part, asked, [k for _, k in long])
    print("no place is named (any answer is wrong)")
    scored("lacarte", exactly, bare_texts, [-1] * len(bare_texts))
    scored("rapidfuzz", by_part, bare_texts, [-1] * len(bare_texts))


def fast(n: int) -> None:
    """Texts a second with ``n`` names, drawn by seed, half English and half Chinese."""
    rng = np.random.default_rng(1)
    parts = [
        "al",
        "ben",
        "cor",
        "dun",
        "el",
        "fer",
        "gal",
        "hol",
        "ing",
        "jas",
        "kel",
        "lor",
        "mar",
        "nor",
        "os",
        "pen",
    ]
    signs = "安宝长春东方福光海和华建金江锦康乐林龙明南宁平青清仁荣瑞山胜双水泰天文西祥新兴秀阳永玉园云泽中"
    types = ("Street", "Avenue", "Lane", "Road", "Gardens")
    endings = ("路", "街", "巷", "小区", "花园")
    places = []
    for k in range(n):
        if k % 2:
            name = "".join(rng.choice(parts, 3)).title() + " " + types[k % 5]
        else:
            name = "".join(rng.choice(list(signs), int(rng.integers(2, 5)))) + endings[k // 2 % 5]
        region = int(rng.integers(1, 300))
        places.append(Place((name,), STREET if k % 5 < 4 else "estate", region, region))
    began = time.process_time()
    gazetteer = Gazetteer(places)
    built = time.process_time() - began
    content = demo_content()
    for tag in ("en", "zh-hans"):
        texts = [text for service in content.services for text in service.texts[tag]]
        names = [place.names[0] for place in places if place.names[0].isascii() == (tag == "en")]
        texts = [text.replace("{place}", names[k * 7 % len(names)]) for k, text in enumerate(texts * 4)]
        began = time.process_time()
        for text in texts:
            gazetteer.find(text)
        rate = len(texts) / (time.process_time() - began)
        mean = sum(map(len, texts)) / len(texts)
        print(
            f"{n} names, built in {built:.1f} s; {tag}, {mean:.0f} signs a text: {rate:,.0f} texts/s (aim 2,000)"
        )
        sample = texts[:40]
        began = time.process_time()
        for text in sample:
            process.extractOne(text, names, scorer=fuzz.partial_ratio)
        theirs = len(sample) / (time.process_time() - began)
        print(f"  rapidfuzz partial_ratio over the same names: {theirs:,.0f} texts/s, ratio {rate / theirs:.0f}")


if __name__ == "__main__":
    if DATA.is_dir():
        english()
    else:
        print(f"San Francisco: left out, {DATA} is not here")
    chinese()
    fast(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
