"""The handler of export runs: rows as Postgres writes them, into a file of the kind that was asked for.

A run may be cut short at any line and done again. Each try writes to a new key, which is noted in
the run first; the next try, or a later export once the run has ended, deletes what it left. A file
is known (a row of `exports`) only in the transaction that ends the run as done.

The order is that of the list which the person saw, and each person is as they are when their batch is
read: no transaction is as long as an export, which would keep the database from cleaning up.
"""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sql
from services import db
from services.access.identity import audit
from services.errors import BadInput, Forbidden
from services.exports import export_ahead, export_query, export_targets, export_variants
from services.exports.export_formats import FORMATS, MOST_SHEET_ROWS, check_format, file_name
from services.exports.export_query import Statement
from services.exports.export_variants import RAW_REST, Column, RawKeys, Sheet, Variant
from services.exports.exports import KEEP_DAYS, check_exportable, more_columns, purge
from services.exports.spreadsheet_text import guard
from services.grid.grid_view import View
from services.privacy import contact_rules
from services.runs.jobs import RunCancelled, RunHandle
from services.runtime import Runtime
from services.storage import Storage

# What is held of a file at a time, give or take one row.
BLOCK_BYTES = 2 << 20
# Tells spreadsheet programs that this is UTF-8.
MARK = b"\xef\xbb\xbf"
_Q = sql.queries("exports")


def run_export(rt: Runtime, handle: RunHandle) -> None:
    """The handler of export runs. Memory: the list's packed ids, and one block of rows."""
    purge(rt)
    storage, key = Storage.of(rt.settings), Storage.new_key()
    if left := handle.counts.get("_file"):
        storage.delete(left)
    work = _Export(rt, handle)
    with rt.db.connection() as conn:
        title = check_exportable(conn, handle.actor, str(handle.search_id))["title"]
        handle.save(conn, handle.done, work.total, _file=key)
    with storage.draft(key) as path:
        work.write(path)
    size = storage.size(key)
    name = file_name(title, work.variant.key, datetime.now(UTC).date(), work.format_name)
    try:
        with rt.db.connection() as conn:
            check_exportable(conn, handle.actor, str(handle.search_id))
            handle.must_be_allowed(conn)
            made = db.one(conn, _Q.insert_export, {
                "search_id": handle.search_id, "run_id": handle.run_id, "variant": work.variant.key,
                "format": work.format_name, "file_name": name, "rows": work.rows, "bytes": size, "storage_key": key,
                "days": KEEP_DAYS, **handle.actor.params})  # fmt: skip
            assert made is not None
            audit(conn, handle.actor, "export", str(handle.search_id), run_id=handle.run_id, export=str(made["id"]),
                  variant=work.variant.key, rows=work.rows, format=work.format_name)  # fmt: skip
            handle.finish(work.message(), conn=conn)
    except (RunCancelled, Forbidden):
        # After any other error it is not known whether the transaction was done: the next try decides.
        storage.delete(key)
        raise


@dataclass(frozen=True)
class _Batch:
    """How many people it was about, how many rows they have, how many of them are still in the search, and how many
    are not to be contacted and were left out."""

    asked: int
    rows: int
    found: int
    left_alone: int


class _Export:
    """One run at work: which passes over the people it takes, and what came of them."""

    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        given = handle.params
        self._rt, self._handle, self._search_id = rt, handle, str(handle.search_id)
        self.variant: Variant = export_variants.VARIANTS[given.get("variant", "processed")]
        self.format_name = check_format(given["format"])
        view = View.from_state(handle.search_id, given["view"])
        self._criteria = more_columns(rt, handle.actor, view, ever=True)
        self._columns = export_variants.check_columns(self.variant.key, given["columns"], self._criteria)
        self._people = export_targets.people_of(rt, handle.actor, view, given["version"], given["target"])
        self.rows = self._found = self._left_alone = self._long_columns = 0
        self._left_out = ""
        self._passes = 0
        self._done_before = handle.done
        if FORMATS[self.format_name].workbook and self._one_row_each:
            _check_sheet(self._people.total)
        self.total = self._people.total * (self._passes_of_rows + self._raw)

    @property
    def _raw(self) -> bool:
        return not self.variant.columns

    @property
    def _one_row_each(self) -> bool:
        return self.variant.key == "processed"

    @property
    def _passes_of_rows(self) -> int:
        return max(1, len(self.variant.sheets)) if FORMATS[self.format_name].workbook else 1

    def write(self, path: Path) -> None:
        """The whole file. Raises Forbidden once the person may not export any more, RunCancelled, BadInput."""
        getattr(self, f"_write_{self.format_name}")(path)

    def message(self) -> str:
        """What came of it, for people."""
        people = _counted(self._found, "person", "people")
        said = people if self._one_row_each else f"{_counted(self.rows, 'row', 'rows')} about {people}"
        if self._left_alone:
            said += f". {_counted(self._left_alone, 'person', 'people')} on a do-not-contact list left out"
        if gone := self._people.total - self._found - self._left_alone:
            said += f". {gone:,} of the list had left the search meanwhile"
        if self._long_columns:
            said += ". Texts that are too long for a cell go on in columns named “continued”"
        if self._left_out:
            said += f". {self._left_out} have no column of their own; they stand in “{RAW_REST}”"
        return said

    # -- the kinds of files ---------------------------------------------------------------------

    def _write_csv(self, path: Path) -> None:
        sheet = self._table()
        style = export_query.RAW_GUARDED if self._raw else export_query.GUARDED
        statement = export_query.csv_statement(self.variant.rows, sheet, style)
        with path.open("wb") as file, closing(self._blocks(statement)) as blocks:
            file.write(MARK + _header(sheet.columns))
            file.writelines(blocks)

    def _write_ndjson(self, path: Path) -> None:
        sheet = self._table()
        statement = export_query.json_statement(self.variant.rows, sheet)
        with path.open("wb") as file, closing(self._blocks(statement)) as blocks:
            file.writelines(blocks)

    def _write_parquet(self, path: Path) -> None:
        sheet = self._table()
        statement = export_query.csv_statement(self.variant.rows, sheet, export_query.TABLE)
        with closing(self._blocks(statement)) as blocks:
            _heavy("export_parquet").write(path, sheet.columns, blocks)

    def _write_xlsx(self, path: Path) -> None:
        if self._raw:
            sheets = [Sheet("People", self._raw_columns())]
        else:
            sheets = export_variants.sheets_of(self.variant.key, self._columns, self._criteria)
        workbook = _heavy("export_workbook")
        pages = [workbook.Page(sheet.label, sheet.columns, self._again(sheet)) for sheet in sheets]
        self._long_columns = workbook.write(path, pages)

    def _again(self, sheet: Sheet) -> Any:
        """A function that gives the rows of a sheet, from the first one, as often as it is called."""
        statement = export_query.csv_statement(self.variant.rows, sheet, export_query.WORKBOOK)
        counted: dict[str, int] = {}

        def blocks() -> Iterator[bytes]:
            # A sheet that is written anew counts once.
            self.rows -= counted.get("rows", 0)
            before = self.rows
            yield from self._blocks(statement)
            counted["rows"] = self.rows - before

        return blocks

    # -- rows -----------------------------------------------------------------------------------

    def _table(self) -> Sheet:
        if self._raw:
            return Sheet("", self._raw_columns())
        return export_variants.table_of(self.variant.key, self._columns, self._criteria)

    def _raw_columns(self) -> tuple[Column, ...]:
        """What files brought for these people: a pass of its own, since headers come first in a file."""
        with self._rt.db.connection() as conn:
            keys = RawKeys(row["columns"] for row in db.rows(conn, _Q.fetch_file_columns, self._given([])))
        wanted = {"named": keys.named, "most": keys.most}
        done = self._begin()
        for ids in self._people.batches():
            with self._rt.db.connection() as conn:
                check_exportable(conn, self._handle.actor, self._search_id)
                keys.add(row["key"] for row in db.rows(conn, _Q.fetch_raw_keys, self._given(ids) | wanted))
            done += len(ids)
            self._on(done)
        self._left_out = keys.left_out()
        return keys.columns()

    def _blocks(self, statement: Statement) -> Generator[bytes, None, None]:
        """Lines of all people in blocks of whole lines; `rows` counts them.

        Close it when not all of it was taken: it holds a connection.
        """
        found = left_alone = 0
        done = self._begin()
        batches = (partial(self._batch, statement, ids) for ids in self._people.batches())
        with closing(export_ahead.read(batches)) as reading:
            for part in reading:
                if isinstance(part, export_ahead.Ended):
                    self.rows += part.value.rows
                    found += part.value.found
                    left_alone += part.value.left_alone
                    done += part.value.asked
                    self._on(done)
                else:
                    yield part
        self._found, self._left_alone = found, left_alone

    def _batch(self, statement: Statement, ids: list[int]) -> Generator[bytes, None, _Batch]:
        """Lines of some people, in a transaction that begins with the question whether it is still allowed."""
        with self._rt.db.connection() as conn:
            check_exportable(conn, self._handle.actor, self._search_id)
            left_alone = contact_rules.not_exported(conn, ids)
            wanted = [one for one in ids if one not in left_alone] if left_alone else ids
            rows = yield from _in_blocks(export_query.lines(conn, statement, wanted, self._search_id))
            counted = None if self._one_row_each else db.one(conn, _Q.count_people, self._given(wanted))
        return _Batch(len(ids), rows, counted["n"] if counted else rows, len(left_alone))

    def _begin(self) -> int:
        """One more pass over all people; how many were done before it."""
        self._passes += 1
        people = self._people.total
        return min((self._passes - 1) * people, max(0, self.total - people))

    def _on(self, done: int) -> None:
        # A run that is done again begins anew, and never counts backward: to get on is to be further
        # than before, or a person whom no worker survives would be tried for ever.
        self._handle.progress(max(done, self._done_before))

    def _given(self, ids: list[int]) -> dict[str, Any]:
        return {"ids": ids, "search_id": self._search_id}


def _in_blocks(lines: Iterable[bytes]) -> Generator[bytes, None, int]:
    """Lines, many at a time; returns how many there were."""
    held: list[bytes] = []
    size = rows = 0
    for line in lines:
        held.append(line)
        size += len(line)
        rows += 1
        if size >= BLOCK_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
    return rows


def _header(columns: Iterable[Column]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerow([guard(column.name) for column in columns])
    return buffer.getvalue().encode()


def _check_sheet(rows: int) -> None:
    if rows > MOST_SHEET_ROWS:
        raise BadInput(_heavy("export_workbook").TOO_MANY)


def _heavy(name: str) -> Any:
    """A module that loads pyarrow: by jobs that need it, and by nothing else."""
    return importlib.import_module(f"services.exports.{name}")


def _counted(n: int, one: str, many: str) -> str:
    return f"1 {one}" if n == 1 else f"{n:,} {many}"
