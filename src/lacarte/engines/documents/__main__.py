"""A PDF from standard input, drawn anew, to standard output; or what is wrong with it, and exit code 3."""

from __future__ import annotations

import resource
import sys

from lacarte.engines.documents.drawing import PdfRefusedError, redraw

REFUSED = 3
MEMORY = 1_500_000_000  # bytes of addresses
SECONDS = 30


def main() -> int:
    """Draw it within limits: so much memory, so much time, no file, no further process."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    try:
        drawn = redraw(sys.stdin.buffer.read())
    except PdfRefusedError as error:
        sys.stdout.write(error.fault.value)
        return REFUSED
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
