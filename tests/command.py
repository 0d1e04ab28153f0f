"""The command, as somebody types it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def lacarte(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it with a home of its own and nothing of ours in its environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LACARTE_")}
    command = [sys.executable, "-c", "from lacarte.cli import main; main()", "--home", str(home), *arguments]
    return subprocess.run(
        command, env=clean | environment, capture_output=True, text=True, check=False, timeout=120
    )
