"""XML from strangers as a tree that knows its lines: no document type, so no entity and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from django.utils.translation import gettext as _

from lacarte.standards.dmn.document import LARGEST
from lacarte.standards.imports.report import ImportFaultError

#: Elements inside one another, and elements in all.
DEEPEST, MOST = 60, 300_000
_BETWEEN = " "  # a namespace and a name; no namespace has a space in it


@dataclass(slots=True)
class Element:
    """An element. Attributes without a namespace go by their name, others by ``namespace name``."""

    namespace: str
    name: str
    line: int
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """The children of a name in the namespace of this element."""
        return (child for child in self.children if child.name == name and child.namespace == self.namespace)

    def one(self, name: str) -> Element | None:
        """The first of them."""
        return next(self.all(name), None)

    def get(self, name: str) -> str:
        """An attribute without the space around it; an empty text where it is not there."""
        return self.attributes.get(name, "").strip()

    @property
    def text(self) -> str:
        """Its own text without the space around it."""
        return "".join(self.pieces).strip()

    def said(self, name: str) -> str:
        """The text in a child's ``text``, which is where DMN puts every expression."""
        child = self.one(name)
        text = child and child.one("text")
        return text.text if text else ""


def parsed(data: bytes) -> Element:
    """The outermost element of a file.

    Raises :class:`ImportFaultError` where it is no XML, is too large or too deep, or has a document type.
    """
    if len(data) > LARGEST:
        words = _("The file has %(size)d bytes, over %(most)d: take its diagrams out, or give each table a file.")
        raise ImportFaultError(words % {"size": len(data), "most": LARGEST})
    return _Growing().grown(data)


class _Growing:
    """A tree while its file is read."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._open: list[Element] = []
        self._root: Element | None = None
        self._count = 0

    def grown(self, data: bytes) -> Element:
        try:
            self._parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            # A codec that Python does not have, or that has several bytes a sign, is no ExpatError.
            line = getattr(error, "lineno", self._parser.CurrentLineNumber)
            reason = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
            words = _(
                "Line %(line)d is not XML that can be read: %(reason)s. Export the file again, as XML in UTF-8."
            )
            raise ImportFaultError(words % {"line": line, "reason": reason}) from error
        assert self._root is not None  # expat knows no file without an element
        return self._root

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST:
            words = _(
                "Line %(line)d: elements are nested too deep, or there are too many: give each table a file."
            )
            raise ImportFaultError(words % {"line": self._parser.CurrentLineNumber})
        namespace, _space, name = tag.rpartition(_BETWEEN)
        element = Element(namespace, name, self._parser.CurrentLineNumber, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def _refuse(self, *_declared: object) -> None:
        words = _(
            "Line %(line)d declares a document type, which may hide anything: take the line <!DOCTYPE …> out."
        )
        raise ImportFaultError(words % {"line": self._parser.CurrentLineNumber})
