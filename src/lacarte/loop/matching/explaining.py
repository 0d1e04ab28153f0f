"""Why each need was decided as it was: kept with the run, and put into words when somebody reads it."""

from __future__ import annotations

from typing import Any

from lacarte.engines.matching import Result
from lacarte.loop.matching.candidates import Candidates
from lacarte.loop.matching.inputs import Inputs


def explanations(inputs: Inputs, candidates: Candidates, result: Result) -> list[dict[str, Any]]:
    """One for each need, as JSON."""
    return [{} for _ in range(len(inputs.needs))]
