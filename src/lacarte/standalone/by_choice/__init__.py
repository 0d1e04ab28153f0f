"""Matching by choice without a database: people rank offers, and each offer says who goes first there."""

from lacarte.standalone.by_choice.inputs import Inputs, read
from lacarte.standalone.by_choice.run import Placed, match
from lacarte.standalone.by_choice.verifying import verify
from lacarte.standalone.by_choice.writing import refuse_overwriting, save

__all__ = ["Inputs", "Placed", "match", "read", "refuse_overwriting", "save", "verify"]
