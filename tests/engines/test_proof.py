"""The digest of a problem and of its match: what its documentation says, and of everything that counts."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace

import numpy as np

from lacarte.engines.matching import solve
from lacarte.engines.matching.proof import fingerprint, proof
from tests.engines.explained import problem, with_places, with_rank, with_row


def test_the_digest_is_what_its_documentation_says() -> None:
    p = problem([[(0, 3)], [(0, 5)]], [1], [0, 4], [0, 2])
    result = solve(p)
    count = struct.Struct("<q").pack
    written = b"lacarte problem 1\0" + count(3) + struct.pack("<3q", 0, 1, 2) + count(2) + struct.pack("<2i", 0, 0)
    written += count(2) + struct.pack("<2i", 3, 5) + count(1) + struct.pack("<i", 1)
    written += count(2) + bytes([0, 4]) + count(2) + struct.pack("<2i", 0, 2)
    assert fingerprint(p) == hashlib.sha256(written).hexdigest()
    match = b"lacarte match 1\0" + fingerprint(p).encode() + count(2) + struct.pack("<2i", 0, -1)
    match += count(1) + struct.pack("<q", int(result.price[0]))
    assert proof(p, result) == hashlib.sha256(match).hexdigest()


def test_the_digest_changes_with_everything_but_places() -> None:
    p = problem([[(0, 3)], [(0, 5)]], [1], [0, 0])
    result = solve(p)
    assert fingerprint(replace(p, offer_place=np.zeros((1, 2)))) == fingerprint(p)
    other = [with_places(p, 0, 1), with_rank(p, 0, 1, 0), with_rank(p, 0, 0, 1), with_row(p, 0, (0, 4))]
    assert len({fingerprint(each) for each in [p, *other]}) == 5
    assert proof(p, replace(result, price=result.price + 1)) != proof(p, result)
