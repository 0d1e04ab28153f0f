"""Search of the menu: how often is what people mean among the first ten, and how fast, against stock engines.

Run: ``.venv/bin/python benchmarks/menu_search.py [records] [queries of each kind]`` (50000, 200), with
``LACARTE_DATABASE=postgresql://…`` for PostgreSQL. The records and queries are those of ``menu_records.py``, the
peers SQLite's FTS5 as it comes (words of unicode61, all of them; threes of signs, any of them) and tantivy with
its own analyser (any word; any word within one slip), over the same words of each record in the same run.
Milliseconds are the wall clock's, one query after the other, and this process's alone, which counts what SQLite
and tantivy do and not what others on the machine do; PostgreSQL works in a process of its own.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import tantivy

sys.path[:0] = [str(Path(__file__).parents[1])]
from benchmarks import own_installation  # noqa: E402
from benchmarks.menu_records import KINDS, Collection, Query, Record, draw, queries  # noqa: E402

Answer = Callable[[Query], list[int]]
_MOST = 10


def texts_of(collection: Collection, record: Record) -> tuple[str, str]:
    """What a peer is given of a record: its name; and all else that ours has, in all languages."""
    service = [names[0] for names in collection.bases[record.base].values()]
    place, provider = collection.places[record.place].values(), collection.providers[record.provider].values()
    return record.name, " ".join([record.description, *service, *place, *provider])


def lacarte(collection: Collection) -> Answer:
    """Ours, whole: from words to finds, in the installation's database."""
    own_installation.begin("menu_search")
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from benchmarks.menu_filled import fill

    from lacarte.registers.menu.searching import refresh, search

    number = {key: k for k, key in enumerate(fill(collection))}
    began = time.perf_counter()
    refresh()
    print(f"lacarte on {connection.vendor}: filed in {time.perf_counter() - began:.1f} s")
    own_installation.settle()
    services = {f"service-{k}": k for k in range(len(collection.bases))}

    def answer(query: Query) -> list[int]:
        found = search(query.text, "en" if query.text.isascii() else "zh-hans", _MOST)
        right = [one for one in found if query.place is None and services.get(one.code) in query.bases]
        return [-1] * bool(right) + [number[one.key] for one in found if one.key in number]

    answer(Query("", "warm", frozenset(), None))
    return answer


def fts5(collection: Collection, tokenizer: str, asked: Callable[[str], str]) -> Answer:
    """SQLite's full text with a tokenizer of its own, best by BM25."""
    base = sqlite3.connect(":memory:")
    base.execute(f"CREATE VIRTUAL TABLE found USING fts5(name, rest, tokenize = '{tokenizer}')")
    rows = ((one.number, *texts_of(collection, one)) for one in collection.records)
    base.executemany("INSERT INTO found (rowid, name, rest) VALUES (?, ?, ?)", rows)

    def answer(query: Query) -> list[int]:
        if not (said := asked(query.text)):
            return []
        select = "SELECT rowid FROM found WHERE found MATCH ? ORDER BY bm25(found, 3.0, 1.0) LIMIT ?"
        return [number for (number,) in base.execute(select, (said, _MOST))]

    return answer


def all_words(text: str) -> str:
    """Every word of a text, for FTS5."""
    return " ".join(f'"{word}"' for word in text.replace('"', " ").split())


def any_threes(text: str) -> str:
    """Any three signs in a row, for FTS5."""
    return " OR ".join(f'"{text[k : k + 3]}"' for k in range(len(text) - 2))


def tantivy_of(collection: Collection) -> tuple[Answer, Answer]:
    """tantivy with any of the words, and with any word within one slip."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True)
    builder.add_text_field("name")
    builder.add_text_field("rest")
    index = tantivy.Index(builder.build())
    writer = index.writer(100_000_000, 1)
    for one in collection.records:
        name, rest = texts_of(collection, one)
        writer.add_document(tantivy.Document(number=one.number, name=name, rest=rest))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def asking(**how: object) -> Answer:
        def answer(query: Query) -> list[int]:
            said, _ = index.parse_query_lenient(query.text, ["name", "rest"], {"name": 3.0}, **how)
            hits = searcher.search(said, _MOST).hits
            return [int(searcher.doc(address)["number"][0]) for _, address in hits]

        return answer

    slip = (True, 1, True)  # a prefix counts, one slip, a swap is one
    return asking(), asking(fuzzy_fields={"name": slip, "rest": slip})


def measured(name: str, collection: Collection, asked: list[Query], answer: Answer) -> float:
    """Print a row: p50 and p99, and the share of each kind whose first ten hold what is meant. Returns the p99."""
    good: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    walls, works = [], []
    for query in asked:
        wall, work = time.perf_counter(), time.process_time()
        found = answer(query)
        walls.append(time.perf_counter() - wall)
        works.append(time.process_time() - work)
        count[query.kind] += 1
        good[query.kind] += any(number < 0 or collection.answers(query, number) for number in found)
    times = [1000 * sorted(took)[int(len(took) * at)] for took in (walls, works) for at in (0.5, 0.99)]
    shares = " ".join(f"{good[kind] / count[kind]:8.3f}" for kind in KINDS)
    print(f"{name:<22} " + " ".join(f"{one:7.2f}" for one in times) + f" {shares}", flush=True)
    return times[-1]


def main(records: int, each: int) -> None:
    """One table."""
    collection = draw(records)
    asked = queries(collection, each)
    random.Random(1).shuffle(asked)
    any_word, any_slip = tantivy_of(collection)
    engines: dict[str, Answer] = {
        "lacarte": lacarte(collection),
        "FTS5 unicode61, all": fts5(collection, "unicode61", all_words),
        "FTS5 trigram, any": fts5(collection, "trigram", any_threes),
        "tantivy, any": any_word,
        "tantivy, any, one slip": any_slip,
    }
    print(f"{records} records, {each} queries of each kind; milliseconds, then success at 10")
    print(
        f"{'':<22} {'p50':>7} {'p99':>7} {'own p50':>7} {'own p99':>7} "
        + " ".join(f"{kind.split()[-1][:8]:>8}" for kind in KINDS)
    )
    slowest = {name: measured(name, collection, asked, answer) for name, answer in engines.items()}
    for name, p99 in slowest.items():
        print(f"own p99 of {name} / ours: {p99 / slowest['lacarte']:.2f}")


if __name__ == "__main__":
    main(*map(int, [*sys.argv[1:], *("50000", "200")[len(sys.argv) - 1 :]]))
