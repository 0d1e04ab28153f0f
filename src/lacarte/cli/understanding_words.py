"""What was learnt and what was understood, as plain text."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from lacarte.engines.text.quality import LabelQuality, Quality
from lacarte.kernel import clock
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.needs.understanding.placing import places_in
from lacarte.loop.needs.understanding.privacy import personal_in
from lacarte.loop.needs.understanding.reading import labels_of
from lacarte.loop.needs.understanding.training import Outcome
from lacarte.loop.needs.urgency.judging import judge
from lacarte.registers.menu.models import PriorityClass, ServiceType

__all__ = ["made_of", "quality_table", "said_of"]

_LABEL = 36
Made = dict[str, Any]


def quality_table(outcome: Outcome) -> str:
    """How good the new model is: by category, by language and in all; and whether it is kept."""
    quality = outcome.quality
    head = _row("category", "texts", "precision", "recall", "F1", "set from", "set", "of these right")
    lines = [
        f"Learnt from {outcome.learnt:,} texts, tried on {outcome.held_out:,} that it has not learnt from.",
        "",
        head,
        *(_row(label, *_figures(one)) for label, one in sorted(quality.labels.items())),
        _row("all", f"{quality.texts:,}", "", "", f"{quality.macro_f1:.3f}", "", *_set(quality)),
        f"F1 of all is the mean of the categories (macro); accuracy {quality.accuracy:.3f}, expected calibration "
        f"error {quality.calibration:.3f}. “Set from”: from this probability on the type is set, below a person "
        "chooses; –: a person always does.",
        "",
        _row("language", "texts", "accuracy", "macro-F1", "cal. err."),
        *(
            _row(tag, f"{one.texts:,}", *(f"{x:.3f}" for x in (one.accuracy, one.macro_f1, one.calibration)))
            for tag, one in quality.languages.items()
        ),
        "",
        *outcome.notes,
        outcome.why,
        f"Model {outcome.model[:16]}.",
    ]
    return "\n".join(lines)


def made_of(text: str) -> Made:
    """What is made of ``text``, as plain values. What only records know is left out where there are none."""
    from lacarte.engines.text import read_language

    language, certainty = read_language(text)
    made: Made = {"text": text, "language": language, "language_certainty": round(certainty, 3)}
    try:
        kinds: dict[str, ServiceType] = {kind.code: kind for kind in ServiceType.objects.all()}
    except DatabaseError:  # nothing was migrated yet
        kinds = {}
    likely, made["model"] = labels_of(text, tuple(sorted(code for code, kind in kinds.items() if kind.orderable)))
    made["types"] = [
        {
            "code": one.label,
            "name": str(kinds.get(one.label, one.label)),
            "probability": round(one.probability, 4),
            "words": list(one.words),
            "set": one.sure,
        }
        for one in likely
    ]
    made["personal"] = [list(span) for span in personal_in(text)]
    if kinds:
        kind = kinds[likely[0].label] if likely and likely[0].sure and likely[0].label in kinds else None
        judged = judge(text, service_type=kind or kinds_root(kinds), month=timezone.localtime(clock.now()).month)
        made["places"] = [
            {"code": one.place.code, "name": str(one.place), "certainty": round(one.certainty, 3)}
            for one in places_in(text)
        ]
        made |= {"urgency": judged.urgency, "rules": list(judged.rules), "advice": str(judged.advice)}
    return made


def kinds_root(kinds: dict[str, ServiceType]) -> ServiceType:
    """The type of what nobody has understood yet."""
    return next(kind for kind in kinds.values() if kind.number == ROOT_NUMBER)


def said_of(made: Made) -> str:
    """The same in a few lines."""
    rows = [("language", f"{made['language']} ({made['language_certainty']:.0%})")]
    for place, one in enumerate(made["types"]):
        words = "  ← " + ", ".join(one["words"]) if one["words"] else ""
        rows.append(("type" if not place else "", f"{one['name']} {one['probability']:.0%}{words}"))
    if not made["types"]:
        rows.append(("type", "nothing of it is known: a person chooses"))
    else:
        rows.append(("", "set by itself" if made["types"][0]["set"] else "a person chooses"))
    if "places" in made:
        places = ", ".join(f"{one['name']} ({one['certainty']:.0%})" for one in made["places"])
        rows.append(("place", places or "none found"))
        rows.append(("urgency", _urgency(made)))
    found = ", ".join(f"{made['text'][start:end]} ({kind})" for start, end, kind in made["personal"])
    rows.append(("personal data", found or "none found"))
    return "\n".join([made["text"], *(f"  {name:<14} {said}" for name, said in rows)])


def _urgency(made: Made) -> str:
    if made["urgency"] is None:
        return "nothing speaks for one"
    said = f"{PriorityClass(made['urgency']).label}"
    if made["rules"]:
        said += f" ({', '.join(made['rules'])})"
    return said + (f": {made['advice']}" if made["advice"] else "")


def _figures(one: LabelQuality) -> list[str]:
    threshold = "–" if one.threshold is None else f"{one.threshold:.2f}"
    return [f"{one.texts:,}", *(f"{x:.2f}" for x in (one.precision, one.recall, one.f1)), threshold, *_set(one)]


def _set(one: LabelQuality | Quality) -> list[str]:
    return [f"{one.set_texts:,}", f"{one.set_right / one.set_texts:.1%}" if one.set_texts else "–"]


def _row(name: str, *cells: str) -> str:
    widths = (8, 11, 10, 10, 10, 8, 16)
    return (_padded(name) + "".join(f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=False))).rstrip()


def _padded(name: str) -> str:
    """``name`` in a column of its own; a Chinese sign is as wide as two letters."""
    shown, width = "", 0
    for sign in name:
        wide = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if width + wide > _LABEL - 1:
            shown, width = shown + "…", width + 1
            break
        shown, width = shown + sign, width + wide
    return shown + " " * (_LABEL - width)
