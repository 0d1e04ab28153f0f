"""Sentences that say themselves what is personal in them: ``{kind:words}``.

``python -m tests.engines.personal_sample`` prints how well they are read, by file and kind. The files were
written in turn: ``seen`` before the rules were finished, ``unseen`` after, ``fresh`` when what ``unseen`` showed
was mended.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lacarte.engines.text.personal import Span, find

FOLDER = Path(__file__).parents[1] / "data" / "personal"
_MARK = re.compile(r"\{([a-z-]+):([^}]+)\}")


def sentences(name: str) -> Iterator[tuple[str, list[Span]]]:
    """Each sentence of a file without its marks, and the spans that they stood around."""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        text, spans, at = "", [], 0
        for mark in _MARK.finditer(line):
            text += line[at : mark.start()]
            spans.append((len(text), len(text) + len(mark[2]), mark[1]))
            text, at = text + mark[2], mark.end()
        yield text + line[at:], spans


@dataclass
class Quality:
    """How many marks were found (whole, of any kind), and how many finds overlap no mark, by kind."""

    marked: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    sentences: int = 0

    @classmethod
    def of(cls, *names: str) -> Quality:
        """Over the sentences of some files."""
        quality = cls()
        for name in names:
            for text, spans in sentences(name):
                quality.add(text, spans)
        return quality

    def add(self, text: str, spans: list[Span]) -> None:
        """Count one sentence. A name may be marked with its form of address or without."""
        found = find(text)
        self.sentences += 1
        for start, end, kind in spans:
            inside = [one for one in found if one[0] < end and start < one[1]]
            hidden = sum(min(end, last) - max(start, first) for first, last, _ in inside)
            whole = hidden == end - start or (kind == "name" and hidden >= 0.6 * (end - start))
            self.marked[kind] += 1
            self.hit[kind] += whole
            if not whole:
                self.wrong.append(f"missed {kind} “{text[start:end]}” in “{text}”")
        for start, end, kind in found:
            right = any(first < end and start < last for first, last, _ in spans)
            self.found[kind] += 1
            self.right[kind] += right
            if not right:
                self.wrong.append(f"took “{text[start:end]}” for {kind} in “{text}”")

    def recall(self, kind: str | None = None) -> float:
        """Share of the marks that were found."""
        return _share(self.hit, self.marked, kind)

    def precision(self, kind: str | None = None) -> float:
        """Share of what was found that was marked."""
        return _share(self.right, self.found, kind)

    def table(self) -> str:
        """A line a kind."""
        rows = [f"{'kind':<16}{'marked':>7}{'recall':>8}{'found':>7}{'precision':>11}"]
        for kind in [*sorted({*self.marked, *self.found}), None]:
            marked = self.marked.total() if kind is None else self.marked[kind]
            found = self.found.total() if kind is None else self.found[kind]
            rows.append(
                f"{kind or 'all':<16}{marked:>7}{self.recall(kind):>8.3f}{found:>7}{self.precision(kind):>11.3f}"
            )
        return "\n".join(rows)


def _share(part: Counter[str], whole: Counter[str], kind: str | None) -> float:
    some, every = (part.total(), whole.total()) if kind is None else (part[kind], whole[kind])
    return some / every if every else 1.0


if __name__ == "__main__":
    for language in ("en", "zh"):
        for name in ("seen", "unseen", "fresh"):
            quality = Quality.of(f"{name}_{language}")
            print(f"{name}_{language}: {quality.sentences} sentences\n{quality.table()}\n")
