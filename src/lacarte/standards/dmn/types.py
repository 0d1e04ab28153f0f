"""What the columns of a file are: their types, its own types, and the variables that lend a type to a column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lacarte.engines.rules.tables import Kind
from lacarte.standards.dmn.document import kind_of
from lacarte.standards.dmn.elements import Element

#: Types that lead to one another; more is a circle.
_LONGEST = 20


class Type(NamedTuple):
    """What a type name comes to: nothing, where it is no kind of ours. ``allowed`` are unary tests."""

    kind: Kind | None
    allowed: str = ""
    many: bool = False


@dataclass(frozen=True)
class Types:
    """The types and variables of one file, by name."""

    own: dict[str, Element] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Element) -> Types:
        """Those of a file."""
        found = cls({one.get("name"): one for one in root.all("itemDefinition")})
        for fact in root.all("inputData"):
            variable = fact.one("variable")
            if variable is not None and variable.get("typeRef"):
                found.variables[variable.get("name") or fact.get("name")] = variable.get("typeRef")
        return found

    def find(self, name: str) -> Type:
        """What a type is, through types that are made of others."""
        allowed, many = "", False
        for _step in range(_LONGEST):
            own = self.own.get(name) or self.own.get(name.rpartition(":")[2])
            if own is None:
                return Type(kind_of(name), allowed, many)
            # The nearest says most: a type may only narrow the one that it is made of.
            allowed = allowed or own.said("allowedValues") or own.said("typeConstraint")
            many = many or own.get("isCollection") in ("true", "1")
            base = own.one("typeRef")
            name = base.text if base else ""
        return Type(None)
