"""Is a folder of a match by choice what follows from the files?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from lacarte.engines.matching.preferences import deferred_acceptance
from lacarte.standalone.by_choice.inputs import read
from lacarte.standalone.by_choice.run import Placed, refuse_claims, refuse_cutoffs
from lacarte.standalone.by_choice.writing import TABLES, summary, write_tables
from lacarte.standalone.faults import FaultError
from lacarte.standalone.folder import compare_all, compare_files, read_assignment, read_summary

__all__ = ["verify"]


def verify(folder: Path, needs: Path, offers: Path, say: Callable[[str], None] = lambda _: None) -> Placed:
    """Check a folder against the files; the match, which then holds.

    That nobody has a better claim is checked on the assignment as it is written, without trusting what placed
    people. That nobody could have a choice they like more without such a claim arising is the property of deferred
    acceptance (Gale and Shapley 1962): it is run again and must give the same. Then all tables, the report and the
    summary are made again and compared byte by byte; all but ``seconds`` and the version of lacarte. Raises
    :class:`FaultError` naming the first thing that does not hold.
    """
    said = read_summary(folder, {}, by_choice=True)
    inputs = read(needs, offers, said["seed"], say)
    compare_files(folder, said, inputs.files)
    assignment = read_assignment(folder, inputs.need_table.ids, inputs.offer_table.ids)
    say("checking that nobody has a better claim")
    refuse_claims(inputs, assignment, str(folder))
    say("placing everybody again")
    placement = deferred_acceptance(inputs.choices)
    refuse_cutoffs(inputs, placement, str(folder))
    other = np.flatnonzero(placement.assignment != assignment)
    if len(other):
        need = inputs.need_table.ids[int(other[0])]
        raise FaultError(
            f"{folder} does not hold: {need} could have a choice they like more without harm to a claim"
        )
    again = Placed(inputs, placement)
    expected = summary(again, said["language"])
    compare_all(folder, said, expected, TABLES, lambda there: write_tables(again, there, said["language"]))
    return again
