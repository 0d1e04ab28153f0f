"""Matching without a database: two files in, a folder of answers with their proof out.

A city that wants only the engine uses this floor and those below it; nothing here knows Django.
"""

from lacarte.standalone.faults import FaultError, Reject
from lacarte.standalone.inputs import Inputs, read
from lacarte.standalone.run import Matched, match
from lacarte.standalone.verifying import verify
from lacarte.standalone.writing import refuse_overwriting, save

__all__ = ["FaultError", "Inputs", "Matched", "Reject", "match", "read", "refuse_overwriting", "save", "verify"]
