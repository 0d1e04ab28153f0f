"""Decision tables and persons drawn by chance, and the same tables as somebody would write them in numpy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lacarte.engines.rules import Column, HitPolicy, Input, Kind, Output, Row, Table

NUMBERS = {"income": 60_000, "age": 100, "household size": 9, "rent": 2_500, "children": 6, "savings": 90_000}
FLAGS = ("employed", "disabled", "student", "carer", "refugee", "single parent")
HOME, HOMES = "home", ("rented", "owned", "shelter", "with family")
ROWS = 8


def drawn_table(rng: np.random.Generator, code: str) -> Table:
    """A table of the first row that holds, over two numbers, a flag and the kind of home."""
    numbers = rng.choice(list(NUMBERS), 2, replace=False).tolist()
    flag = FLAGS[rng.integers(len(FLAGS))]
    inputs = [Input(name, Kind.NUMBER, ">= 0") for name in numbers]
    inputs += [Input(flag, Kind.BOOLEAN, "not(null)"), Input(HOME, Kind.STRING, "not(null)")]
    rows = []
    for _ in range(ROWS - 1):
        cells = []
        for name in numbers:
            low, high = sorted(rng.integers(1, NUMBERS[name], 2).tolist())
            cells.append(("-", f"< {high}", f">= {low}", f"[{low}..{high + 1})")[rng.integers(4)])
        cells.append(("-", "true", "false")[rng.integers(3)])
        cells.append(("-", f'"{HOMES[rng.integers(4)]}"', '"rented", "shelter"')[rng.integers(3)])
        rows.append(Row(tuple(cells), (("true", "false")[rng.integers(2)], str(rng.integers(1, 5) * 100))))
    outputs = (Output("entitled", Kind.BOOLEAN, default="false"), Output("amount", Kind.NUMBER, default="0"))
    rows.append(Row(("-",) * 4, ("false", "0")))
    return Table(code, tuple(inputs), outputs, tuple(rows), HitPolicy.FIRST)


def drawn_people(rng: np.random.Generator, count: int, unknown: float) -> dict[str, Column]:
    """A column for each fact, of each a share not known."""
    columns = {}
    for name, most in NUMBERS.items():
        values = np.floor(rng.random(count) * most)
        values[rng.random(count) < unknown] = np.nan
        columns[name] = Column(Kind.NUMBER, values)
    for name in FLAGS:
        flags = rng.integers(0, 2, count).astype(np.int8)
        flags[rng.random(count) < unknown] = -1
        columns[name] = Column(Kind.BOOLEAN, flags)
    homes = rng.integers(0, 4, count).astype(np.int32)
    homes[rng.random(count) < unknown] = -1
    columns[HOME] = Column(Kind.STRING, homes, words=HOMES)
    return columns


def by_hand(table: Table, facts: Mapping[str, np.ndarray]) -> np.ndarray:
    """For each person the row that decides, from 1, as written without an engine."""
    conditions = []
    for row in table.rows:
        holds: list[np.ndarray] = []
        for asked, cell in zip(table.inputs, row.tests, strict=True):
            values = facts[asked.fact]
            if cell == "-":
                continue
            if asked.kind is Kind.BOOLEAN:
                holds.append(values == (cell == "true"))
            elif asked.kind is Kind.STRING:
                one, *more = (values == HOMES.index(word.strip(' "')) for word in cell.split(","))
                holds.append(one | more[0] if more else one)
            elif cell[0] == "[":
                low, high = cell[1:-1].split("..")
                holds.append((values >= float(low)) & (values < float(high)))
            else:
                holds.append(values < float(cell[1:]) if cell[0] == "<" else values >= float(cell[2:]))
        conditions.append(np.logical_and.reduce(holds) if holds else np.ones(len(values), dtype=bool))
    return np.select(conditions, list(range(1, len(conditions) + 1)), 0)
