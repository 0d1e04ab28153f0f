"""How much one request may bring: refused before it is read, so that nobody fills the disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

#: What forms and the parts' own heads may add to the files.
_BESIDE_FILES = 1_000_000


def most_bytes() -> int:
    """The largest request with files: as many as a need may have, as large as they may be."""
    told = settings.CONFIGURED
    return int(told["upload_megabytes"]) * 1_000_000 * max(1, int(told["uploads_per_need"])) + _BESIDE_FILES


class Bounded(FileUploadHandler):
    """Stands first in ``FILE_UPLOAD_HANDLERS``; raises ``RequestDataTooBig`` (answered 413) by the length told."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Look at the length before anything is read."""
        if content_length > most_bytes():
            raise RequestDataTooBig(f"at most {most_bytes()} bytes can be sent at once")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave the data to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
