"""People of before into one search: by the same door as any file, then what the old tables say beyond that.

The rows become a file of JSON lines, which is imported as an upload is: normalised, compared with everybody here and
with those who were erased, batch by batch with checkpoints. What is left over, screenings and stages and since when
someone is held, is laid over it after that; where people decided otherwise here, nothing is.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, cast
from uuid import UUID

from psycopg import Rollback
from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput, Conflict
from services.imports import import_dry_run, import_readers, imports, uploads
from services.imports.import_source import Part, Source
from services.moving_in import legacy_rows
from services.moving_in.legacy_database import Item, LegacyDatabase
from services.runs import jobs
from services.runs.job_runner import Runner
from services.runtime import Runtime

FILE_NAME = "old-sourcingx.jsonl"
AGAIN_S = 1.0
BATCH = 500
OPEN = ("queued", "running", "paused")

_Q = sql.queries("legacy")
_RUNS = sql.queries("runs")


@dataclass
class Spooled:
    """What became of rows on their way. cut: raw data that was too large; failures: screenings written down as 0.

    marks: a file that gets what they say beyond a file of people, a line each, for lay_over().
    """

    marks: BinaryIO | None = None
    rows: int = 0
    cut: int = 0
    failures: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def lines(self, source: LegacyDatabase, item: Item) -> Iterator[bytes]:
        """The people of an item as lines of JSON."""
        for page in source.people(item):
            for row in page:
                line, cut = legacy_rows.line_of(row["person"])
                self.rows += 1
                self.cut += cut
                self.failures += legacy_rows.failures_in(row["screening"] or row["person"])
                self._keep_mark(legacy_rows.mark_of(row["person"], row["screening"], item.title))
                yield line

    def _keep_mark(self, mark: dict[str, Any] | None) -> None:
        if mark is not None and self.marks is not None:
            self.marks.write(json.dumps(mark).encode() + b"\n")


@dataclass(frozen=True)
class Into:
    """Where a dry run would put people: what import_dry_run asks of a run."""

    run_id: int
    search_id: str
    actor: Actor


def count(
    rt: Runtime, actor: Actor, source: LegacyDatabase, item: Item, search_id: UUID
) -> tuple[dict[str, int], Spooled]:
    """What moving an item in would do, in a transaction that is never committed. Raises Unreadable, Unavailable.

    It begins when all rows are read, which may take minutes: one that is idle so long is ended by the server.
    """
    spooled = Spooled()
    # Without a name, and gone with this process.
    with tempfile.TemporaryFile(dir=rt.settings.home) as file:
        for line in spooled.lines(source, item):
            file.write(line)
        if not spooled.rows:
            return {}, spooled
        reading = _source(cast(BinaryIO, file))
        mapping = legacy_rows.mapping_of(reading.columns)
        counts: dict[str, int] = {}
        with rt.db.connection() as conn, conn.transaction():
            made = db.one(conn, _RUNS.insert_run, {
                "kind": "dry_run", "search_id": None, "params": Jsonb({}), "total": None, **actor.params})  # fmt: skip
            assert made is not None
            into = Into(made["id"], str(search_id), actor)
            counts, spooled.reasons = import_dry_run.count_all(conn, into, reading, mapping, rt.settings)
            raise Rollback
    return counts, spooled


def take_over(
    rt: Runtime, actor: Actor, source: LegacyDatabase, item: Item, search_id: UUID
) -> tuple[dict[str, Any], Spooled]:
    """Import the people of an item into its search, and lay over it what else is said of them; returns the run, and
    what became of rows.

    Raises import_readers.Unreadable, Unavailable; Conflict where the run did not come to its end.
    """
    # The old tables are read once. Without a name, and gone with this process.
    with tempfile.TemporaryFile(dir=rt.settings.home) as marks:
        spooled = Spooled(cast(BinaryIO, marks))
        run = _import(rt, actor, source, item, search_id, spooled)
        _lay_over(rt, actor, cast(BinaryIO, marks), search_id)
    return run, spooled


def _import(
    rt: Runtime, actor: Actor, source: LegacyDatabase, item: Item, search_id: UUID, spooled: Spooled
) -> dict[str, Any]:
    upload_id, _ = uploads.store(rt, actor, FILE_NAME, spooled.lines(source, item), sys.maxsize)
    if not spooled.rows:
        uploads.discard(rt, actor, upload_id)
        return {"state": "done", "counts": {}, "message": ""}
    with uploads.opened_upload(rt, actor, upload_id) as (_, file):
        mapping = legacy_rows.mapping_of(_source(file).columns)
    params = imports.read_params(rt, actor, upload_id, mapping) | {"source": legacy_rows.SOURCE}

    def start(conn: db.Conn) -> int:
        run_id = jobs.start_run(conn, actor, "import", str(search_id), params)
        db.run(conn, _Q.note_run, {"run_id": run_id, "kind": item.kind, "key": item.noted})
        return run_id

    return ended(rt, Runner(rt, "command line").execute_here(start))


def go_on(rt: Runtime, run_id: int) -> dict[str, Any]:
    """An import that was cut short, here or by a job worker that has it; returns the run. Raises as take_over()."""
    pause = threading.Event()
    while _run(rt, run_id)["state"] in OPEN:
        runner = Runner(rt, "command line")
        runner.rescue()
        runner.take_up_inline(run_id)
        if _run(rt, run_id)["state"] in OPEN:
            pause.wait(AGAIN_S)
    return ended(rt, run_id)


def ended(rt: Runtime, run_id: int) -> dict[str, Any]:
    """A run that came to its end. Raises Conflict with its reason otherwise."""
    run = _run(rt, run_id)
    if run["state"] != "done":
        raise Conflict(run["message"] or "The import did not come to its end.")
    return run


def _lay_over(rt: Runtime, actor: Actor, file: BinaryIO, search_id: UUID) -> None:
    """What the old tables say beyond a file, a batch a transaction. Doing it again changes nothing."""
    file.seek(0)
    while lines := list(islice(file, BATCH)):
        _write(rt, actor, search_id, [json.loads(line) for line in lines])


def _write(rt: Runtime, actor: Actor, search_id: UUID, marks: list[dict[str, Any]]) -> None:
    given = {"marks": Jsonb(marks), "search_id": search_id, "source": legacy_rows.SOURCE, **actor.params}
    with rt.db.connection() as conn:
        imports.check_editable(conn, actor, str(search_id))
        touched = sum(
            db.run(conn, query, given)
            for query in (_Q.score_people, _Q.stage_people, _Q.exclude_people, _Q.note_people, _Q.date_people)
        )
        if touched:
            db.one(conn, _Q.bump_version, given)


def _source(file: BinaryIO) -> Source:
    file.seek(0)
    shape = import_readers.examine(file)
    if shape.kind != "json":
        raise BadInput("The rows of the old database could not be read back.")
    return Source([Part("", FILE_NAME, file, shape)], legacy_rows.SOURCE)


def _run(rt: Runtime, run_id: int) -> dict[str, Any]:
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_run, {"run_id": run_id})
    assert row is not None
    return dict(row)
