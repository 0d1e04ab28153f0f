"""Teaching: a new model from examples, and whether it takes the place of the one in use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from lacarte import __version__
from lacarte.engines.text import (
    Classifier,
    Quality,
    chance_better,
    fit,
    macro_f1_of,
    measure,
    share_of,
    text_key,
)
from lacarte.kernel import clock
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.events import NeedClassified
from lacarte.loop.needs.understanding import model_files
from lacarte.loop.needs.understanding.examples import (
    Example,
    ExamplesError,
    chosen_by_people,
    examples_of_needs,
    fingerprint,
)
from lacarte.loop.needs.understanding.menu_words import menu_examples, taught_by_menu
from lacarte.registers.menu.queries import orderable_codes

__all__ = ["Outcome", "corrections_since", "train", "train_if_due"]

logger = logging.getLogger(__name__)

#: Of all examples this share is never learnt from, so that a model is asked what it has not seen.
HELD_OUT = 0.2
#: A new model has to be better in this share of redrawn held-out parts, of which so many are drawn.
SURE, DRAWS, SEED = 0.95, 2000, 0
#: Fewer texts than this compare nothing.
LEAST_COMPARED = 20
#: Hour of the city's day in which a new model is tried: after the run of the night has been computed.
NIGHT_HOUR = 4


@dataclass(frozen=True)
class Outcome:
    """What training came to. ``quality`` is the new model's, ``before`` that of the one in use on the same texts.

    ``chance`` is the share of redrawn held-out parts in which the new one is better; ``why`` says it in words.
    """

    kept: bool
    why: str
    model: str
    learnt: int
    held_out: int
    compared: int
    quality: Quality
    before: float | None  # macro-F1
    after: float | None  # macro-F1 of the new one on the texts that are compared
    chance: float | None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values."""
        return asdict(self)


def train(
    examples: Sequence[Example],
    *,
    test: Sequence[Example] = (),
    source: str,
    say: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Fit a model to ``examples`` and keep it if it is better than the one in use.

    ``test`` is the held-out part; without it a fifth of the examples is, always the same texts however many come
    to them. Where labels are codes of the menu, the menu's words teach beside the examples. Raises
    :class:`~.examples.ExamplesError` where there is too little to learn from, and ``ModelFileError`` where the
    model cannot be written.
    """
    learn, held, notes = _parted(examples, test)
    codes = _menu()
    named = not {one.label for one in learn}.isdisjoint(codes)
    say(f"learning from {len(learn):,} texts")
    model = fit(
        [(one.text, one.label) for one in learn],
        always=menu_examples(codes) if named else (),
        target=settings.CONFIGURED["type_precision"] / 100,
    )
    say(f"trying it on {len(held):,} others")
    chances = model.probabilities([one.text for one in held])
    truth, spoken = [one.label for one in held], [one.language for one in held]
    seen = np.array(sorted({text_key(one.text) for one in learn}), dtype=np.uint64)
    stored = model_files.Stored(model, model_files.fingerprint_of(model), seen)
    verdict = _verdict(stored, held, [model.labels[k] for k in chances.argmax(axis=1)], codes)
    outcome = Outcome(
        **vars(verdict),
        model=stored.fingerprint,
        learnt=len(learn),
        held_out=len(held),
        quality=measure(model.labels, truth, chances, model.threshold, spoken),
        notes=notes + _unlearnt(model, truth) + _strange(model, codes),
    )
    _keep(stored, outcome, source, fingerprint(learn))
    return outcome


@every(timedelta(hours=1), "needs.train")
def train_in_the_night() -> None:
    """Once a night, when its hour has come."""
    if timezone.localtime(clock.now()).hour != NIGHT_HOUR:
        return
    try:
        outcome = train_if_due()
    except (ExamplesError, model_files.ModelFileError) as error:
        logger.warning("no new model was made: %s", error)
        return
    if outcome is not None:
        logger.info("a new model was tried. %s", outcome.why)


def train_if_due() -> Outcome | None:
    """Train from the needs if people chose enough types since the last time; ``None`` if they have not."""
    enough = settings.CONFIGURED["retrain_needs"]
    try:
        told = model_files.note().get("tried_at")
        since = datetime.fromisoformat(told) if told else None
    except (model_files.ModelFileError, ValueError, TypeError):
        since = None
    if not enough or corrections_since(since) < enough:
        return None
    return train(examples_of_needs(), source="needs")


def corrections_since(since: datetime | None) -> int:
    """How many needs got their type from a person since then: when they came in, or by a correction."""
    chosen = chosen_by_people()
    if since is None:
        return chosen.count()
    corrected = Event.objects.filter(name=NeedClassified.name, at__gt=since).values("stream")
    return chosen.filter(received_at__gt=since).count() + (
        chosen.filter(received_at__lte=since, pk__in=corrected).count()
    )


def _parted(
    examples: Sequence[Example], test: Sequence[Example]
) -> tuple[list[Example], list[Example], tuple[str, ...]]:
    """What is learnt from, what is held out, and what there is to say of it."""
    if test:
        held_keys = {text_key(one.text) for one in test}
        learn, held = [one for one in examples if text_key(one.text) not in held_keys], list(test)
        both = len(examples) - len(learn)
        notes = (f"{both} texts are in both files and were not learnt from.",) if both else ()
    else:
        learn = [one for one in examples if share_of(one.text, "held out") >= HELD_OUT]
        held, notes = [one for one in examples if share_of(one.text, "held out") < HELD_OUT], ()
    held = list({(text_key(one.text), one.label): one for one in held}.values())
    labels = {one.label for one in learn}
    if len(labels) < 2:
        raise ExamplesError(
            f"there are {len(learn)} texts of {len(labels)} categories to learn from: it takes two categories"
        )
    return learn, held, notes


def _menu() -> tuple[str, ...]:
    """What can be ordered; nothing where the database has not been made, and only files are looked at."""
    try:
        return orderable_codes()
    except DatabaseError:
        return ()


def _unlearnt(model: Classifier, truth: Sequence[str]) -> tuple[str, ...]:
    missing = sorted(set(truth) - set(model.labels))
    if not missing:
        return ()
    named = ", ".join(missing[:10]) + (" …" if len(missing) > 10 else "")
    return (f"Held out, but nowhere learnt from: {named}.",)


def _strange(model: Classifier, codes: tuple[str, ...]) -> tuple[str, ...]:
    """That a model says nothing of this menu, where there is one."""
    if not codes or _names_any(model, codes):
        return ()
    return (
        "None of the categories is the code of a service type: `lacarte understand` shows them, and no need gets "
        "its type by them.",
    )


@dataclass(frozen=True)
class _Verdict:
    """Whether a new model takes over, and why."""

    kept: bool
    why: str
    compared: int = 0
    before: float | None = None
    after: float | None = None
    chance: float | None = None


def _verdict(
    new: model_files.Stored, held: Sequence[Example], said_now: Sequence[str], codes: tuple[str, ...]
) -> _Verdict:
    """Compare with the model in use, or with the menu's words, on held-out texts that neither has learnt from."""
    there = _in_use()
    if there and there.fingerprint == new.fingerprint:
        return _Verdict(False, "Not kept: the examples give the very model that is in use.")
    reads = there is not None and _names_any(there.classifier, codes)
    names = _names_any(new.classifier, codes)
    if there and reads and not names:
        return _Verdict(
            False,
            "Not kept: none of its categories is the code of a service type, and the model in use "
            f"({there.fingerprint[:16]}) reads what people ask for here.",
        )
    if names and not reads:
        there = None  # one of other labels reads nothing here: the menu's words do
    old = there.classifier if there else (menu.classifier if (menu := taught_by_menu(codes)) else None)
    if old is None:
        return _Verdict(True, "Kept: there was no model in use.")
    name = f"the model in use ({there.fingerprint[:16]})" if there else "the menu's own words"
    known = set(there.seen.tolist()) if there else set()
    fresh = [k for k, one in enumerate(held) if text_key(one.text) not in known]
    if len(fresh) < LEAST_COMPARED:
        why = f"Not kept: {len(fresh)} of the held-out texts are new to {name}; to compare takes {LEAST_COMPARED}."
        return _Verdict(False, why, len(fresh))
    truth, now = [held[k].label for k in fresh], [said_now[k] for k in fresh]
    asked = old.probabilities([held[k].text for k in fresh]).argmax(axis=1)
    earlier = [old.labels[k] for k in asked]
    before, after = macro_f1_of(truth, earlier), macro_f1_of(truth, now)
    chance = chance_better(truth, earlier, now, seed=SEED, draws=DRAWS)
    why = (
        f"{'Kept' if chance >= SURE else 'Not kept'}: macro-F1 {after:.3f} against {before:.3f} of {name} on the "
        f"same {len(fresh):,} texts; better in {chance:.1%} of {DRAWS:,} redrawn held-out parts, and {SURE:.0%} "
        "are asked for."
    )
    return _Verdict(chance >= SURE, why, len(fresh), before, after, chance)


def _names_any(model: Classifier, codes: tuple[str, ...]) -> bool:
    """Whether any label of a model is a service type of the menu: then it is what reads the needs here."""
    return not set(codes).isdisjoint(model.labels)


def _in_use() -> model_files.Stored | None:
    """The model in use; one that cannot be read is none, as for who serves."""
    try:
        return model_files.load()
    except model_files.ModelFileError as error:
        logger.warning("%s", error)
        return None


def _keep(stored: model_files.Stored, outcome: Outcome, source: str, data: str) -> None:
    """Write the model down if it is kept, and in any case when it was tried."""
    now = clock.now().isoformat()
    try:
        said = model_files.note()
    except model_files.ModelFileError:
        said = {}
    if not outcome.kept:
        model_files.choose({"model": None, **said, "tried_at": now, "last_try": outcome.why})
        return
    card = {
        "made_at": now, "lacarte": __version__, "source": source, "data": data, "learnt": outcome.learnt,
        "held_out": outcome.held_out, "seed": SEED, "target": settings.CONFIGURED["type_precision"] / 100,
        "quality": asdict(outcome.quality), "why": outcome.why,
    }  # fmt: skip
    model_files.write(model_files.Stored(stored.classifier, stored.fingerprint, stored.seen, card))
    model_files.choose({"model": stored.fingerprint, "tried_at": now, "last_try": outcome.why, **card})
