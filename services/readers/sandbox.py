"""Formats that libraries of native code read: in a process of their own, with bounds on memory and time.

A file of 1,464 bytes can make such a library ask for 512 GiB and abort, so none of them is loaded
where it would take a web or job worker with it. The process gets the file as its standard input and
answers with frames, one line of JSON each (see services.readers.child); it is ended as soon as
nobody reads on. What it says is bounded and checked here: a file may have taken it over.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from services import ROOT
from services.errors import Unavailable
from services.readers.base import MAX_RECORD, Unreadable

# A frame holds 500 rows or 256 KB, or one row that is longer.
MAX_FRAME = 6 * MAX_RECORD + 1_000_000
_CHUNK = 1 << 18
# Nothing of ours: no key, no URL. One arena: threads would reserve 64 MiB each.
_ENVIRON = {
    "LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system", "ARROW_IO_THREADS": "1", "OMP_NUM_THREADS": "1",
}  # fmt: skip
_TOO_MUCH = (
    "This file asks for far more {what} than its rows need, so reading it was stopped. "
    "Open it in a spreadsheet program, save its rows as CSV, and upload that."
)
# What the process may say of a file: its code → the message.
PROBLEMS = {
    "damaged": "The file is damaged or not complete. Download or save it again and upload that.",
    "password": "The file is protected by a password. Save it without one and upload that.",
    "archive": "This is an archive of files: unpack it and upload the CSV or XLSX files that are in it.",
    "zip": "The file is packed in a way that no spreadsheet program uses. Save it again as XLSX, or as CSV.",
    "bomb": "The file grows beyond all measure when it is unpacked. Save it again as XLSX, or as CSV.",
    "dtd": "The file holds XML declarations that no spreadsheet program writes. Save it again as XLSX, or as CSV.",
    "ods": "This is an OpenDocument file: save it as XLSX or CSV and upload that.",
    "xlsb": "This is a binary Excel workbook (.xlsb): save it as XLSX or CSV and upload that.",
    "document": "This is a document, not a workbook: save its table as XLSX or CSV and upload that.",
    "no sheet": "The workbook has no such sheet.",
    "no sheets": "The workbook has no sheet with rows.",
    "gap": (
        "The sheet has nothing but blank rows below its header, more than 50,000 of them. "
        "Delete them, save the workbook and upload it again."
    ),
    "tall": "The sheet has more rows than a sheet can have: the file is damaged. Save it again and upload that.",
    "long": "A row of this file is longer than any row can be.",
    "wide": "The file has more than 500 columns; 500 can be read.",
    "memory": _TOO_MUCH.format(what="memory"),
    "time": _TOO_MUCH.format(what="time"),
}


@dataclass(frozen=True)
class Limits:
    """memory_mb: address space; cpu_s: of the process in all; silence_s: without a frame, while one is waited for."""

    memory_mb: int = 1024
    cpu_s: int = 4 * 3600
    silence_s: float = 120


# While a person waits for the page, and as a job.
QUICK = Limits(cpu_s=20, silence_s=20)
THOROUGH = Limits()
# Processes for pages that one web worker may have at a time: each may take the memory that is allowed.
_PLACES = threading.BoundedSemaphore(2)


def frames(file: BinaryIO, request: dict[str, Any], limits: Limits) -> Generator[dict[str, Any], None, None]:
    """What the process says about the file, as it comes. Raises Unreadable, also late; Unavailable when no
    process can be started. Close it when not all was taken: that ends the process."""
    if limits.silence_s >= THOROUGH.silence_s:
        yield from _frames_of(file, request, limits)
        return
    if not _PLACES.acquire(timeout=limits.silence_s):
        raise Unavailable("Other files are being looked at just now. Try again in a minute.")
    try:
        yield from _frames_of(file, request, limits)
    finally:
        _PLACES.release()


def _frames_of(file: BinaryIO, request: dict[str, Any], limits: Limits) -> Generator[dict[str, Any], None, None]:
    with _real_file(file) as real, _process(real, request | {"limits": asdict(limits)}) as process:
        try:
            for frame in _frames(process, limits.silence_s):
                if frame.get("end") is True:
                    return
                if "problem" in frame:
                    raise Unreadable(PROBLEMS.get(str(frame["problem"]), PROBLEMS["damaged"]))
                yield frame
        except TimeoutError as error:
            raise Unreadable(PROBLEMS["time"]) from error
        raise Unreadable(_why_it_died(process))


def _frames(process: subprocess.Popen[bytes], silence_s: float) -> Generator[dict[str, Any], None, None]:
    """Raises TimeoutError, Unreadable."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    pending: list[bytes] = []
    size = 0
    deadline = time.monotonic() + silence_s
    while True:
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
        if not (chunk := os.read(descriptor, _CHUNK)):
            return
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield _decoded(b"".join([*pending, line]))
            pending, size = [], 0
            # The time that the reader took over a frame is not the process's.
            deadline = time.monotonic() + silence_s
        pending.append(rest)
        size += len(rest)
        if size > MAX_FRAME:
            raise Unreadable(PROBLEMS["long"])


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        frame = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(PROBLEMS["damaged"]) from error
    if not isinstance(frame, dict):
        raise Unreadable(PROBLEMS["damaged"])
    return frame


def command(request: dict[str, Any]) -> list[str]:
    return [sys.executable, "-m", "services.readers", json.dumps(request)]


@contextmanager
def _process(file: BinaryIO, request: dict[str, Any]) -> Generator[subprocess.Popen[bytes], None, None]:
    file.seek(0)
    try:
        process = subprocess.Popen(
            command(request), stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=_ENVIRON
        )
    except OSError as error:
        raise Unavailable("The file cannot be read just now: this machine starts no more processes.") from error
    try:
        yield process
    finally:
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        process.wait()


def _why_it_died(process: subprocess.Popen[bytes]) -> str:
    # Signals: over its time, or (as native code ends when it gets no memory) by itself.
    try:
        code = process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        return PROBLEMS["damaged"]
    return PROBLEMS["time"] if code == -signal.SIGXCPU else PROBLEMS["memory"] if code < 0 else PROBLEMS["damaged"]


@contextmanager
def _real_file(file: BinaryIO) -> Generator[BinaryIO, None, None]:
    """The file as one that a process can inherit; what is none (a test's, a bucket's) is copied."""
    try:
        file.fileno()
    except OSError:
        file.seek(0)
        with tempfile.TemporaryFile() as copy:
            while chunk := file.read(_CHUNK):
                copy.write(chunk)
            copy.flush()
            yield copy
    else:
        yield file
