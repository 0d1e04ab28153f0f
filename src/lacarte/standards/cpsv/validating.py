"""The shapes of CPSV-AP 3.2.0 as a SHACL engine checks them: what others export, and our exports once more.

Each of our portions is checked by itself, with what it refers to: the shapes only ask for what a node says and for
the classes of what it points to, so portions that hold are a catalogue that holds.

The shapes want every entry of a vocabulary to have its class, which no catalogue says; that is put beside the data
(:func:`background`). pySHACL is the reference. Where pyshacl-turbo is installed it checks instead: it finds the
same, many times as fast (docs/decisions/validating-exports.md).
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lacarte.kernel import clock
from lacarte.standards.cpsv.shapes import VERSION
from lacarte.standards.cpsv.terms import TYPE, Node, iri
from lacarte.standards.cpsv.turtle import PROLOGUE, compact, turtle
from lacarte.standards.cpsv.vocabularies import CONTENT, class_of
from lacarte.standards.validation import MissingEngineError, Validation

if TYPE_CHECKING:
    import pyoxigraph
    import rdflib

SHAPES = CONTENT / "cpsv-ap-3.2.0-shapes.ttl"
_SHACL = "http://www.w3.org/ns/shacl#"


def store_of(*parts: tuple[bytes, str]) -> pyoxigraph.Store:
    """A graph of texts, each with its media type. Raises ``SyntaxError``, :class:`MissingEngineError`."""
    try:
        import pyoxigraph
    except ImportError as error:
        raise MissingEngineError("RDF is read by pyoxigraph: pip install 'lacarte[cpsv]'") from error
    store = pyoxigraph.Store()
    for text, media_type in parts:
        format = pyoxigraph.RdfFormat.from_media_type(media_type)
        assert format is not None
        store.bulk_load(text, format=format)
    return store


def checked(text: bytes, media_type: str) -> Validation:
    """What is wrong with a whole catalogue, of others or ours. Raises :class:`MissingEngineError`."""
    told = Validation("CPSV-AP", f"{VERSION} (by {engine()})", clock.now())
    store = store_of((text, media_type))
    check(told, store, background(store))
    return told


def check(told: Validation, store: pyoxigraph.Store, beside: Iterable[Node] = ()) -> None:
    """Check a graph with what is ``beside`` it, and note what is wrong."""
    text = (PROLOGUE + turtle(beside)).encode()
    if text:
        import pyoxigraph

        store.bulk_load(text, format=pyoxigraph.RdfFormat.TURTLE)
    for fault in faults(store, _report(store)):
        told.note(*fault)


def faults(store: pyoxigraph.Store, report: rdflib.Graph) -> list[tuple[str, str, str, str]]:
    """What a report finds wrong: the class and the address of a node, its predicate, and what is wrong with it."""
    found = []
    for result in report.subjects(_term(TYPE), _term(_SHACL + "ValidationResult")):
        focus, path, message, value = (
            report.value(result, _term(_SHACL + name))
            for name in ("focusNode", "resultPath", "resultMessage", "value")
        )
        wrong = f"{message or ''}" if value is None else f"{message or ''} ({value})"
        found.append((_kind(store, str(focus)), str(focus), compact(str(path or "")), wrong))
    return found


def _kind(store: pyoxigraph.Store, focus: str) -> str:
    """A class of a node, in short."""
    import pyoxigraph

    node = pyoxigraph.NamedNode(focus) if ":" in focus else pyoxigraph.BlankNode(focus)
    of = store.quads_for_pattern(node, pyoxigraph.NamedNode(TYPE), None)
    kinds = sorted(str(getattr(quad.object, "value", "")) for quad in of)
    return compact(kinds[0]) if kinds else ""


def background(store: pyoxigraph.Store) -> list[Node]:
    """The classes of the entries of vocabularies that a graph refers to."""
    found: dict[str, str] = {}
    for quad in store:
        value = getattr(quad.object, "value", "")
        if value not in found and (kind := class_of(value)):
            found[value] = kind
    return [Node(value, [(TYPE, iri(kind))]) for value, kind in found.items()]


def engine() -> str:
    """The name and version of what checks. Raises :class:`MissingEngineError`."""
    from importlib.metadata import PackageNotFoundError, version

    for name in ("pyshacl-turbo", "pyshacl"):
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    raise MissingEngineError("CPSV-AP is checked by pySHACL: pip install 'lacarte[cpsv]'")


def _report(store: pyoxigraph.Store) -> rdflib.Graph:
    return quick_report(store) if engine().startswith("pyshacl-turbo") else slow_report(store)


def quick_report(store: pyoxigraph.Store) -> rdflib.Graph:
    """What pyshacl-turbo reports of a graph."""
    return _quick().validate(store)[1]  # type: ignore[no-any-return]


def slow_report(store: pyoxigraph.Store) -> rdflib.Graph:
    """What pySHACL reports of a graph."""
    import pyoxigraph
    import pyshacl
    import rdflib

    text = io.BytesIO()
    store.dump(text, pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph())
    data = rdflib.Graph().parse(data=text.getvalue(), format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=_shapes())
    assert isinstance(report, rdflib.Graph)
    return report


@lru_cache
def _quick() -> Any:
    from pyshacl_turbo import compile_shapes

    return compile_shapes(str(SHAPES))  # type: ignore[no-untyped-call]


@lru_cache
def _shapes() -> rdflib.Graph:
    import rdflib

    return rdflib.Graph().parse(SHAPES, format="turtle")


def _term(value: str) -> rdflib.URIRef:
    import rdflib

    return rdflib.URIRef(value)
