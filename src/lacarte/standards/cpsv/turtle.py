"""Nodes as RDF 1.1 Turtle. Every node stands alone, so that a file may be written and checked in portions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from json.encoder import encode_basestring

from lacarte.standards.cpsv.terms import BLANK, IRI, PREFIXES, STRING, TYPE, Node, Term

PROLOGUE = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items()) + "\n"
#: A string of JSON is one of Turtle: the escapes are the same.
_quoted = encode_basestring


def turtle(nodes: Iterable[Node]) -> str:
    """The nodes, without the prologue that comes first in a file."""
    return "".join(_written(node) for node in nodes if node.says)


def _written(node: Node) -> str:
    subject = node.subject if node.subject.startswith("_:") else f"<{node.subject}>"
    said = " ;\n\t".join(
        f"a {compact(term.value)}"
        if predicate == TYPE and term.kind == IRI
        else f"{compact(predicate)} {_term(term)}"
        for predicate, term in node.says
    )
    return f"{subject} {said} .\n"


def _term(term: Term) -> str:
    value, kind = term
    if kind == IRI:
        return f"<{value}>"
    if kind == STRING:
        return _quoted(value)
    if kind[0] == "@":
        return _quoted(value) + kind
    if kind == BLANK:
        return value
    return f"{_quoted(value)}^^{compact(kind[1:])}"


@lru_cache(maxsize=4096)
def compact(whole: str) -> str:
    """An IRI of a vocabulary with its prefix, where it has one."""
    for name, space in PREFIXES.items():
        local = whole[len(space) :]
        if whole.startswith(space) and local.isascii() and local.isalnum() and local[0].isalpha():
            return f"{name}:{local}"
    return f"<{whole}>"
