"""Which encoding the text of a file is in."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from services.readers.base import NO_ENCODING, Unreadable

# What a person may choose: code → what it is called on the page.
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "cp1252": "Western European (Windows-1252)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "euc_kr": "Korean (EUC-KR)",
    "mac_roman": "Mac Roman",
}
NOT_TEXT = "This file is neither text nor a workbook: save it as CSV or XLSX and upload that."
_CHUNK = 1 << 20


def find_encoding(file: BinaryIO, head: bytes) -> str:
    """Reads the file once. head: its first bytes. Raises Unreadable."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if nulls := head.count(0):
        # UTF-16 without its mark: every other byte of western text is 0.
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
            if zeros.count(0) > len(zeros) * 0.4 and nulls <= zeros.count(0) * 1.2:
                return encoding
        raise Unreadable(NOT_TEXT)
    if _decodes(file, "utf-8"):
        return "utf-8-sig"
    if _decodes(file, "cp1252"):
        return "cp1252"
    raise Unreadable(NO_ENCODING)


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
