"""What is seen of a formula of the law without computing it: its code, and that of its package that it calls."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType, FunctionType
from typing import Any

#: Some code, with what its names are where they are not its own.
Code = tuple[CodeType, Mapping[str, Any]]


def codes_of(formula: Any) -> list[Code] | None:
    """The code of a formula and of all functions of its package that it may call; ``None`` if it hides some."""
    function = getattr(formula, "__func__", formula)
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__") or function.__closure__:
        return None
    home = str(function.__module__).partition(".")[0]
    found: dict[CodeType, Mapping[str, Any]] = {}
    waiting: list[Code] = [(function.__code__, function.__globals__)]
    while waiting:
        code, known = waiting.pop()
        if code in found:
            continue
        found[code] = known
        waiting += [(one, known) for one in code.co_consts if isinstance(one, CodeType)]
        for name in code.co_names:
            called = known.get(name)
            if isinstance(called, FunctionType) and called.__module__.partition(".")[0] == home:
                waiting.append((called.__code__, called.__globals__))
    return list(found.items())
