"""A draw that anybody can run again: who takes part is sealed first, a public number decides later.

1. Before the draw: publish :func:`commitment`. It seals who takes part and under which rules, and shows nobody.
   Name the public number that will decide, one that nobody knows yet: for instance the first pulse of drand or
   of the NIST beacon after Friday noon.
2. When the pulse is out it is the seed: ``keys = draw(ids, seed)``, ``order = order(keys)``. Each person has one
   number a round, the same at every offer, so that nobody gains by applying in more places. A second round with
   the same pulse puts its name into the seed, such as ``"<pulse>/round 2"``.
3. Afterwards anybody can check. One person's number: ``printf '%s:%s' SEED ID | sha256sum``, the first 16 digits.
   The whole draw: run the two lines of step 2. That one took part: :func:`is_included`, with a proof of some
   20 hashes and without the list of the others. The seal, from the list of ids, is this and no more::

       from hashlib import sha256
       def root(leaves):
           if len(leaves) == 1:
               return sha256(b"\\0" + leaves[0]).digest()
           half = 1 << (len(leaves) - 1).bit_length() - 1
           return sha256(b"\\1" + root(leaves[:half]) + root(leaves[half:])).digest()
       ids = sorted(i.encode() for i in ids)
       tree = root(ids).hex() if ids else ""
       print(sha256(f"lacarte lottery 1\\n{rules_version}\\n{len(ids)}\\n{tree}".encode()).hexdigest())

Ids must be pseudonyms that say nothing and that whoever draws cannot choose freely once the seed is known: the
seal before the pulse sees to the second. Sources: RFC 9162 (Merkle trees), NIST IR 8213 (randomness beacons).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Proof", "commitment", "draw", "is_included", "order", "proof"]

_LEAF, _NODE = b"\0", b"\1"


@dataclass(frozen=True)
class Proof:
    """One id is the ``place``-th of ``count``: the ``neighbours`` met on the way from its leaf to the root."""

    place: int
    count: int
    neighbours: tuple[bytes, ...]


def commitment(ids: Iterable[str], rules_version: str) -> str:
    """Seal who takes part and the version of the rules; 64 hex digits, whatever the order of ``ids``.

    Raises ``ValueError`` for an id that is empty or comes twice, or for rules of more than one line.
    """
    leaves = _sorted(ids)
    tree = _levels(leaves)[-1][0].hex() if leaves else ""
    return _seal(rules_version, len(leaves), tree)


def proof(ids: Iterable[str], person: str) -> Proof:
    """Prove that ``person`` is among ``ids`` without showing them. Raises ``ValueError`` when they are not."""
    leaves = _sorted(ids)
    try:
        place = leaves.index(person.encode())
    except ValueError:
        raise ValueError(f"{person!r} does not take part") from None
    neighbours, at = [], place
    for level in _levels(leaves)[:-1]:
        if at ^ 1 < len(level):
            neighbours.append(level[at ^ 1])
        at >>= 1
    return Proof(place, len(leaves), tuple(neighbours))


def is_included(seal: str, rules_version: str, person: str, shown: Proof) -> bool:
    """Does ``shown`` prove that ``person`` is among those under ``seal``?"""
    if not 0 <= shown.place < shown.count:
        return False
    node, at, last, left = _leaf(person.encode()), shown.place, shown.count - 1, list(shown.neighbours)
    while last > 0:
        if at ^ 1 <= last:  # the last node of an odd level has no neighbour and goes up as it is
            if not left:
                return False
            node = _node(left.pop(0), node) if at & 1 else _node(node, left.pop(0))
        at, last = at >> 1, last >> 1
    return not left and _seal(rules_version, shown.count, node.hex()) == seal


def draw(ids: Iterable[str], seed: str) -> npt.NDArray[np.uint64]:
    """``uint64[n]``: each person's number, the first 8 bytes of SHA-256 over ``seed:id``; the lowest goes first.

    Raises ``ValueError`` for an empty seed or an empty id. Ids that come twice get the same number.
    """
    if not seed:
        raise ValueError("seed is empty")
    start = f"{seed}:".encode()
    names = [name.encode() for name in ids]
    if b"" in names:
        raise ValueError(f"ids[{names.index(b'')}] is empty")
    digests = b"".join([sha256(start + name).digest() for name in names])
    return np.frombuffer(digests, dtype=">u8")[::4].astype(np.uint64)


def order(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """``int32[n]``: 0 for the lowest key, then 1, …: what ``Problem.order`` and ``Choices.order`` take.

    Two equal keys (one chance in 37 million for a million people) keep the order in which they are given: draw
    with sorted ids, and that too can be run again.
    """
    ranks = np.empty(len(keys), dtype=np.int32)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys), dtype=np.int32)
    return ranks


def _sorted(ids: Iterable[str]) -> list[bytes]:
    """The ids as bytes, in byte order: the same in every language and locale."""
    leaves = sorted(name.encode() for name in ids)
    if leaves and not leaves[0]:
        raise ValueError("ids holds an empty id")
    twice = next((a for a, b in pairwise(leaves) if a == b), None)
    if twice is not None:
        raise ValueError(f"ids holds {twice.decode()!r} twice")
    return leaves


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The Merkle tree from the leaves up. A node without a neighbour goes up as it is, as in RFC 9162."""
    levels = [[_leaf(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(a, b) for a, b in zip(below[::2], below[1::2], strict=False)]
        levels.append(above + below[len(above) * 2 :])
    return levels


def _leaf(data: bytes) -> bytes:
    return sha256(_LEAF + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


def _seal(rules_version: str, count: int, tree: str) -> str:
    if "\n" in rules_version:
        raise ValueError("rules_version has more than one line")
    return sha256(f"lacarte lottery 1\n{rules_version}\n{count}\n{tree}".encode()).hexdigest()
