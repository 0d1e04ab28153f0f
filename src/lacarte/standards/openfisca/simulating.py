"""One simulation for everybody: OpenFisca's own, which also takes a fact that is known of some people alone.

OpenFisca sets a fact for all or for nobody: where one person's age is said and another's follows from a day of
birth, the second would be 0 years old. Here what is said stands, and the formula decides for all others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from openfisca_core.simulations import Simulation
from openfisca_core.taxscales import TaxScaleLike
from openfisca_core.tracers import TracingParameterNodeAtInstant

from lacarte.standards.openfisca.populations import Key, Known, Population
from lacarte.standards.openfisca.spans import ETERNITY, key_of, read_span
from lacarte.standards.openfisca.systems import System
from lacarte.standards.openfisca.values import stored


class LawSimulation(Simulation):  # type: ignore[misc]
    """A simulation in which ``said`` overrules formulas for those whom it is known of."""

    said: dict[Key, Known]

    def _run_formula(self, variable: Any, population: Any, period: Any) -> Any:
        found = super()._run_formula(variable, population, period)
        fact = self.said.get(key_of(variable, period))
        if fact is None:
            return found
        if found is None:
            found = variable.default_array(population.count)
        usual = np.asarray(self._cast_formula_result(found, variable))
        return stored(variable, np.where(fact.known, fact.values, usual).astype(usual.dtype))

    def trace_parameters_at_instant(self, formula_period: Any) -> Any:
        """As OpenFisca does; scales are traced too."""
        traced = super().trace_parameters_at_instant(formula_period)
        return _Traced(traced.parameter_node_at_instant, self.tracer)


class _Traced(TracingParameterNodeAtInstant):  # type: ignore[misc]
    """OpenFisca traces single values only, and of a tax it is the scale that decides."""

    def get_traced_child(self, child: Any, key: Any) -> Any:
        found = super().get_traced_child(child, key)
        if isinstance(found, TracingParameterNodeAtInstant):
            return _Traced(found.parameter_node_at_instant, self.tracer)
        if isinstance(child, TaxScaleLike) and isinstance(key, str):
            node = self.parameter_node_at_instant
            self.tracer.record_parameter_access(f"{node._name}.{key}", node._instant_str, child)
        return found


def simulate(law: System, population: Population, *, trace: bool = True) -> LawSimulation:
    """A simulation of everybody, with all that is known; ``trace`` keeps what is asked for, which takes time."""
    parts = law.rules.instantiate_entities()
    persons = parts[law.person]
    persons.ids, persons.count = list(population.people), len(population.people)
    for kind, members in population.groups.items():
        part = parts[kind]
        part.ids, part.count = list(members.names), len(members.names)
        part.members_entity_id = members.group
        roles = np.empty(len(part.entity.flattened_roles), dtype=object)
        roles[:] = list(part.entity.flattened_roles)
        part.members_role = roles[members.role]
    simulation = LawSimulation(law.rules, parts)
    simulation.said = {}
    simulation.trace = trace
    for (name, period), fact in population.facts.items():
        _say(simulation, law.variable(name), period, fact)
    return simulation


def _say(simulation: LawSimulation, variable: Any, period: str, fact: Known) -> None:
    """What all said is set, so that no formula runs; what some said waits for the formula."""
    if variable.is_neutralized:
        return
    span = None if period == ETERNITY else read_span(period)
    if span is not None and variable.end is not None and span.start.date > variable.end:
        return  # the law has ended: what is said changes nothing
    if fact.known.all():
        holder = simulation.get_holder(variable.name)
        holder.put_in_cache(stored(variable, fact.values), span)
    else:
        simulation.said[variable.name, period] = fact
