"""A file of RDF as a graph in memory, its terms plain. Nothing is fetched: a context elsewhere is not followed."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lacarte.kernel.text import storable
from lacarte.standards.cpsv.terms import IRI, TYPE, Term
from lacarte.standards.imports.report import ImportFaultError

if TYPE_CHECKING:
    import pyoxigraph

#: By the ending of a file.
MEDIA_TYPES = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
}
#: Bytes: more is no catalogue of services.
_LARGEST = 2**30
_FEW = 16
_WELL_KNOWN = ".well-known/genid"
Said = dict[str, list[Term]]


class Graph:
    """What a file says, by subject and predicate, in its order."""

    def __init__(self) -> None:
        self.said: dict[str, Said] = {}
        self._many: dict[tuple[str, str], set[Term]] = {}  # where a list would be slow to look into
        self._of: dict[str, list[str]] = {}
        self._pointing: dict[tuple[str, str], list[str]] = {}

    def add(self, subject: str, predicate: str, term: Term) -> None:
        """One statement; said twice it counts once."""
        terms = self.said.setdefault(subject, {}).setdefault(predicate, [])
        seen = self._many.get((subject, predicate))
        if term in (terms if seen is None else seen):
            return
        terms.append(term)
        if seen is not None:
            seen.add(term)
        elif len(terms) > _FEW:
            self._many[subject, predicate] = set(terms)
        if predicate == TYPE:
            self._of.setdefault(term.value, []).append(subject)
        elif term.kind == IRI:
            self._pointing.setdefault((predicate, term.value), []).append(subject)

    def of(self, *kinds: str) -> list[str]:
        """The subjects of these classes."""
        return list(dict.fromkeys(subject for kind in kinds for subject in self._of.get(kind, ())))

    def is_a(self, subject: str, kind: str) -> bool:
        """Whether a subject is said to be of a class."""
        return any(term.value == kind for term in self.said.get(subject, {}).get(TYPE, ()))

    def values(self, subject: str, *predicates: str) -> list[str]:
        """The resources that a subject points to."""
        said = self.said.get(subject, {})
        return [term.value for predicate in predicates for term in said.get(predicate, ()) if term.kind == IRI]

    def pointing(self, predicate: str, value: str) -> list[str]:
        """The subjects that point to a resource."""
        return self._pointing.get((predicate, value), [])


def read_graph(path: Path, site: str) -> Graph:
    """The graph that a file says. What has no name gets one below ``site``, the same each time.

    Raises :class:`ImportFaultError`, which names the line where the file is no RDF.
    """
    try:
        import pyoxigraph
    except ImportError as error:
        raise ImportFaultError("RDF is read by pyoxigraph: pip install 'lacarte[cpsv]'") from error
    if path.stat().st_size > _LARGEST:
        raise ImportFaultError(f"{path} is larger than {_LARGEST >> 20} MiB: it is no catalogue")
    content = path.read_bytes()
    format = pyoxigraph.RdfFormat.from_media_type(MEDIA_TYPES[path.suffix])
    nameless = f"{site.rstrip('/')}/{_WELL_KNOWN}/{blake2b(content, digest_size=6).hexdigest()}-"
    try:
        return graph_of(pyoxigraph.parse(content, format=format), nameless)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise ImportFaultError(f"{path}{line}: is no RDF: {_why(error)}") from error
    except (ValueError, OSError) as error:
        raise ImportFaultError(f"{path}: is no RDF: {error}") from error


def graph_of(statements: Iterable[pyoxigraph.Quad], nameless: str) -> Graph:
    """Statements as a graph. What has no name gets one that begins with ``nameless``. Raises ``ValueError``."""
    found = Graph()
    labels: dict[str, str] = {}

    def plain(term: Any) -> Term:
        value, kind = str(getattr(term, "value", "")), type(term).__name__
        if kind == "NamedNode":
            return Term(value, IRI)
        if kind == "BlankNode":
            return Term(labels.setdefault(value, f"{nameless}{len(labels) + 1}"), IRI)
        if kind != "Literal":
            raise ValueError("a statement about a statement is not read")
        if not storable(value):
            raise ValueError(f"“{value[:40]!a}” holds a sign that cannot be kept")
        return Term(value, f"@{term.language.lower()}" if term.language else f"^{term.datatype.value}")

    for quad in statements:
        found.add(plain(quad.subject).value, quad.predicate.value, plain(quad.object))
    return found


def _why(error: SyntaxError) -> str:
    """For people, who know nothing of callbacks."""
    return "its context is elsewhere, and is not fetched" if "LoadDocument" in error.msg else error.msg
