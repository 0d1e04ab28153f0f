"""The model in use: files in the home folder, written whole or not at all, and noticed by whoever serves.

``models/needs.json`` says which model is in use and how good it is; ``models/needs-….npz`` is the model. Nothing
in either is code: arrays and JSON, read without pickle.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

from lacarte.engines.text import Classifier
from lacarte.engines.text.features import Vocabulary

logger = logging.getLogger(__name__)

#: Changes with what a piece of a text is or counts: then older files mean something else.
FORMAT = "lacarte model of needs, 1"
#: The files of so many models are kept, the newest.
_KEPT = 5
_LARGEST = 512 * 1024 * 1024  # bytes, unpacked
_ARRAYS = ("key", "weight", "table", "intercept", "threshold", "seen")


class ModelFileError(Exception):
    """A model's file cannot be used; the message says which, why and what to do."""


@dataclass(frozen=True, eq=False)
class Stored:
    """A model with its ``fingerprint``, the keys of the texts it has learnt from, and its ``card`` (JSON)."""

    classifier: Classifier
    fingerprint: str
    seen: npt.NDArray[np.uint64]
    card: dict[str, Any] = field(default_factory=dict)


def folder() -> Path:
    """Where models are kept."""
    return Path(settings.HOME) / "models"


def pointer() -> Path:
    """The file that says which model is in use."""
    return folder() / "needs.json"


def fingerprint_of(classifier: Classifier) -> str:
    """SHA-256 of all that decides what the model says."""
    digest = sha256(f"{FORMAT}\n{classifier.temperature!r}\n{classifier.vocabulary.unknown!r}\n".encode())
    digest.update("\n".join(classifier.labels).encode("utf-8", "surrogatepass"))
    for array in _arrays(classifier).values():
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def write(stored: Stored) -> Path:
    """Write the model's file, whole or not at all; it is not in use until :func:`choose` says so."""
    model = stored.classifier
    card = {
        "format": FORMAT,
        "fingerprint": stored.fingerprint,
        "labels": list(model.labels),
        "temperature": model.temperature,
        "unknown": model.vocabulary.unknown,
        **stored.card,
    }
    packed = BytesIO()
    text = np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), dtype=np.uint8)
    np.savez(packed, allow_pickle=False, card=text, seen=stored.seen, **_arrays(model))
    return _written(folder() / f"needs-{stored.fingerprint[:16]}.npz", packed.getvalue())


def choose(note: dict[str, Any]) -> None:
    """Put ``note`` into the pointer: ``model`` is the fingerprint of the one in use, ``None`` for none.

    Servers notice at the next text. Files of models that were left long ago are removed.
    """
    _written(pointer(), json.dumps(note, ensure_ascii=False, indent=1).encode())
    chosen = f"needs-{str(note.get('model') or '')[:16]}.npz"
    files = sorted(folder().glob("needs-*.npz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in [path for path in files if path.name != chosen][_KEPT - 1 :]:
        old.unlink(missing_ok=True)


def note() -> dict[str, Any]:
    """What the pointer says; empty where nothing was ever trained. Raises :class:`ModelFileError`."""
    try:
        said = json.loads(pointer().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{pointer()} cannot be read ({error}); {_ADVICE}") from error
    if not isinstance(said, dict) or not isinstance(said.get("model"), str | None):
        raise ModelFileError(f"{pointer()} does not say which model is in use; {_ADVICE}")
    return said


_ADVICE = "until it is removed or `lacarte train needs` has made another, the menu's own words decide"


def in_use() -> Stored | None:
    """The model in use; ``None`` where there is none, or its file cannot be used, which is logged once."""
    try:
        state = pointer().stat()
    except OSError:
        return None
    return _loaded(str(pointer()), (state.st_mtime_ns, state.st_ino, state.st_size))


@lru_cache(maxsize=2)
def _loaded(path: str, state: tuple[int, int, int]) -> Stored | None:
    """Read anew whenever the pointer was written anew."""
    try:
        return load()
    except ModelFileError as error:
        logger.warning("%s", error)
        return None


def load() -> Stored | None:
    """The model in use, read now; ``None`` where there is none. Raises :class:`ModelFileError`."""
    fingerprint = note().get("model")
    return read(folder() / f"needs-{fingerprint[:16]}.npz", fingerprint) if fingerprint else None


def read(path: Path, fingerprint: str = "") -> Stored:
    """The model in the file ``path``, which has this ``fingerprint``. Raises :class:`ModelFileError`."""
    try:
        stored = _unpacked(path)
    except FileNotFoundError as error:
        raise ModelFileError(f"{path} is not there; {_ADVICE}") from error
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelFileError(f"{path} is no model of this version ({reason}); {_ADVICE}") from error
    if stored.fingerprint != fingerprint_of(stored.classifier) or fingerprint not in ("", stored.fingerprint):
        raise ModelFileError(f"{path} was changed after it was written: its fingerprint differs; {_ADVICE}")
    return stored


def _unpacked(path: Path) -> Stored:
    with zipfile.ZipFile(path) as file:
        if sum(entry.file_size for entry in file.infolist()) > _LARGEST:
            raise ValueError("it is too large")
    with np.load(path, allow_pickle=False) as file:
        card = json.loads(file["card"].tobytes().decode())
        if not isinstance(card, dict) or card.get("format") != FORMAT:
            raise ValueError(f"it is not a “{FORMAT}”")
        arrays = {name: file[name] for name in _ARRAYS}
    _check(arrays, card)
    vocabulary = Vocabulary(arrays["key"], arrays["weight"], float(card["unknown"]))
    classifier = Classifier(
        tuple(card["labels"]), vocabulary, arrays["table"], arrays["intercept"], float(card["temperature"]),
        arrays["threshold"],
    )  # fmt: skip
    return Stored(classifier, str(card["fingerprint"]), arrays["seen"], card)


def _check(arrays: dict[str, npt.NDArray[Any]], card: dict[str, Any]) -> None:
    pieces, labels = len(arrays["key"]), len(card["labels"])
    wanted = {
        "key": ((pieces,), np.uint64), "weight": ((pieces,), np.float32), "table": ((pieces, labels), np.float32),
        "intercept": ((labels,), np.float32), "threshold": ((labels,), np.float64),
        "seen": ((len(arrays["seen"]),), np.uint64),
    }  # fmt: skip
    for name, (shape, kind) in wanted.items():
        array = arrays[name]
        if array.shape != shape or array.dtype != kind:
            raise ValueError(f"“{name}” is {array.dtype}{list(array.shape)}, not {kind.__name__}{list(shape)}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"“{name}” holds what is no number")
    if not labels or not float(card["temperature"]) > 0:
        raise ValueError("it knows no label, or has no temperature")


def _arrays(classifier: Classifier) -> dict[str, npt.NDArray[Any]]:
    vocabulary = classifier.vocabulary
    return {
        "key": vocabulary.key, "weight": vocabulary.weight, "table": classifier.table,
        "intercept": classifier.intercept, "threshold": classifier.threshold,
    }  # fmt: skip


def _written(path: Path, content: bytes) -> Path:
    """Write beside ``path`` first, so that nobody ever reads half a file. Raises :class:`ModelFileError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ModelFileError(f"{path} cannot be written: {error.strerror}") from error
    return path
