"""What a resident is told of a requirement that the law decides: its rules, their versions, and the facts used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lacarte.kernel import clock
from lacarte.registers.entitlement.explaining import LawTold
from lacarte.registers.entitlement.judging import Facts, Rule
from lacarte.standards.openfisca.choosing import Chosen, chosen
from lacarte.standards.openfisca.depending import variables_below
from lacarte.standards.openfisca.systems import LawError, System, system

#: So many rules are told, the one that was asked for first.
_MOST = 6


def tell(rule: Rule, facts: Facts) -> tuple[tuple[str, ...], LawTold] | None:
    """The facts that are known and count, and the law; ``None`` where it cannot be asked."""
    # OpenFisca is imported where it is asked: without the extra the rest of the house works.
    from lacarte.standards.openfisca.deciding import PREFIX
    from lacarte.standards.openfisca.describing import describe

    name, day = rule.fact.removeprefix(PREFIX), clock.now().date()
    try:
        which = chosen()
        law = system(which.package)
        reached = variables_below(law, name, day)
        below = sorted((reached or frozenset()) - {name})
        told = [describe(law, one, day) for one in (name, *below)]
    except LawError:
        return None
    rules = [one for one in told if one.formula][:_MOST]
    return (
        tuple(kind for kind in _counting(law, which, reached) if facts.get(kind) is not None),
        LawTold(
            told[0].law,
            tuple((one.label, _since(one.versions, day)) for one in rules),
            tuple(dict.fromkeys(reference for one in rules for reference in one.references)),
        ),
    )


def _counting(law: System, which: Chosen, reached: frozenset[str] | None) -> Iterator[str]:
    """Our facts that the rules in force ask; of which people live together, where these look at a group."""
    if reached is None:
        yield from which.facts
        return
    yield from (fact for fact, variable in which.facts.items() if variable in reached)
    yield from (f"law.{name}" for name in sorted(reached))
    if which.people and any(str(law.variable(name).entity.key) != law.person for name in reached):
        yield which.people


def _since(versions: tuple[str, ...], day: date) -> str:
    """The first day of the version that is in force; empty for one that has always been so."""
    begun = [one for one in versions if one != "always" and one <= day.isoformat()]
    return max(begun, default="")
