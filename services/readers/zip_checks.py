"""What a workbook must be as a ZIP file before its XML is read. Loaded in the child process only."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import BinaryIO

from services.readers.child import Problem

MAX_ENTRIES = 10_000
# Unpacked, in bytes: of one entry and of all.
MAX_ENTRY, MAX_TOTAL = 16 << 30, 24 << 30
# XML of many equal rows packs to a hundredth; what packs better than this holds no rows.
MAX_RATIO = 250
_RATIO_FROM = 16 << 20
_PROLOGUE = 64 * 1024
_XML = (".xml", ".rels", ".vml")
# What a prologue may hold before the root element: the declaration, comments, processing instructions.
_BEFORE_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


def check(file: BinaryIO) -> None:
    """Raises child.Problem."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            _check_kind({entry.filename for entry in entries}, archive)
            for entry in entries:
                if entry.filename.lower().endswith(_XML):
                    _check_prologue(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as error:
        raise Problem("damaged") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Problem("zip")
    names = [entry.filename.lower().replace("\\", "/") for entry in entries]
    # Of two entries of one name, one reader takes the first and another the last.
    if len(set(names)) != len(names):
        raise Problem("zip")
    total = 0
    for entry, name in zip(entries, names, strict=True):
        if entry.flag_bits & 0x1:
            raise Problem("password")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Problem("zip")
        if name.startswith("/") or ".." in name.split("/"):
            raise Problem("zip")
        total += entry.file_size
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > MAX_ENTRY or (entry.file_size > _RATIO_FROM and ratio > MAX_RATIO):
            raise Problem("bomb")
    if total > MAX_TOTAL:
        raise Problem("bomb")


def _check_kind(names: set[str], archive: zipfile.ZipFile) -> None:
    if "mimetype" in names:
        with archive.open("mimetype") as entry:
            kind = entry.read(200)
        raise Problem("ods" if b"spreadsheet" in kind else "document")
    if "[Content_Types].xml" not in names:
        raise Problem("archive")
    if any(name.startswith(("word/", "ppt/", "visio/")) for name in names):
        raise Problem("document")
    if "xl/workbook.bin" in names:
        raise Problem("xlsb")
    if not any(name.startswith("xl/") for name in names):
        raise Problem("archive")


def _check_prologue(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No document type: no entities, neither outside nor growing ones."""
    with archive.open(entry) as xml:
        start = xml.read(_PROLOGUE)
    if not start.strip():
        return
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:200]:
        # UTF-16: no spreadsheet program writes it, and a declaration could hide in it.
        raise Problem("dtd")
    found = _BEFORE_ROOT.match(start)
    rest = start[found.end() :] if found else start
    if rest[:2] == b"<!":
        raise Problem("dtd")
    if not re.match(rb"<[A-Za-z_]", rest):
        raise Problem("damaged")
