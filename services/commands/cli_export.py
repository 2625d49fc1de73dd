"""Commands that take people out: rows, export."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import sql
from services import db
from services.access import bootstrap
from services.access.identity import Actor
from services.commands import cli_base
from services.errors import BadInput, Conflict, NotFound, Unavailable
from services.exports import export_formats, export_variants, exports
from services.grid import result_sets
from services.grid.grid_columns import STATUSES
from services.grid.grid_view import View
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import searches
from services.storage import Storage

MOST_ROWS = 10_000
_SHOWN = ("id", "full_name", "title", "company", "location", "score", "fit", "stage")
_Q = sql.queries("exports")


def add_parsers(subparsers: Any) -> None:
    rows = cli_base.add_command(subparsers, "rows", "Show people of a search, as the grid does.", _rows)
    add_view(rows)
    rows.add_argument("--start", type=int, default=0, metavar="N", help="first row, counted from 0; default: 0")
    rows.add_argument("--end", type=int, metavar="M", help=f"row to stop before; default: {result_sets.PAGE} further")
    export = cli_base.add_command(subparsers, "export", "Write people of a search to a file.", _export)
    add_view(export)
    export.add_argument("--format", choices=tuple(export_formats.FORMATS), default="csv", help="default: csv")
    export.add_argument(
        "--variant", choices=tuple(export_variants.VARIANTS), default="processed",
        help="a row a person (default), the rows that files brought, or a row a position and a verdict",
    )  # fmt: skip
    export.add_argument("--columns", metavar="A,B", help="which columns; default: all")
    export.add_argument("-o", "--output", required=True, type=Path, metavar="FILE", help="is replaced when it exists")


def add_view(parser: argparse.ArgumentParser) -> None:
    """The arguments that say whom a command is about; view_of() reads them."""
    parser.add_argument("search", metavar="SEARCH", help="the search's id or its exact title")
    parser.add_argument("--filter", metavar="JSON", help="a filterModel, as f= in the address of a search")
    parser.add_argument("--sort", metavar="S", help="for example score.desc,last_name.asc")
    parser.add_argument("--status", choices=STATUSES, default="active", help="default: active")
    parser.add_argument("-q", "--query", default="", metavar="TEXT", help="as in the search box")
    parser.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")


def _rows(args: argparse.Namespace) -> int:
    end = args.start + result_sets.PAGE if args.end is None else args.end
    if not 0 <= args.start < end:
        raise BadInput("--start and --end are places counted from 0, and --end comes after --start.")
    if end - args.start > MOST_ROWS:
        raise BadInput(f"At most {MOST_ROWS:,} rows are shown at a time; sourcingx export writes all of them.")
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        counted = result_sets.count(rt, actor, view := view_of(rt, actor, args), None)
        rows: list[dict[str, Any]] = []
        for first in range(args.start, min(end, counted.row_count), result_sets.PAGE):
            last = min(first + result_sets.PAGE, end)
            page = result_sets.fetch_page(rt, actor, view, counted.version, first, last)
            if page.version != counted.version:
                raise Conflict("The search was changed meanwhile; try again.")
            rows += page.rows
    if args.json:
        cli_base.show(args, {"row_count": counted.row_count, "version": counted.version, "rows": rows})
        return 0
    cli_base.show_rows(args, _SHOWN, rows)
    sys.stdout.write(f"{len(rows):,} of {counted.row_count:,}\n")
    return 0


def _export(args: argparse.Namespace) -> int:
    columns = None if args.columns is None else [name.strip() for name in args.columns.split(",")]
    with cli_base.opened() as rt, _replacing(args.output) as output:
        actor = bootstrap.acting_as(rt, args.user)
        view = view_of(rt, actor, args)
        criteria = exports.more_columns(rt, actor, view)
        params = exports.read_params(view, None, {"all": True}, args.format, columns, args.variant, criteria)
        exports.check_allowed(rt, actor, view)
        # Here, not in a worker: it may be that none runs.
        run_id = Runner(rt, "command line").execute_inline(actor, "export", str(view.search_id), params)
        run = runs.get_run(rt, actor, run_id)
        if run["state"] != "done":
            raise Unavailable(run["message"] or "The export did not come to its end.")
        made = exports.export_of_run(rt, run_id)
        with Storage.of(rt.settings).open_read(made["storage_key"]) as file:
            shutil.copyfileobj(file, output)
        # The file is where it was wanted; a copy would only lie about.
        exports.delete_export(rt, made)
    result = {"run": run_id, "rows": made["rows"], "bytes": made["bytes"], "file": str(args.output)}
    cli_base.show(args, result)
    return 0


def view_of(rt: Runtime, actor: Actor, args: argparse.Namespace) -> View:
    """The view that the arguments say. Raises BadInput, NotFound, Forbidden."""
    try:
        model = json.loads(args.filter) if args.filter is not None else {}
    except (ValueError, RecursionError) as error:
        raise BadInput("--filter is not JSON.") from error
    pairs = [part.strip().rpartition(".") for part in args.sort.split(",")] if args.sort else []
    sort = [{"colId": name, "sort": direction} for name, _, direction in pairs]
    return View.of(_search(rt, actor, args.search), status=args.status, q=args.query, filters=model, sort=sort)


def _search(rt: Runtime, actor: Actor, wanted: str) -> UUID:
    """The id of the search with this id or exact title."""
    try:
        return searches.get_search(rt, actor, UUID(wanted)).id
    except ValueError:
        pass
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.find_searches, {"title": wanted, **actor.params})
    if not found:
        raise NotFound("There is no search with this title.")
    if len(found) > 1:
        raise BadInput("Several searches have this title: give the id from the search's address instead.")
    return UUID(str(found[0]["id"]))


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` at the end, and only when all went well. Raises BadInput."""
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(draft).replace(path)
    except OSError as error:
        raise Unavailable(f"{path} could not be written ({error.strerror}); nothing was kept.") from error
    finally:
        Path(draft).unlink(missing_ok=True)
