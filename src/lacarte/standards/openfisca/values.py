"""Values of facts as the law wants them: what is said is read strictly, what is computed becomes plain again."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from openfisca_core.indexed_enums import Enum, EnumArray

Values = npt.NDArray[Any]
#: The largest number of OpenFisca's ``int32``.
_MOST = 2**31 - 1


def read_value(variable: Any, said: Any) -> Any:
    """``said`` as a value of ``variable``: a bool, a number, a day, a word, or the name of a choice.

    Raises ``ValueError`` that says what was wanted. Strict on purpose: “n/a” must never become 0.
    """
    kind = variable.value_type
    if kind is bool:
        if said in (0, 1) and isinstance(said, bool | int | float | np.bool_):
            return bool(said)
        raise ValueError("true or false is wanted")
    if kind is float or kind is int:
        return _number(kind, said)
    if kind is date:
        return _day(said)
    if isinstance(kind, type) and issubclass(kind, Enum):
        names = [item.name for item in variable.possible_values]
        if said in names:
            return said
        raise ValueError(f"one of {', '.join(names)} is wanted")
    if isinstance(said, str | int) and not isinstance(said, bool):
        return str(said)
    raise ValueError("a text is wanted")


def array_of(variable: Any, values: Values) -> Values:
    """Values, each as :func:`read_value` reads it, as the array that OpenFisca computes with: ``[n]``."""
    if is_choice(variable):
        return np.asarray(variable.possible_values.encode(np.asarray(values, dtype=object).astype(str)))
    return np.asarray(values).astype(variable.dtype)


def stored(variable: Any, values: Values) -> Values:
    """An array of numbers as the kind that OpenFisca keeps: choices know their names."""
    return EnumArray(np.asarray(values), variable.possible_values) if is_choice(variable) else values


def plain(variable: Any, values: Values) -> Values:
    """Computed values for comparing and showing: names of choices instead of their numbers."""
    return np.asarray(values.decode_to_str()) if isinstance(values, EnumArray) else np.asarray(values)


def one(value: Any) -> Any:
    """One element of :func:`plain` as Python has it: bool, int, float, ``date`` or text."""
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[D]").item()
    if isinstance(value, np.generic):
        value = value.item()
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def is_choice(variable: Any) -> bool:
    """Whether its values are names out of a list."""
    return isinstance(variable.value_type, type) and issubclass(variable.value_type, Enum)


def finite(variable: Any) -> list[Any] | None:
    """All values that it can have, where these are few; ``None`` for numbers, days and texts."""
    if variable.value_type is bool:
        return [False, True]
    return [item.name for item in variable.possible_values] if is_choice(variable) else None


def _number(kind: type, said: Any) -> float | int:
    number: Any = said
    if isinstance(said, bool) or not isinstance(said, int | float | np.number) or not math.isfinite(said):
        raise ValueError("a number is wanted")
    if kind is int:
        if int(number) != number or abs(number) > _MOST:
            raise ValueError("a whole number is wanted")
        return int(said)
    return float(said)


def _day(said: Any) -> date:
    if type(said) is date:
        return said
    try:
        return date.fromisoformat(said)
    except (TypeError, ValueError) as error:
        raise ValueError("a day such as 1980-02-15 is wanted") from error
