"""Which words of a text spoke for a label, as a person would mark them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from lacarte.engines.text.features import Vocabulary, emphasis
from lacarte.engines.text.grams import Grams
from lacarte.engines.text.sparse import Matrix

__all__ = ["KnownPieces", "words_that_spoke"]

_MOST = 3
#: A sign belongs to what spoke when it says this share of what the strongest says.
_ENOUGH = 0.2
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
#: One sign of a script without spaces, or a whole word of another.
_UNITS = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:[-'’][^\W_{_UNSPACED}]+)*")


@dataclass(frozen=True, eq=False)
class KnownPieces:
    """The pieces of one text that a vocabulary knows; what is made once for all labels that are asked about."""

    text: str
    column: npt.NDArray[np.int64]
    offset: npt.NDArray[np.int64]
    length: npt.NDArray[np.int32]
    share: npt.NDArray[np.float64]  # of its column's value in the text's row

    @classmethod
    def of(cls, text: str, vocabulary: Vocabulary, pieces: Grams, column: npt.NDArray[np.int64]) -> KnownPieces:
        """Those of ``text``, all of whose ``pieces`` are given, with their columns."""
        known = np.flatnonzero(column >= 0)
        column, counted = column[known], emphasis(pieces)[known]
        _, where = np.unique(column, return_inverse=True)
        total = np.bincount(where, counted)[where] if len(where) else counted
        share = vocabulary.weight[column] * counted / np.sqrt(np.maximum(total, 1e-12))
        return cls(normalize("NFC", text), column, pieces.offset[known], pieces.length[known], share)


def words_that_spoke(pieces: KnownPieces, table: Matrix, label: int) -> tuple[str, ...]:
    """Up to three words or phrases that spoke most for ``label``, strongest first.

    What each known piece says for the label, beyond what it says for labels on average, is shared out among its
    signs; neighbours that both speak are one phrase.
    """
    text, said = pieces.text, _said(pieces, table, label)
    units = [(match.start(), match.end()) for match in _UNITS.finditer(text)]
    if not units:
        return ()
    running = np.concatenate([[0.0], np.cumsum(said)])
    strength = np.array([running[end] - running[start] for start, end in units])
    if (best := float(strength.max())) <= 0:
        return ()
    phrases: list[tuple[float, int, int]] = []
    for (start, end), says in zip(units, strength.tolist(), strict=True):
        if says < _ENOUGH * best:
            continue
        if phrases and start - phrases[-1][2] <= (0 if _is_sign(text, start) else 1):
            says, start = says + phrases[-1][0], phrases.pop()[1]
        phrases.append((says, start, end))
    strongest = sorted(phrases, key=lambda phrase: (-phrase[0], phrase[1]))
    return _telling([text[start:end] for _, start, end in strongest])


def _telling(phrases: list[str]) -> tuple[str, ...]:
    """The first few that say something of their own; single signs only where there is nothing longer."""
    long = [phrase for phrase in phrases if len(phrase) > 1]
    told: list[str] = []
    for phrase in long or phrases:
        if len(told) < _MOST and not any(phrase in other for other in told):
            told.append(phrase)
    return tuple(told)


def _is_sign(text: str, at: int) -> bool:
    return re.match(f"[{_UNSPACED}]", text[at]) is not None


def _said(pieces: KnownPieces, table: Matrix, label: int) -> npt.NDArray[np.float64]:
    """What each sign of the text says for the label."""
    asked = table[pieces.column]
    each = (asked[:, label] - asked.mean(axis=1)) * pieces.share / pieces.length
    change = np.zeros(len(pieces.text) + 3)
    np.add.at(change, pieces.offset + 1, each)
    np.add.at(change, pieces.offset + 1 + pieces.length, -each)
    return np.cumsum(change)[1 : len(pieces.text) + 1]
