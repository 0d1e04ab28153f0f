"""The drawn decision tables as variables of OpenFisca: a peer of ``entitlement.py`` for what both can express."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.drawn_tables import FLAGS, HOME, NUMBERS, by_hand
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from lacarte.engines.rules import Column, Compiled

PERIOD = "2026-11"
_TABLE = "table_"
_PERSON = build_entity(key="person", plural="persons", label="A person", is_person=True)
_TYPES = {**dict.fromkeys(NUMBERS, float), **dict.fromkeys(FLAGS, bool), HOME: int}


def system(tables: list[Compiled]) -> TaxBenefitSystem:
    """Rules in which each table is a variable, whose value is the number of the row that decides."""
    rules = TaxBenefitSystem([_PERSON])
    for fact, kind in _TYPES.items():
        rules.add_variable(_variable(_name(fact), kind))
    for number, table in enumerate(tables):
        rules.add_variable(_variable(f"{_TABLE}{number}", int, formula=_formula(table)))
    return rules


def decide_by_openfisca(rules: TaxBenefitSystem, columns: dict[str, Column], size: int) -> int:
    """The sum of the rows that decide, over ``size`` persons and all tables."""
    simulation = SimulationBuilder().build_default_simulation(rules, size)
    for fact, column in columns.items():
        simulation.set_input(_name(fact), PERIOD, column.low.astype(_TYPES[fact]))
    tables = (name for name in rules.variables if name.startswith(_TABLE))
    return sum(int(simulation.calculate(name, PERIOD).sum()) for name in tables)


def _name(fact: str) -> str:
    return fact.replace(" ", "_")


def _variable(name: str, kind: type, **body: Any) -> type[Variable]:
    about = {"value_type": kind, "entity": _PERSON, "definition_period": DateUnit.MONTH, "label": name}
    return type(name, (Variable,), {**about, **body})


def _formula(compiled: Compiled) -> Callable[..., np.ndarray]:
    table = compiled.table

    def formula(person: Any, period: Any) -> np.ndarray:
        return by_hand(table, {asked.fact: person(_name(asked.fact), period) for asked in table.inputs})

    return formula
