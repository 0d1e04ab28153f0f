"""The menu as a tabular data package of HSDS: made, validated, and only then put where others find it."""

from __future__ import annotations

import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Any

from lacarte.standards.hsds.collecting import collected
from lacarte.standards.hsds.shapes import NEWEST, kinds
from lacarte.standards.validation import InvalidExportError, Validation

Told = Callable[[str], None]


def publish(target: Path, *, progress: Told = lambda line: None) -> Validation:
    """Write the whole menu to ``target``: a zip file where it ends so, else a folder.

    What was there before is replaced, in one step, and only by what is valid: else
    :class:`InvalidExportError`. Raises ``OSError`` where it cannot be written.
    """
    started = time.monotonic()
    tables = collected(progress)
    found = tables.validation
    found.seconds = time.monotonic() - started
    if not found.holds:
        raise InvalidExportError(found)
    package = json.dumps(_package(tables.names()), ensure_ascii=False, indent=1)
    if target.suffix == ".zip":
        _put_zip(target, package, tables.files())
    else:
        _put_folder(target, package, tables.files())
    found.seconds = time.monotonic() - started
    return found


def _package(names: list[str]) -> dict[str, Any]:
    """``datapackage.json`` (specs.frictionlessdata.io/tabular-data-package) of some kinds."""
    types = {"number": "number", "date": "date", "time": "string", "date-time": "datetime"}
    resources = [
        {
            "name": kind.table.replace("_", "-"),
            "path": f"{kind.table}.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {
                "fields": [
                    {"name": one.name, "type": types.get(one.type, "string")} for one in kind.fields.values()
                ],
                "primaryKey": "id",
            },
        }
        for kind in map(kinds().__getitem__, names)
    ]
    return {"profile": "tabular-data-package", "name": "hsds", "version": NEWEST, "resources": resources}


def _put_zip(target: Path, package: str, files: Iterator[tuple[str, str]]) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".zip")
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z,
            ThreadPoolExecutor(1) as packing,
        ):
            packed = packing.submit(z.writestr, "datapackage.json", package)
            for path, text in files:  # each is made while the one before it is packed
                packed.result()
                packed = packing.submit(z.writestr, path, text)
            packed.result()
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _put_folder(target: Path, package: str, files: Iterator[tuple[str, str]]) -> None:
    """A folder that is there already keeps what is no table of a package."""
    target.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=target))
    try:
        (fresh / "datapackage.json").write_text(package, encoding="utf-8")
        for path, text in files:
            (fresh / path).write_text(text, encoding="utf-8", newline="")
        made = {file.name for file in fresh.iterdir()}
        for file in fresh.iterdir():
            file.replace(target / file.name)
        for name in {f"{kind.table}.csv" for kind in kinds().values()} - made:
            with suppress(FileNotFoundError):
                (target / name).unlink()
    finally:
        rmtree(fresh, ignore_errors=True)
