"""The table that decides a requirement today, in the form in which it answers that requirement alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lacarte.engines import rules
from lacarte.kernel import clock
from lacarte.registers.entitlement import tables
from lacarte.registers.entitlement.judging import Facts, Rule, compare


@dataclass(frozen=True)
class AskedTable:
    """A requirement and its table: ``kept`` as it is kept, ``table`` with the one output that is asked for."""

    rule: Rule
    kept: tables.Kept
    output: str
    table: rules.Compiled

    @property
    def one_hit(self) -> bool:
        """Whether one row decides: then what the ``table`` says is whether the requirement holds."""
        return self.kept.table.hit_policy in tables.ONE_HIT

    def known(self, facts: Facts) -> dict[str, rules.Known]:
        """The facts that it asks for, as the engine takes them."""
        return {one.fact: tables.known(one.kind, facts.get(one.fact)) for one in self.table.table.inputs}

    def holds(self, said: rules.Said) -> bool | None:
        """Whether the requirement holds by what the table says."""
        (value,) = said if len(said) == 1 else (None,)
        if self.one_hit:
            return value if isinstance(value, bool) else None
        return compare(self.rule, value.isoformat() if isinstance(value, date) else value)


def asked_by(rule: Rule) -> AskedTable | None:
    """The table of a requirement, as ``tables.remember`` saw it last; ``None`` where no table decides it today."""
    if not rule.fact.startswith(tables.PREFIX):
        return None
    code, _dot, output = rule.fact.removeprefix(tables.PREFIX).rpartition(".")
    kept = tables.in_force(code, clock.now().date())
    if kept is None or output not in [one.name for one in kept.table.outputs]:
        return None
    return AskedTable(rule, kept, output, tables.asked(kept, rule, output))
