"""Country packages of OpenFisca, loaded once a process and always named with their versions."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import Any

_CORE = "openfisca-core"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


class LawError(Exception):
    """The law cannot be asked; the message says why and what to do."""


class UnknownVariableError(LawError):
    """The package has no variable of this name."""


@dataclass(frozen=True, eq=False)
class System:
    """The law of one installed package; ``rules`` is its tax and benefit system as OpenFisca has it."""

    package: str
    version: str
    core: str
    rules: Any

    @property
    def person(self) -> str:
        """The key of the entity that one person is."""
        return str(self.rules.person_entity.key)

    def entity(self, key: str) -> Any:
        """The kind of people or groups with this key. Raises :class:`LawError`."""
        for entity in self.rules.entities:
            if entity.key == key:
                return entity
        raise LawError(f"{self.package} knows no “{key}”; it knows {', '.join(self.entities)}")

    @property
    def entities(self) -> tuple[str, ...]:
        """The keys of all kinds, that of one person first."""
        return (self.person, *(str(entity.key) for entity in self.rules.group_entities))

    def variable(self, name: str) -> Any:
        """What the package knows of a variable. Raises :class:`UnknownVariableError`."""
        found = self.rules.get_variable(name)
        if found is None:
            raise UnknownVariableError(f"{self.package} {self.version} has no variable “{name}”")
        return found


@lru_cache(maxsize=8)
def system(package: str) -> System:
    """The law of a package by its name, such as ``openfisca_france``; the first call may take seconds.

    Raises :class:`LawError` where the extra or the package is not installed, or is no country package.
    """
    name = package.replace("-", "_")
    if not _NAME.match(name):
        raise LawError(f"“{package}” is no name of a package; one is “openfisca_country_template”")
    try:
        core = metadata.version(_CORE)
    except metadata.PackageNotFoundError as error:
        raise LawError("the law is asked through OpenFisca: pip install 'lacarte[openfisca]'") from error
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise LawError(f"{name} is installed but needs {error.name}: pip install {error.name}") from error
        raise LawError(f"{name} is not installed: pip install {name.replace('_', '-')}") from error
    except ImportError as error:
        raise LawError(f"{name} does not fit {_CORE} {core}: {error}") from error
    made = getattr(module, "CountryTaxBenefitSystem", None)
    if made is None:
        raise LawError(f"{name} is no country package of OpenFisca: it has no CountryTaxBenefitSystem")
    return System(name, _version(name), core, made())


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "without a version"
