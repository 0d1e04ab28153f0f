"""The text of a small file whose encoding nobody says."""

from __future__ import annotations

import codecs

from django.utils.translation import gettext as _

from lacarte.standards.imports.report import ImportFaultError


def decoded(data: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with its mark, or what Chinese spreadsheets write.

    Raises :class:`ImportFaultError` for anything else.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ImportFaultError(_("This is not a CSV file in UTF-8: it holds bytes that are no text."))
