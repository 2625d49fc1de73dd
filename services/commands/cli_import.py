"""The command import: files of people into a search."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import sql
from services import db
from services.access import bootstrap
from services.access.identity import Actor
from services.commands import cli_base
from services.errors import BadInput
from services.imports import import_mapping, import_memory, import_readers, imports, uploads
from services.imports.import_source import Part, Source
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import searches

ALL_SHEETS = "*"

_Q = sql.queries("imports")


def add_parsers(subparsers: Any) -> None:
    add = cli_base.add_command(subparsers, "import", "Import files of people into a search.", _import)
    add.add_argument(
        "files", metavar="FILE", type=Path, nargs="+",
        help="CSV, XLSX, Parquet, or JSON as an array or one object a line; several become one import",
    )  # fmt: skip
    add.add_argument("--search", required=True, metavar="TITLE", help="title or id; a new title makes a new search")
    add.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help='JSON: {"column": "field"}; default: as these headers were mapped last, else known headers',
    )
    add.add_argument(
        "--sheet", action="append", metavar="NAME", default=[],
        help=f"sheet of a workbook, may be repeated; {ALL_SHEETS} takes all; default: the first",
    )  # fmt: skip
    add.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")


def _import(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt, ExitStack() as stack:
        actor = bootstrap.acting_as(rt, args.user)
        # Everything that can be wrong with the files is found before a search is made for them.
        files = {path: stack.enter_context(_opened(path)) for path in dict.fromkeys(args.files)}
        parts = [part for path, file in files.items() for part in _parts(path, file, args.sheet)]
        source = Source(parts)
        how, given = _mapped(rt, args.map, source.columns)
        mapping = import_mapping.check(given, source.columns)
        with closing(source.rows()) as reading:
            if not sum(1 for _ in reading):
                raise BadInput(import_readers.NO_ROWS)
        search_id = _search(rt, actor, args.search)
        stored = {str(path): _store(rt, actor, file, path.name) for path, file in files.items()}
        params = imports.read_params(
            rt, actor, [part.params | {"upload_id": stored[part.upload_id]} for part in parts], mapping
        )
        if how == "given":
            with rt.db.connection() as conn:
                import_memory.remember(conn, actor, params["columns"], params["mapping"])
        # Here, not in a worker: it may be that none runs.
        run_id = Runner(rt, "command line").execute_inline(actor, "import", search_id, params)
        run = runs.get_run(rt, actor, run_id)
    counts = {name: run["counts"].get(name, 0) for name in imports.COUNTS}
    cli_base.show(args, {"run": run_id, "state": run["state"], "search": search_id, "rows": run["done"],
                         "mapping": how, **counts})  # fmt: skip
    if run["state"] != "done":
        sys.stderr.write(f"sourcingx: {run['message'] or 'The import did not come to its end.'}\n")
        return 1
    return 0


def _parts(path: Path, file: BinaryIO, sheets: list[str]) -> Iterator[Part]:
    """The file, or the sheets of it that were asked for. Their upload_id is the path, until it is stored."""
    first = import_readers.examine(file)
    wanted = list(dict.fromkeys(first.sheets if ALL_SHEETS in sheets else sheets))
    if not first.sheets or not wanted:
        yield Part(str(path), path.name, file, first)
        return
    for sheet in wanted:
        yield Part(str(path), path.name, file, import_readers.examine(file, sheet=sheet))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error


def _mapped(rt: Runtime, path: Path | None, columns: list[str]) -> tuple[str, Any]:
    """How columns become fields, and who says so: the file given, the team's last import of these headers, or
    the headers themselves. Guesses that somebody has to look at are for the page."""
    if path is not None:
        return "given", _mapping(path)
    with rt.db.connection() as conn:
        remembered = import_memory.recall(conn, columns)
    return ("remembered", remembered.mapping) if remembered else ("headers", import_mapping.suggest(columns))


def _mapping(path: Path) -> Any:
    with _opened(path) as file:
        try:
            return json.load(file)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path} is not JSON.") from error


def _search(rt: Runtime, actor: Actor, wanted: str) -> str:
    """The id of the search with this id or title; a new one when there is none."""
    try:
        return str(searches.get_search(rt, actor, UUID(wanted)).id)
    except ValueError:
        pass
    title = " ".join(wanted.split())
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.find_searches_by_title, {"title": title, **actor.params})
    if len(found) > 1:
        raise BadInput("Several searches have this title: give the id from the search's address instead.")
    return str(found[0]["id"] if found else searches.create_search(rt, actor, title).id)


def _store(rt: Runtime, actor: Actor, file: BinaryIO, name: str) -> str:
    """The file as an upload. MAX_UPLOAD_MB is for what comes over the network."""
    file.seek(0)
    return uploads.store(rt, actor, name, iter(partial(file.read, 1 << 20), b""), sys.maxsize)[0]
