"""What a country package knows of a variable, in a form that an official can choose a requirement from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lacarte.standards.openfisca.explaining import formula_of
from lacarte.standards.openfisca.requirements import references_of
from lacarte.standards.openfisca.spans import span_of
from lacarte.standards.openfisca.systems import System
from lacarte.standards.openfisca.values import finite, is_choice


@dataclass(frozen=True)
class Described:
    """A variable: about whom it is, for which kind of period, of which kind its values are, and its law.

    ``versions`` are the first days of the versions of its formula, oldest first (``always`` for one without a
    day); none: it is a fact that has to be said. ``formula`` is the version in force, ``text`` what it says.
    """

    law: str
    name: str
    label: str
    entity: str
    period: str
    values: str
    choices: tuple[str, ...]
    unit: str
    references: tuple[str, ...]
    versions: tuple[str, ...]
    formula: str
    text: str
    ends: str


def describe(law: System, name: str, on: date) -> Described:
    """What the package says of a variable, as of the day ``on``. Raises ``UnknownVariableError``."""
    variable = law.variable(name)
    kind = str(variable.definition_period)
    formula, _, text = formula_of(variable, span_of(kind, on))
    few = finite(variable) if is_choice(variable) else None
    return Described(
        f"{law.package} {law.version}, OpenFisca {law.core}",
        name,
        str(variable.label or name),
        str(variable.entity.key),
        kind,
        "choice" if is_choice(variable) else variable.value_type.__name__,
        tuple(few or ()),
        str(variable.unit or ""),
        references_of(variable),
        tuple("always" if str(day).startswith("0001") else str(day) for day in variable.formulas),
        formula,
        text or str(variable.documentation or "").strip(),
        variable.end.isoformat() if variable.end else "",
    )
