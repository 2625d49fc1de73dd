"""P5: files on their way in. Memory of a web worker during a large upload, speed and memory of the readers."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import rustpy_xlsxwriter

from benchmarks.measure import Figure, interleaved, summary
from benchmarks.stage import Stage
from services.imports import import_readers

BOUNDARY = "----benchmark"
ROW = b"Ana Lima,Backend Engineer,Acme,Lisbon,https://www.linkedin.com/in/ana\n"
UPLOAD_BYTES, QUICK_UPLOAD_BYTES = 500_000_000, 50_000_000
MEBIBYTE = 1 << 20


def figures(stage: Stage) -> Iterator[Figure]:
    yield _upload(stage)
    with tempfile.TemporaryDirectory(prefix="sx-bench-") as folder:
        yield _xlsx_speed(Path(folder), 2_000 if stage.quick else 20_000)
        yield from _memory(Path(folder), (1_000, 20_000) if stage.quick else (10_000, 1_000_000))


class Body:
    """A multipart body of any size that is made as it is read."""

    def __init__(self, size: int) -> None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
        self._head, self._tail = head.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()
        self._rows = size // len(ROW)
        self._size = len(self._head) + self._rows * len(ROW) + len(self._tail)
        self._chunks = self._made()

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        return next(self._chunks, b"")

    def _made(self) -> Iterator[bytes]:
        yield self._head
        left = self._rows
        while left:
            now = min(left, 900)
            yield ROW * now
            left -= now
        yield self._tail


def _upload(stage: Stage) -> Figure:
    """Highest proportional set size of any one web worker during an upload, less what it was before."""
    with stage.serve(MAX_UPLOAD_MB="600") as web:
        session = stage.session().at(web)
        workers = [psutil.Process(pid) for pid in web.workers()]
        # Once with a small file, so that what is loaded on first use counts to nobody.
        _send(session, 1_000_000)
        before = {worker.pid: _pss(worker) for worker in workers}
        grown = _highest(lambda: _send(session, QUICK_UPLOAD_BYTES if stage.quick else UPLOAD_BYTES),
                         lambda: max(_pss(worker) - before[worker.pid] for worker in workers))  # fmt: skip
    return Figure("P5-upload", "≤ 16 MiB more in a web worker", grown / MEBIBYTE, "MiB", grown <= 16 * MEBIBYTE, n=1)


def _send(session: Any, size: int) -> None:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    headers = {"X-CSRF-Token": session.csrf, "Origin": session.url, "Content-Type": kind}
    session.http.post(f"{session.url}/uploads", data=Body(size), headers=headers, timeout=600).raise_for_status()


def _pss(process: psutil.Process) -> int:
    return int(process.memory_full_info().pss)


def _highest(work: Callable[[], Any], measure: Callable[[], int]) -> int:
    """The highest of a measure while work is done."""
    found, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            try:
                found[0] = max(found[0], measure())
            except (psutil.Error, ValueError):
                continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return found[0]


def _people(count: int) -> Iterator[dict[str, Any]]:
    for n in range(count):
        yield {
            "Full name": f"Person {n}", "Job title": "Backend Engineer", "Company": f"Company {n % 1000}",
            "Location": "Lisbon", "LinkedIn URL": f"https://www.linkedin.com/in/person-{n}",
            "Email": f"person-{n}@example.com", "Skills": "Python, SQL, Go", "Years of experience": n % 40,
            "Industry": "Software", "Summary": "Builds data platforms. " * 3, "Country": "Portugal",
        }  # fmt: skip


def _read(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in import_readers.rows(file, import_readers.examine(file)))


def _read_by_openpyxl(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    count = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return count


def _xlsx_speed(folder: Path, count: int) -> Figure:
    path = folder / "people.xlsx"
    rustpy_xlsxwriter.write_worksheet(_people(count), str(path))
    found = interleaved({"ours": lambda: _read(path), "openpyxl": lambda: _read_by_openpyxl(path)}, 5)
    arms = {name: summary(values) for name, values in found.items()}
    ratio = arms["openpyxl"]["median"] / arms["ours"]["median"]
    return Figure(
        "P5-xlsx-read", "≥ 5× openpyxl read-only", count / arms["ours"]["median"] * 1000, "rows/s", ratio >= 5,
        baseline=count / arms["openpyxl"]["median"] * 1000, ratio=ratio, arms=arms, n=5,
    )  # fmt: skip


def _memory(folder: Path, sizes: tuple[int, int]) -> Iterator[Figure]:
    """Resident memory of the reading process at its highest, at two sizes."""
    for kind, write in (("xlsx", _write_xlsx), ("parquet", _write_parquet)):
        peaks = []
        for size in sizes:
            path = folder / f"{size}.{kind}"
            write(path, size)
            peaks.append(_highest(lambda path=path: _read(path), _reader_memory))
            path.unlink()
        more = peaks[1] - peaks[0]
        yield Figure(
            f"P5-reader-memory-{kind}", "≤ 16 MiB more for a million rows", more / MEBIBYTE, "MiB",
            more <= 16 * MEBIBYTE, baseline=peaks[0] / MEBIBYTE, n=1, note=f"{sizes[0]:,} → {sizes[1]:,} rows",
        )  # fmt: skip


def _reader_memory() -> int:
    readers = [child for child in psutil.Process().children() if "services.readers" in child.cmdline()]
    return sum(int(child.memory_info().rss) for child in readers)


def _write_xlsx(path: Path, count: int) -> None:
    rustpy_xlsxwriter.write_worksheet(_people(count), str(path))


def _write_parquet(path: Path, count: int) -> None:
    batch: list[dict[str, Any]] = []
    writer = None
    for person in _people(count):
        batch.append(person)
        if len(batch) == 50_000:
            writer = _append(writer, path, batch)
            batch = []
    writer = _append(writer, path, batch) if batch else writer
    if writer:
        writer.close()


def _append(writer: Any, path: Path, batch: list[dict[str, Any]]) -> Any:
    table = pa.Table.from_pylist(batch)
    writer = writer or pq.ParquetWriter(path, table.schema)
    writer.write_table(table)
    return writer
