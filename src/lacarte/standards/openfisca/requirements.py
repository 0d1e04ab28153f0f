"""A requirement of the law: a variable of a country package, compared with a threshold, for a kind of period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np

from lacarte.standards.openfisca.spans import KINDS
from lacarte.standards.openfisca.systems import LawError, System, system
from lacarte.standards.openfisca.values import Values, finite, is_choice, read_value

#: Stands for all variables: whatever nobody said is what the package takes for usual.
EVERYTHING = "*"


class Comparison(StrEnum):
    """How a value is compared, in the words of the requirements of service types."""

    IS = "is"
    IS_NOT = "is-not"
    AT_LEAST = "at-least"
    AT_MOST = "at-most"
    ONE_OF = "one-of"


@dataclass(frozen=True)
class LawRequirement:
    """One condition that the law decides.

    ``period`` is the kind of period it is asked for. ``assumed`` names facts for which the package's usual value
    may stand where nobody said anything; of all others nothing is assumed, and the answer stays open without them.
    """

    package: str
    variable: str
    entity: str
    period: str
    comparison: Comparison
    threshold: Any
    text: str
    references: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def assumes(self, variable: str) -> bool:
        """Whether the usual value of this fact may stand."""
        return EVERYTHING in self.assumed or variable in self.assumed


def requirement(
    package: str,
    variable: str,
    comparison: Comparison | str,
    threshold: Any,
    *,
    period: str = "",
    text: str = "",
    assumed: Collection[str] = (),
) -> LawRequirement:
    """A requirement whose entity, references and, if not given, period and words are those of the variable.

    Raises :class:`LawError` for a package or variable that is not there, and for what cannot be compared.
    """
    law = system(package)
    known = law.variable(variable)
    kind = period or str(known.definition_period)
    if kind not in KINDS:
        raise LawError(f"“{kind}” is no kind of period; one is {', '.join(KINDS)}")
    if kind != str(known.definition_period) and (known.value_type not in (int, float) or kind == "eternity"):
        raise LawError(f"{variable} is known by the {known.definition_period} alone, not by the {kind}")
    for name in assumed:
        if name != EVERYTHING:
            law.variable(name)
    how = _comparison(comparison)
    return LawRequirement(
        law.package,
        variable,
        str(known.entity.key),
        kind,
        how,
        _threshold(law, known, how, threshold),
        text or str(known.label or variable),
        references_of(known),
        tuple(assumed),
    )


def references_of(variable: Any) -> tuple[str, ...]:
    """The legal references that the package gives for a variable."""
    return tuple(str(one) for one in variable.reference or ())


def meets(asked: LawRequirement, values: Values) -> Values:
    """``bool[n]``: which of ``values`` (``[n]``, as ``values.plain`` has them) hold.

    Numbers are compared in the precision in which OpenFisca computes, 32 bits: about seven digits.
    """
    wanted = asked.threshold
    if isinstance(wanted, date):
        wanted = np.datetime64(wanted)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    match asked.comparison:
        case Comparison.IS:
            return np.asarray(values == _same_kind(wanted, values))
        case Comparison.IS_NOT:
            return np.asarray(values != _same_kind(wanted, values))
        case Comparison.AT_LEAST:
            return np.asarray(values >= _same_kind(wanted, values))
        case Comparison.AT_MOST:
            return np.asarray(values <= _same_kind(wanted, values))
        case Comparison.ONE_OF:
            return np.isin(values, np.asarray([_same_kind(each, values) for each in wanted]))


def _same_kind(wanted: Any, values: Values) -> Any:
    return values.dtype.type(wanted) if values.dtype.kind == "f" else wanted


def _comparison(said: str) -> Comparison:
    try:
        return Comparison(said)
    except ValueError as error:
        raise LawError(f"“{said}” is no comparison; one is {', '.join(Comparison)}") from error


def _threshold(law: System, variable: Any, how: Comparison, said: Any) -> Any:
    ordered = how in (Comparison.AT_LEAST, Comparison.AT_MOST)
    if ordered and (finite(variable) is not None or is_choice(variable) or variable.value_type is str):
        raise LawError(f"values of {variable.name} have no order: “{how}” compares nothing")
    try:
        if how is not Comparison.ONE_OF:
            return read_value(variable, said)
        if not isinstance(said, Collection) or isinstance(said, str) or not said:
            raise ValueError("a list is wanted")
        return tuple(read_value(variable, each) for each in said)
    except ValueError as error:
        raise LawError(f"“{said}” is no threshold of {law.package}'s {variable.name}: {error}") from error
