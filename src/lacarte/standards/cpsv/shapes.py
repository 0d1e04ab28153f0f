"""The rules of CPSV-AP's shapes, and a quick check of nodes by them.

``content/shapes.toml`` holds what the published shapes say: for each class and predicate, how many values there
must and may be, of which datatype, and of which class they are. A test compares it with the shapes themselves, and
what is found here with what pySHACL finds.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lacarte.standards.cpsv.terms import PREFIXES, TYPE, Node, Term
from lacarte.standards.cpsv.turtle import compact
from lacarte.standards.cpsv.vocabularies import CONTENT
from lacarte.standards.validation import Validation

VERSION = "3.2.0"
_LANGUAGE = PREFIXES["rdf"] + "langString"


@dataclass(frozen=True)
class Rule:
    """What a class wants of a predicate; ``most`` is ``None`` where there may be any number."""

    predicate: str
    least: int
    most: int | None
    datatype: str
    of: str  # the class of its values


@lru_cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """The rules of each class that has some."""
    written = tomllib.loads((CONTENT / "shapes.toml").read_text(encoding="utf-8"))
    return {
        whole(kind): tuple(
            Rule(
                whole(predicate),
                rule.get("least", 0),
                rule.get("most"),
                whole(rule.get("datatype", "")),
                whole(rule.get("class", "")),
            )
            for predicate, rule in said.items()
        )
        for kind, said in written.items()
    }


def whole(short: str) -> str:
    """The IRI that a name with a prefix stands for."""
    prefix, _, local = short.partition(":")
    return PREFIXES[prefix] + local if short else ""


def check(told: Validation, nodes: Sequence[Node], beside: Iterable[Node] = ()) -> None:
    """Check nodes and what is told beside them, and note what is wrong; only what is published is counted."""
    count(told, nodes)
    kinds: dict[str, set[str]] = defaultdict(set)
    said: dict[str, dict[str, set[Term]]] = {}
    for node in (*nodes, *beside):
        about = said.setdefault(node.subject, {})
        for predicate, term in node.says:
            if predicate == TYPE:
                kinds[node.subject].add(term.value)
            elif predicate in about:
                about[predicate].add(term)
            else:
                about[predicate] = {term}
    known = rules()
    for subject, of in kinds.items():
        about = said[subject]
        for kind in of:
            for rule in known.get(kind, ()):
                values = about.get(rule.predicate)
                if values or rule.least:
                    for wrong in _faults(rule, values or set(), kinds):
                        told.note(compact(kind), subject, compact(rule.predicate), wrong)


def count(told: Validation, nodes: Iterable[Node]) -> None:
    """Count nodes by their first class."""
    for node in nodes:
        predicate, term = node.says[0] if node.says else ("", None)
        if predicate == TYPE and term is not None:
            told.checked[compact(term.value)] += 1


def _faults(rule: Rule, values: set[Term], kinds: dict[str, set[str]]) -> Iterator[str]:
    if len(values) < rule.least:
        yield f"has {len(values)} values, {rule.least} at least are wanted"
    if rule.most is not None and len(values) > rule.most:
        yield f"has {len(values)} values, {rule.most} at most are wanted"
    for value, kind in values:
        if rule.of and (kind[:1] in ("@", "^") or rule.of not in kinds.get(value, ())):
            yield f"{value} is no {compact(rule.of)}"
        if rule.datatype and not _is_of(kind, rule.datatype):
            yield f"“{value}” is no {compact(rule.datatype)}"


def _is_of(kind: str, datatype: str) -> bool:
    return kind[:1] == "@" if datatype == _LANGUAGE else kind == "^" + datatype
