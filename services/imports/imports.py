"""Importing as a person sees it: start it, look at what could not be taken. The work is in import_run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.errors import Forbidden, NotFound
from services.exports.spreadsheet_text import guard, guard_once
from services.imports import import_mapping, import_memory, import_source, uploads
from services.imports.import_source import Parts
from services.runs import jobs, runs
from services.runtime import Runtime
from services.searches.searches import refusal

# What a run of this kind counts; every row of the file is in one of them.
COUNTS = ("added", "changed", "unchanged", "rejected", "suppressed")

READ_ONLY = "You may look at this search but not import into it."

# What is read of rejected rows at a time, give or take one row: some are as large as a whole file of others.
REJECTS_BYTES = 1 << 20

_Q = sql.queries("imports")
_UPLOADS = sql.queries("uploads")


def start_import(rt: Runtime, actor: Actor, search_id: str, parts: Parts, mapping: Any) -> int:
    """Start to import uploads into a search; returns the run's id (the same one when asked twice).

    parts: see import_source; mapping: column → field, see import_mapping. Raises Forbidden,
    NotFound, BadInput (mapping, or a file that cannot be read).
    """
    first = import_source.parts_of(parts)[0]["upload_id"]
    with rt.db.connection() as conn:
        check_editable(conn, actor, search_id)
    try:
        params = read_params(rt, actor, parts, mapping)
    except NotFound:
        # Of two clicks the first one's run may have ended, and its file be gone.
        if (earlier := _run_of(rt, actor, search_id, first)) is not None:
            return earlier
        raise
    same = {"upload_id": first, "search_id": search_id, **actor.params,
            "params": Jsonb({"parts": params["parts"], "mapping": params["mapping"]})}  # fmt: skip
    with rt.db.connection() as conn:
        # The upload's row is locked from here: of two clicks the second one finds the first one's run.
        uploads.find_upload(conn, actor, first)
        if found := db.one(conn, _UPLOADS.fetch_import_of, same):
            return int(found["id"])
        import_memory.remember(conn, actor, params["columns"], params["mapping"])
        return jobs.start_run(conn, actor, "import", search_id, params)


def _run_of(rt: Runtime, actor: Actor, search_id: str, upload_id: str) -> int | None:
    given = {"upload_id": upload_id, "search_id": search_id, "params": Jsonb({}), **actor.params}
    with rt.db.connection() as conn:
        found = db.one(conn, _UPLOADS.fetch_import_of, given)
    return int(found["id"]) if found else None


def start_dry_run(rt: Runtime, actor: Actor, search_id: str, parts: Parts, mapping: Any) -> int:
    """Start to find out what an import would do; returns the run's id. As start_import(), but nothing is changed."""
    with rt.db.connection() as conn:
        check_editable(conn, actor, search_id)
    params = read_params(rt, actor, parts, mapping)
    with rt.db.connection() as conn:
        return jobs.start_run(conn, actor, "dry_run", search_id, params)


def read_params(rt: Runtime, actor: Actor, parts: Parts, mapping: Any) -> dict[str, Any]:
    """The params of an import run: parts (as they were found to be), mapping, columns, file_name."""
    with import_source.open_parts(rt, actor, parts) as opened:
        named = [part.params for part in opened]
        columns = import_source.columns_of(opened)
    return {
        "parts": named, "mapping": import_mapping.check(mapping, columns), "columns": columns,
        "file_name": import_source.name_of(named),
    }  # fmt: skip


def rejected_csv(rt: Runtime, actor: Actor, run_id: int) -> Iterator[bytes]:
    """The rows that an import could not take, as CSV with row number and reason, streamed.

    Memory: a page of about a megabyte, or one row. Safe to open in a spreadsheet. Raises Forbidden at once
    for a run that the actor may not see.
    """
    if runs.get_run(rt, actor, run_id)["kind"] != "import":
        raise NotFound("This job is not an import.")
    with rt.db.connection() as conn:
        row = db.one(conn, _UPLOADS.fetch_import_params, {"run_id": run_id})
    return _rejected_csv(rt, run_id, row["params"] if row else {})


def check_editable(conn: db.Conn, actor: Actor, search_id: str) -> None:
    """Raises Forbidden, with the reason, unless the actor may change what is in the search."""
    row = db.one(conn, _Q.fetch_editable, {"search_id": search_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    if not row["editable"]:
        raise refusal(conn, actor, search_id) if actor.may_edit else Forbidden(READ_ONLY)


def _rejected_csv(rt: Runtime, run_id: int, params: dict[str, Any]) -> Iterator[bytes]:
    columns: list[str] = params.get("columns") or []
    several = len(params.get("parts") or []) > 1
    # The mark at the start tells spreadsheet programs that this is UTF-8.
    yield b"\xef\xbb\xbf" + _line(
        [guard(cell) for cell in (*(("file", "sheet") if several else ()), "row number", "reason", *columns, "row")]
    )
    given = {"run_id": run_id, "after": -1, "most_bytes": REJECTS_BYTES}
    while True:
        # A connection for each page: whoever downloads slowly holds none meanwhile.
        with rt.db.connection() as conn:
            page = db.rows(conn, _Q.fetch_rejects, given)
        if not page:
            return
        lines = []
        for row in page:
            raw = row["raw"]
            cells = [raw.get(column, "") for column in (*columns, "row")]
            file_name, sheet, number = import_source.place_of(params, row["row_number"])
            place = [guard(file_name), guard(sheet), number] if several else [number]
            lines.append(_line([*place, row["reason"], *(guard_once(_cell(value)) for value in cells)]))
        given["after"] = row["row_number"]
        yield b"".join(lines)


def _line(cells: list[Any]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
