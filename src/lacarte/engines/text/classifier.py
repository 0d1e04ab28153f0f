"""Which label a text calls for: a linear model on pieces of texts, with probabilities and the words that spoke."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from lacarte.engines.text.calibration import NEVER, fit_temperature, softmax, thresholds
from lacarte.engines.text.features import Vocabulary, choose_vocabulary
from lacarte.engines.text.grams import grams
from lacarte.engines.text.ridge import fit_ridge
from lacarte.engines.text.sparse import Matrix, Rows
from lacarte.engines.text.word_table import WordTable
from lacarte.engines.text.words import KnownPieces, words_that_spoke

__all__ = ["Classifier", "Suggestion", "fit", "share_of", "text_key"]

#: Of a table of weights: some 64 MB, whatever the number of labels.
_MOST_WEIGHTS = 16_000_000
_MOST_PIECES = 1 << 18
_FOLDS = 3
#: With fewer examples, a piece that one text alone has is worth knowing.
_FEW = 3000
_AT_ONCE = 500
_TOLERANCE = 3e-3


@dataclass(frozen=True)
class Suggestion:
    """A label, how probable it is (0..1), up to three words that spoke most for it, and whether it may be set."""

    label: str
    probability: float
    words: tuple[str, ...]
    sure: bool = False


@dataclass(frozen=True, eq=False)
class Classifier:
    """A fitted model. ``table[f, l]``: how much piece ``f`` speaks for label ``l``.

    From ``threshold[l]`` on a label may be set without a person; :data:`~.calibration.NEVER`: it may not.
    ``others`` is how many labels there are that the model does not know, for which nothing speaks; what they
    take is missing in the sum of the probabilities. What ``words`` says is added to what the table says.
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    table: Matrix
    intercept: Matrix
    temperature: float
    threshold: npt.NDArray[np.float64]
    others: float = 0.0
    words: WordTable | None = None

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Texts × labels; every row sums to 1, less what ``others`` take."""
        parts = [np.empty((0, len(self.labels)))]
        for first in range(0, len(texts), _AT_ONCE):
            some = texts[first : first + _AT_ONCE]
            parts.append(self._chances(self.vocabulary.rows(some), some))
        return np.concatenate(parts)

    def suggest(self, text: str, n: int = 3, among: Container[str] | None = None) -> list[Suggestion]:
        """The ``n`` likeliest labels, best first, of those ``among``; empty when nothing of the text is known."""
        found = grams([text])
        column = self.vocabulary.columns(found.key)
        rows = self.vocabulary.rows_of(found, column, 1)
        if not len(rows.column):
            return []
        chance = self._chances(rows, [text])[0]
        likeliest = np.argsort(-chance, kind="stable").tolist()
        allowed = [at for at in likeliest if among is None or self.labels[at] in among]
        pieces = KnownPieces.of(text, self.vocabulary, found, column)
        return [
            Suggestion(
                self.labels[at],
                float(chance[at]),
                words_that_spoke(pieces, self.table, at),
                bool(at == likeliest[0] and chance[at] >= self.threshold[at]),
            )
            for at in allowed[:n]
        ]

    def _chances(self, rows: Rows, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        scores = rows.times(self.table) + self.intercept
        if self.words is not None:
            scores += self.words.scores(texts)
        if not self.others:
            return softmax(scores, self.temperature)
        nothing = np.full((rows.rows, 1), self.intercept.mean() + self.temperature * np.log(self.others))
        return softmax(np.hstack([scores, nothing]), self.temperature)[:, :-1]


def fit(
    examples: Sequence[tuple[str, str]],
    *,
    always: Sequence[tuple[str, str]] = (),
    target: float = 0.9,
    penalty: float = 0.3,
    least: int | None = None,
    evenness: float = 0.5,
) -> Classifier:
    """Learn from ``(text, label)`` pairs, in any order. Raises ``ValueError`` when there is none.

    ``always`` are examples that no quality is claimed of, such as a menu's own words: they are learnt from, and
    the probabilities and thresholds (see :func:`~.calibration.thresholds`) are found without them. These come of
    models that are fitted on two thirds of the examples and asked about the last, three times. A piece of a text
    is known when ``least`` texts have it: two, but one where there are few examples; rare labels count more,
    with an ``evenness`` of 1 so much that every label counts the same. Nothing is drawn: the same examples give
    the same model.
    """
    examples, always = sorted(set(examples)), sorted(set(always))
    if not examples and not always:
        raise ValueError("there is no example to learn from")
    least = least or (1 if len(examples) < _FEW else 2)
    given = _Given.of([*examples, *always], penalty, least, evenness)
    scores, asked = _asked(given, len(examples))
    heat, threshold = 1.0, np.full(len(given.labels), NEVER)
    if asked.any():
        true = given.label[: len(examples)][asked]
        heat = fit_temperature(scores[asked], true)
        threshold = thresholds(softmax(scores[asked], heat), true, target)
    return Classifier(given.labels, *given.learnt(np.arange(len(given.texts))), heat, threshold)


def text_key(text: str, purpose: str = "") -> int:
    """64 bits that only the text and the ``purpose`` decide, as if they were drawn.

    Texts that are equal but for case, width and white space have the same: they never stand on both sides.
    """
    plain = "".join(normalize("NFKC", text).casefold().split())
    digest = blake2b(f"{purpose}\n{plain}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def share_of(text: str, purpose: str) -> float:
    """:func:`text_key` as a number from 0 up to 1."""
    return text_key(text, purpose) / 2**64


@dataclass(frozen=True, eq=False)
class _Given:
    """What there is to learn from."""

    texts: list[str]
    labels: tuple[str, ...]
    label: npt.NDArray[np.int64]
    penalty: float
    least: int
    evenness: float

    @classmethod
    def of(cls, examples: Sequence[tuple[str, str]], penalty: float, least: int, evenness: float) -> _Given:
        """The examples with their labels numbered."""
        labels = tuple(sorted({label for _, label in examples}))
        number = {label: k for k, label in enumerate(labels)}
        label = np.array([number[label] for _, label in examples], dtype=np.int64)
        return cls([text for text, _ in examples], labels, label, penalty, least, evenness)

    def learnt(self, those: npt.NDArray[np.int64]) -> tuple[Vocabulary, Matrix, Matrix]:
        """What the texts ``those`` teach: the pieces to know, the table of weights and the intercepts."""
        texts, label, labels = [self.texts[k] for k in those], self.label[those], len(self.labels)
        most = min(_MOST_PIECES, _MOST_WEIGHTS // labels)
        vocabulary = choose_vocabulary(texts, label, labels, least=self.least, most=most)
        targets = np.full((len(texts), labels), -1, dtype=np.float32)
        targets[np.arange(len(texts)), label] = 1
        size = np.maximum(np.bincount(label, minlength=labels), 1)
        weight = (size.mean() / size[label]) ** self.evenness
        rows = vocabulary.rows(texts)
        return vocabulary, *fit_ridge(rows, targets, weight, penalty=self.penalty, tolerance=_TOLERANCE)


def _asked(given: _Given, examples: int) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """The scores of the first ``examples`` texts by models that have not learnt from them, and which have any."""
    fold = np.full(len(given.texts), -1)
    fold[:examples] = [int(share_of(text, "fold") * _FOLDS) for text in given.texts[:examples]]
    scores = np.zeros((examples, len(given.labels)), dtype=np.float32)
    asked = np.zeros(examples, dtype=np.bool_)
    for one in range(_FOLDS):
        out, rest = np.flatnonzero(fold == one), np.flatnonzero(fold != one)
        if len(out) and len(rest):
            vocabulary, table, intercept = given.learnt(rest)
            scores[out] = vocabulary.rows([given.texts[k] for k in out]).times(table) + intercept
            asked[out] = True
    return scores, asked
