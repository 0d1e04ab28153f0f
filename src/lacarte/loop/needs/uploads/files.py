"""Files under their own hash, below ``MEDIA_ROOT/attachments``: written whole or not at all.

A lock file keeps who stores and who sweeps apart: between "it is there already" and its fresh date, nobody
removes a file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

FOLDER = "attachments"
#: Below it, what the scanner has not looked at.
AS_SENT = "as-sent"
#: A file without a row is left alone so long: its row may be about to come.
SPARED_SECONDS = 24 * 3600.0
_UNFINISHED = ".unfinished-"


def path_of(name: str) -> Path:
    """Where the file of a row is. Raises ``ValueError`` for a name that leads out of the folder."""
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root / FOLDER):
        raise ValueError(f"“{name}” is not a file of ours")
    return path


def keep(data: bytes, ending: str) -> tuple[str, str]:
    """Write ``data`` to the disk. Returns its SHA-256 (hexadecimal) and its name below ``MEDIA_ROOT``."""
    digest = hashlib.sha256(data).hexdigest()
    name = f"{FOLDER}/{digest[:2]}/{digest}{ending}"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock(fcntl.LOCK_SH):
        if path.exists():
            os.utime(path)  # young again: the sweep spares it
        else:
            _write_whole(path, data)
    return digest, name


def keep_as_sent(data: bytes, key: UUID) -> str:
    """Write ``data`` as it came, for the scanner alone to read. Returns its name below ``MEDIA_ROOT``."""
    name = f"{FOLDER}/{AS_SENT}/{key.hex}"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(path, data)
    return name


def _write_whole(path: Path, data: bytes) -> None:
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def size_of(name: str) -> int | None:
    """How many bytes the file of a row has; ``None``: it is not there."""
    try:
        return path_of(name).stat().st_size
    except FileNotFoundError:
        return None


def left_alone(seconds: float | None = None) -> Iterator[list[str]]:
    """Names of files that nobody has touched for so long (:data:`SPARED_SECONDS`), a folder at a time."""
    for names in _by_folder():
        if old := [name for name in names if _is_old(path_of(name), seconds)]:
            yield old


def _by_folder() -> Iterator[list[str]]:
    """Names of all files, a folder at a time, half-written ones included."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        yield [f"{FOLDER}/{folder.name}/{path.name}" for path in folder.iterdir()]


def remove(names: Sequence[str]) -> None:
    """Remove files, but none that somebody has stored anew meanwhile."""
    if not names:
        return
    with _lock(fcntl.LOCK_EX):
        for path in map(path_of, names):
            if _is_old(path):
                path.unlink()


def _is_old(path: Path, seconds: float | None = None) -> bool:
    try:
        return time.time() - path.stat().st_mtime > (SPARED_SECONDS if seconds is None else seconds)
    except FileNotFoundError:  # another sweep was quicker
        return False


@contextmanager
def _lock(kind: int) -> Iterator[None]:
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, kind)
        yield
