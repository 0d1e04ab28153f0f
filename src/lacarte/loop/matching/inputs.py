"""What a run reads, as arrays: kept whole, so that anybody can run it again and find the same."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from django.conf import settings

from lacarte.loop.matching.queries import (
    LAST_CLASS,
    Ints,
    Languages,
    OpenNeeds,
    Supply,
    open_needs,
    refused,
    supply,
)

Arrays = dict[str, npt.NDArray[Any]]
_ROWS = {"agreements": 4, "areas": 3}  # sets of rows: how many numbers each has


@dataclass(frozen=True, eq=False)
class Inputs:
    """Needs that wait, offers, pairs not to be tried again, and the seed of the draw among equals.

    ``refused`` are pairs as ``need * k + offer`` (``int64[r]``, sorted); after ``promotion_days`` in a class a
    need moves up, 0 for never. Nothing here says who anybody is.
    """

    needs: OpenNeeds
    supply: Supply
    refused: Ints
    seed: str
    promotion_days: int
    balanced: bool = False  # inside a class, districts as evenly as possible


def read(seed: str, least_urgent: int = LAST_CLASS, balanced: bool = False) -> Inputs:
    """All that a run over the needs of class ``least_urgent`` or earlier needs to know, as the records are now."""
    languages, days = Languages(), int(settings.CONFIGURED["promotion_days"])
    needs = open_needs(languages, least_urgent, days)
    offers = supply(languages, needs.service_type.tolist())
    return Inputs(needs, offers, refused(needs, offers), seed, days, balanced)


def fingerprint(inputs: Inputs) -> str:
    """SHA-256 (hex) of all arrays, each after its name, type and shape, by name, little-endian; then the seed."""
    hashed = hashlib.sha256()
    for name, values in sorted(_arrays(inputs).items()):
        plain = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        hashed.update(f"{name} {plain.dtype.str} {plain.shape}\n".encode())
        hashed.update(plain.tobytes())
    hashed.update(inputs.seed.encode())
    return hashed.hexdigest()


def pack(inputs: Inputs) -> bytes:
    """The inputs as one compressed NumPy file (npz)."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, seed=np.array(inputs.seed), **_arrays(inputs))
    return file.getvalue()


def unpack(packed: bytes) -> Inputs:
    """The inputs that :func:`pack` wrote. Raises ``ValueError`` when it is no such file."""
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as file:
            arrays = _completed(dict(file))
        return Inputs(
            needs=OpenNeeds(**_columns(OpenNeeds, arrays, "needs")),
            supply=Supply(**_columns(Supply, arrays, "supply")),
            refused=arrays["refused"],
            seed=str(arrays["seed"]),
            promotion_days=int(arrays["promotion_days"]),
            balanced=bool(arrays["balanced"]),
        )
    except (KeyError, ValueError, OSError, EOFError, BadZipFile) as error:
        raise ValueError(f"the kept inputs cannot be read: {error}") from error


def _completed(arrays: Arrays) -> Arrays:
    """With what runs did not read before they knew of later days, of balancing and of areas served."""
    nothing = np.zeros_like(arrays["supply.free"])
    areas = {"supply.area": nothing, "supply.areas": np.empty((0, 3), dtype=np.int64)}
    return {"supply.day": nothing, "balanced": np.array(0), **areas, **arrays}


def _arrays(inputs: Inputs) -> Arrays:
    """Every column by its name; ids as 16 bytes each, agreements and areas as sorted rows."""
    arrays: Arrays = {
        "refused": inputs.refused,
        "promotion_days": np.array(inputs.promotion_days),
        "balanced": np.array(int(inputs.balanced)),
    }
    for part, table in (("needs", inputs.needs), ("supply", inputs.supply)):
        for field in fields(table):
            arrays[f"{part}.{field.name}"] = _array(field.name, getattr(table, field.name))
    return arrays


def _array(name: str, values: Any) -> npt.NDArray[Any]:
    if name == "ids":
        return np.frombuffer(b"".join(one.bytes for one in values), dtype=np.uint8).reshape(-1, 16)
    if name in _ROWS:
        return np.array(sorted(values), dtype=np.int64).reshape(-1, _ROWS[name])
    return np.asarray(values)


def _columns(table: type, arrays: Arrays, part: str) -> dict[str, Any]:
    columns: dict[str, Any] = {field.name: arrays[f"{part}.{field.name}"] for field in fields(table)}
    columns["ids"] = [UUID(bytes=row.tobytes()) for row in columns["ids"]]
    for name in _ROWS.keys() & columns.keys():
        columns[name] = frozenset(tuple(row) for row in columns[name].tolist())
    return columns
