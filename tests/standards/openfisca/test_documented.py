"""The program in the how-to runs as it is written."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "use-openfisca.md"


def test_the_program_of_the_page_runs_and_says_yes() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    printed = StringIO()
    with redirect_stdout(printed):
        exec(program, {})
    assert printed.getvalue().startswith("[<Verdict.YES: 'yes'>] () ()")
    assert "Parenting allowance amount" in printed.getvalue()
