"""The whole menu in a file, which takes the place of the one before only where all of it holds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lacarte.kernel import clock
from lacarte.standards.cpsv import jsonld, shapes, turtle, validating
from lacarte.standards.cpsv.records import Catalogue, Portion, names
from lacarte.standards.validation import InvalidExportError, Validation

STANDARD = "CPSV-AP"
#: By the ending of a file.
MEDIA_TYPES = {".ttl": "text/turtle", ".jsonld": "application/ld+json"}
Progress = Callable[[str], None]


def texts(portions: Iterator[Portion], media_type: str) -> Iterator[tuple[str, Portion | None]]:
    """A whole file in pieces, each with the portion that it is."""
    if media_type == MEDIA_TYPES[".ttl"]:
        yield turtle.PROLOGUE, None
        for portion in portions:
            yield turtle.turtle(portion.nodes), portion
        return
    yield jsonld.PROLOGUE, None
    for at, portion in enumerate(portions):
        if at:
            yield jsonld.BETWEEN, None
        yield jsonld.jsonld(portion.nodes), portion
    yield jsonld.EPILOGUE, None


def publish(path: Path, progress: Progress = lambda line: None) -> Validation:
    """Check the whole menu and write it to ``path``, in the form that its ending names. Returns the report.

    Raises :class:`InvalidExportError` where it does not hold, and ``OSError``; then what was there before is as it
    was.
    """
    fresh = path.with_name(path.name + ".new")
    began = time.monotonic()
    told = Validation(STANDARD, shapes.VERSION, clock.now())
    try:
        with fresh.open("w", encoding="utf-8") as file, _without_collector():
            for text, portion in texts(Catalogue(names()).portions(), MEDIA_TYPES[path.suffix]):
                file.write(text)
                if portion is not None:
                    shapes.check(told, portion.nodes, portion.beside)
                    progress(_far(told))
        told.seconds = time.monotonic() - began
        if not told.holds:
            raise InvalidExportError(told)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return told


@contextmanager
def _without_collector() -> Iterator[None]:
    """Without looks for rings among millions of small things, which are in none: a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _far(told: Validation) -> str:
    return f"{told.checked['cv:Channel']:,} channels of {told.checked['cpsv:PublicService']:,} services"


def validated(media_type: str, progress: Progress = lambda line: None) -> Validation:
    """Check the whole menu by a SHACL engine, portion by portion, and by what each says in its written form.

    Raises :class:`~lacarte.standards.validation.MissingEngineError`.
    """
    began = time.monotonic()
    told = Validation(STANDARD, f"{shapes.VERSION} (by {validating.engine()})", clock.now())
    for text, portion in texts(Catalogue(names()).portions(), media_type):
        if portion is None:
            continue
        ld = media_type == MEDIA_TYPES[".jsonld"]
        whole = f"{jsonld.PROLOGUE}{text}{jsonld.EPILOGUE}" if ld else turtle.PROLOGUE + text
        shapes.count(told, portion.nodes)
        validating.check(told, validating.store_of((whole.encode(), media_type)), portion.beside)
        progress(_far(told))
    told.seconds = time.monotonic() - began
    return told
