"""Times as another system wrote them by its own clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

#: The name of every form of ISO 8601, which needs no pattern.
ISO = "iso"
SKIPPED = "times that the clocks of %s skipped, read as an hour later"
TWICE = "times that the clocks of %s showed twice, read as the earlier"


class LocalTimes:
    """Reads times of one zone in any of several forms (``strptime`` patterns, or :data:`ISO`)."""

    def __init__(self, zone: ZoneInfo, forms: Sequence[str]) -> None:
        self.zone, self._forms = zone, list(forms)
        self._skipped, self._twice = SKIPPED % zone.key, TWICE % zone.key

    def read(self, text: str) -> tuple[datetime, str]:
        """The time in UTC, and what is odd about it, if anything. Raises ``ValueError`` for what is no time.

        What names its own offset is taken by its word.
        """
        local = self._parsed(text)
        try:
            if local.tzinfo is not None:
                return local.astimezone(UTC), ""
            first, second = (local.replace(tzinfo=self.zone, fold=fold).utcoffset() for fold in (0, 1))
            at = local.replace(tzinfo=self.zone).astimezone(UTC)
        except OverflowError as error:
            raise ValueError(str(error)) from error
        if first == second or first is None or second is None:
            return at, ""
        # Clocks that go back lessen the offset from UTC, and clocks that go forward add to it.
        return at, self._twice if second < first else self._skipped

    def _parsed(self, text: str) -> datetime:
        for at, form in enumerate(self._forms):
            try:
                found = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)
            except ValueError:
                continue
            if at:  # the next one is likely to have this form too
                self._forms.insert(0, self._forms.pop(at))
            return found
        raise ValueError(text)
