"""Which tests go to the same process when several share them (``pytest -n``)."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


def share(nodeid: str) -> str:
    """What the test shares with others: its file, or more.

    The browser looks at one demo city, which takes long to build. Those that kill processes or crowd a database
    need the machine for themselves, and must at least not meet each other.
    """
    file = nodeid.partition("::")[0]
    if file.startswith("tests/browser/"):
        return "browser"
    return "crash" if "/crash/" in file else file


class ByShare(LoadScopeScheduling):
    """What shares something is run by one process, in the order in which it was collected."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)
