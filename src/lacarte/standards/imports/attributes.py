"""Follow-up questions of service types from a TOML file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from lacarte.registers.menu.attributes import AttributeWrongError, read_question, set_questions
from lacarte.registers.menu.models import ServiceType
from lacarte.standards.imports.report import ImportFaultError, Report


def import_attributes(path: Path) -> Report:
    """Set the questions of each service type that ``path`` names; of a type with a wrong one nothing is changed.

    The file has a table for each service type: ``[[pothole]]`` with the fields of
    :func:`lacarte.registers.menu.attributes.read_question`.
    Raises :class:`ImportFaultError` when it is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
        written = tomllib.loads(text)
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImportFaultError(f"{path} is no TOML: {error}") from error
    report = Report()
    for code, rows in written.items():
        if not isinstance(rows, list):
            raise ImportFaultError(f"{path}: “{code}” is no list of questions; write [[{code}]] above each")
        _set(code, rows, _lines(text, code, len(rows)), report)
    return report


def _lines(text: str, code: str, n: int) -> list[int]:
    """The lines on which the ``n`` questions of ``code`` begin; 1 for all where they are not in tables."""
    heading = re.compile(rf"""\s*\[\[\s*["']?{re.escape(code)}["']?\s*\]\]""")
    found = [number for number, line in enumerate(text.splitlines(), start=1) if heading.match(line)]
    return found if len(found) == n else [1] * n


def _set(code: str, rows: list[Any], lines: list[int], report: Report) -> None:
    first = lines[0] if lines else 1
    service_type = ServiceType.objects.filter(code=code, orderable=True).first()
    if service_type is None:
        report.reject(first, code, "is no service type of this installation")
        return
    questions, wrong = [], len(report.rejected)
    for number, row in zip(lines, rows, strict=True):
        try:
            questions.append(read_question(row))
        except AttributeWrongError as error:
            report.reject(number, f"{code}, {error.args[0]}", error.args[1])
    if len(report.rejected) > wrong:
        report.notes.append(f"The questions of “{code}” stay as they were.")
        return
    try:
        set_questions(service_type, questions)
    except AttributeWrongError as error:
        report.reject(first, f"{code}, {error.args[0]}", error.args[1])
        return
    report.loaded += len(questions)
