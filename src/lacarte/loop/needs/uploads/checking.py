"""Whether every file has its record and every record its file."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from lacarte.loop.needs.models import Attachment
from lacarte.loop.needs.uploads import files
from lacarte.loop.needs.uploads.attachments import unnamed
from lacarte.loop.needs.uploads.scanners import ScannerDownError
from lacarte.loop.needs.uploads.scanning import Waits, scanner, waits

#: A file without a record is the sweep's, which comes every six hours.
_SWEPT_SECONDS = files.SPARED_SECONDS + 12 * 3600.0


@dataclass
class Books:
    """What there is, and what does not fit."""

    records: int = 0
    bytes: int = 0
    without_file: list[str] = field(default_factory=list)  # records
    cut: list[str] = field(default_factory=list)  # records whose file has another size
    nobodys: list[str] = field(default_factory=list)  # files that the sweep has left

    @property
    def well(self) -> bool:
        """Whether all fits."""
        return not (self.without_file or self.cut or self.nobodys)


def books() -> Books:
    """Compare all records with all files, some of them at once."""
    found = Books()
    kept = Attachment.objects.exclude(state=Attachment.State.REMOVED).values_list("pk", "file", "size")
    for key, name, size in kept.iterator():
        there = files.size_of(name)
        found.records, found.bytes = found.records + 1, found.bytes + (there or 0)
        if there is None:
            found.without_file.append(str(key))
        elif there != size:
            found.cut.append(str(key))
    for names in files.left_alone(_SWEPT_SECONDS):
        found.nobodys += unnamed(names)
    return found


def scanner_fault() -> str:
    """What is wrong with the scanner, in words; empty: nothing, or there is none."""
    looking = scanner()
    try:
        if looking is not None:
            looking.ask()
    except ScannerDownError as error:
        return f"{error}: {in_words(waits())}"
    return ""


def in_words(waiting: Waits) -> str:
    """How much waits for the scanner."""
    if waiting.since is None:
        return "no file waits"
    return f"{waiting.count} files wait, the first since {timezone.localtime(waiting.since):%Y-%m-%d %H:%M}"
