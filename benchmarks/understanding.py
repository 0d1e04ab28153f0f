"""What a text is about: our classifier against what scikit-learn offers, on real messages in Chinese and English.

Run: ``.venv/bin/python benchmarks/understanding.py [splits]`` (the ``benchmarks`` group must be installed).
Each split is drawn with its number as the seed, a fifth held out, every category in the same share on both
sides, and no text on both. All learn from and are asked about the same texts, on one thread; seconds are of the
processor. The peers see tf-idf of runs of one to three signs (one to five in words for English), as their
documentation advises for text: linear models on all of them, boosted trees on 100 latent dimensions, and static
embeddings, which are vectors of pieces learnt from what stands together in the training texts (truncated SVD of
PPMI), averaged and given to a regression.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is there
sys.path[:0] = [str(Path(__file__).parents[1] / "src")]

import numpy as np  # noqa: E402
from scipy import sparse  # noqa: E402
from sklearn.decomposition import TruncatedSVD  # noqa: E402
from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.metrics import f1_score  # noqa: E402
from sklearn.naive_bayes import ComplementNB  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler, normalize  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

from lacarte.engines.text import fit  # noqa: E402
from lacarte.engines.text.calibration import calibration_error  # noqa: E402

DATA = Path(__file__).parents[2] / "shared" / "data"
#: A category with fewer texts than this is left out: there is nothing to stratify.
LEAST = 10
Labelled = list[tuple[str, str]]


class Ours:
    """The engine as an installation uses it; fitting includes its three folds for probabilities and thresholds."""

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Ours:
        self.model = fit(list(zip(texts, labels, strict=True)))
        return self

    def predict(self, texts: Sequence[str]) -> list[str]:
        self.chances = self.model.probabilities(texts)
        return [self.model.labels[k] for k in self.chances.argmax(axis=1)]


class StaticEmbeddings:
    """Vectors of pieces by truncated SVD of their PPMI in texts, averaged by tf-idf, and a regression on them."""

    def __init__(self, vectors: Callable[[], Any], dimensions: int = 200) -> None:
        self.counts, self.dimensions = vectors(), dimensions

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> StaticEmbeddings:
        there = (self.counts.fit_transform(texts) > 0).astype(np.float32)
        together = (there.T @ there).tocoo()
        often = np.asarray(there.sum(axis=0)).ravel()
        pmi = np.log(together.data * there.shape[0] / (often[together.row] * often[together.col]))
        kept = pmi > 0
        ppmi = sparse.csr_matrix((pmi[kept], (together.row[kept], together.col[kept])), shape=together.shape)
        size = min(self.dimensions, ppmi.shape[0] - 1)
        self.vector = normalize(TruncatedSVD(size, random_state=0).fit_transform(ppmi))
        self.rarity = np.log(there.shape[0] / often)
        self.model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
        self.model.fit(self._of(texts), labels)
        return self

    def predict(self, texts: Sequence[str]) -> Any:
        return self.model.predict(self._of(texts))

    def _of(self, texts: Sequence[str]) -> Any:
        counted = self.counts.transform(texts).astype(np.float64)
        counted.data = 1 + np.log(counted.data)
        return normalize(counted @ sparse.diags(self.rarity) @ self.vector)


def contenders(english: bool) -> dict[str, Callable[[], Any]]:
    """Each by name, made fresh for every split."""
    pieces: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (1, 5)} if english else {
        "analyzer": "char", "ngram_range": (1, 3)
    }  # fmt: skip

    def tfidf() -> TfidfVectorizer:
        return TfidfVectorizer(sublinear_tf=True, min_df=2, dtype=np.float32, **pieces)

    def counts() -> CountVectorizer:
        return CountVectorizer(
            min_df=3, max_features=8000, analyzer=pieces["analyzer"], ngram_range=(1, 2 + english)
        )

    return {
        "ours": Ours,
        "LogisticRegression C=50": lambda: make_pipeline(tfidf(), LogisticRegression(C=50, max_iter=200)),
        "LinearSVC": lambda: make_pipeline(tfidf(), LinearSVC()),
        "LinearSVC balanced": lambda: make_pipeline(tfidf(), LinearSVC(class_weight="balanced")),
        "ComplementNB": lambda: make_pipeline(tfidf(), ComplementNB(alpha=0.1)),
        "boosted trees": lambda: make_pipeline(
            tfidf(),
            TruncatedSVD(100, random_state=0),
            HistGradientBoostingClassifier(max_iter=150, random_state=0),
        ),
        "static embeddings": lambda: StaticEmbeddings(counts),
    }


def chinese() -> Labelled:
    """Messages to a city government and their first-level category."""
    with (DATA / "zh" / "messages_labelled.csv").open(encoding="utf-8-sig", newline="") as file:
        return once((row["text"], row["category"]) for row in csv.DictReader(file))


def english(column: str) -> Labelled:
    """What San Francisco's 311 wrote down of a request, and its category or type."""
    found: list[tuple[str, str]] = []
    for name in ("requests.csv", "requests_10k.csv"):
        with (DATA / "sf" / name).open(encoding="utf-8-sig", errors="replace", newline="") as file:
            found += [(row["Request.Details"].strip(), row[column]) for row in csv.DictReader(file)]
    return once(found)


def once(rows: Any) -> Labelled:
    """Each text once, with its commonest label; rare labels are left out."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for text, label in rows:
        if text and label:
            said[text][label] += 1
    labelled = [(text, counted.most_common(1)[0][0]) for text, counted in said.items()]
    often = Counter(label for _, label in labelled)
    return [(text, label) for text, label in labelled if often[label] >= LEAST]


def split(rows: Labelled, seed: int) -> tuple[Labelled, Labelled]:
    """A fifth of each label's texts is held out."""
    draw, by_label = np.random.default_rng(seed), defaultdict(list)
    for row in sorted(rows):
        by_label[row[1]].append(row)
    learn: Labelled = []
    held: Labelled = []
    for _, mine in sorted(by_label.items()):
        order = draw.permutation(len(mine))
        cut = max(round(len(mine) / 5), 1)
        held += [mine[k] for k in order[:cut]]
        learn += [mine[k] for k in order[cut:]]
    assert not {text for text, _ in learn} & {text for text, _ in held}
    return learn, held


def compare(name: str, rows: Labelled, splits: int, in_english: bool) -> None:
    """Every contender on every split; means, and how ours stands beside them."""
    print(
        f"\n{name}: {len(rows):,} texts, {len({label for _, label in rows})} labels, {splits} splits", flush=True
    )
    results: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    errors: list[float] = []
    for seed in range(splits):
        learn, held = split(rows, seed)
        texts, truth = [text for text, _ in held], [label for _, label in held]
        for who, make in contenders(in_english).items():
            model = make()
            start = time.process_time()
            model.fit([text for text, _ in learn], [label for _, label in learn])
            fitted = time.process_time() - start
            start = time.process_time()
            said = model.predict(texts)
            pace = len(texts) / (time.process_time() - start)
            right = float(np.mean(np.array(said, dtype=object) == np.array(truth, dtype=object)))
            results[who].append((f1_score(truth, said, average="macro"), right, fitted, pace))
            print(f"… split {seed}, {who}: {results[who][-1][0]:.4f}", file=sys.stderr, flush=True)
            if who == "ours":
                hit = np.array(said, dtype=object) == np.array(truth, dtype=object)
                errors.append(calibration_error(model.chances.max(axis=1), hit))
    own = np.mean(results["ours"], axis=0)
    best = max(results, key=lambda who: float(np.mean(results[who], axis=0)[0]))
    head = ("macro-F1", 9), (" (splits)", 23), ("accuracy", 10), ("fit s", 8), ("x ours", 8), ("texts/s", 10)
    print(f"{'':26}" + "".join(f"{word:>{width}}" for word, width in (*head, ("x ours", 8))))
    for who, values in results.items():
        f1, right, fitted, pace = np.mean(values, axis=0)
        each = " ".join(f"{value[0]:.3f}" for value in values[:4])
        print(
            f"{who:26}{f1:9.4f} {each:>22}{right:10.4f}{fitted:8.1f}{fitted / own[2]:8.2f}{pace:10,.0f}"
            f"{pace / own[3]:8.2f}{'  ← best macro-F1' if who == best else ''}",
            flush=True,
        )
    print(f"ours: expected calibration error {np.mean(errors):.3f}")


def main() -> None:
    """All data sets."""
    splits = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    compare("sf/requests*.csv, Request.Details → Category", english("Category"), splits, in_english=True)
    compare("sf/requests*.csv, Request.Details → Request.Type", english("Request.Type"), splits, in_english=True)
    compare("zh/messages_labelled.csv, category", chinese(), splits, in_english=False)


if __name__ == "__main__":
    main()
