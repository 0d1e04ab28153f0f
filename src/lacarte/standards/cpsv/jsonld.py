"""Nodes as JSON-LD 1.1: one flat graph, with a context that holds nothing but prefixes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from lacarte.standards.cpsv.terms import BLANK, IRI, PREFIXES, STRING, TYPE, Node, Term

PROLOGUE = f'{{"@context":{json.dumps(PREFIXES)},\n"@graph":[\n'
EPILOGUE = "\n]}\n"
#: Between two portions.
BETWEEN = ",\n"
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def jsonld(nodes: Iterable[Node]) -> str:
    """The nodes with commas between them, without what stands before and behind them in a file."""
    return BETWEEN.join(_encoded(_object(node)) for node in nodes)


def _object(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {"@id": node.subject}
    for predicate, term in node.says:
        if predicate == TYPE and term.kind == IRI:
            found.setdefault("@type", []).append(_short(term.value))
        else:
            found.setdefault(_short(predicate), []).append(_value(term))
    return found


def _value(term: Term) -> dict[str, str]:
    value, kind = term
    if kind in (IRI, BLANK):
        return {"@id": value}
    if kind == STRING:
        return {"@value": value}
    if kind[0] == "@":
        return {"@value": value, "@language": kind[1:]}
    return {"@value": value, "@type": _short(kind[1:])}


@lru_cache(maxsize=4096)
def _short(whole: str) -> str:
    for name, space in PREFIXES.items():
        if whole.startswith(space) and len(whole) > len(space):
            return f"{name}:{whole[len(space) :]}"
    return whole
