"""All of the menu is filed while another process writes: SQLite lets nobody write who reads what is old."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrated import migrated

_SCRIPT = """
import sqlite3
from pathlib import Path
import os, django

os.environ["DJANGO_SETTINGS_MODULE"] = "lacarte.site.settings"
django.setup()
from lacarte.registers.menu.models import LifeEvent
from lacarte.registers.menu.searching import filing

LifeEvent.objects.bulk_create(LifeEvent(code=f"e{n}", name={"en": f"Event {n}"}) for n in range(1200))
put, file = filing._put, Path(os.environ["LACARTE_HOME"]) / "lacarte.sqlite3"

def put_beside_another(filed):
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE IF NOT EXISTS elsewhere (n)")
    other.execute("INSERT INTO elsewhere VALUES (1)")
    other.commit()
    other.close()
    return put(filed)

filing._put = put_beside_another
print(filing.refresh().entries)
"""


@pytest.mark.once
def test_all_is_filed_while_another_process_writes(tmp_path: Path) -> None:
    migrated(tmp_path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LACARTE_")}
    environment |= {"LACARTE_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == 1200
