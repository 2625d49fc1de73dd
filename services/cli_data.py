"""Commands about data: import, runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import sql
from services import bootstrap, cli_base, db, import_mapping, import_readers, imports, runs, searches, uploads
from services.errors import BadInput
from services.identity import Actor
from services.job_runner import Runner
from services.runtime import Runtime
from services.storage import Storage

_Q = sql.queries("imports")
_RUN_COLUMNS = ("id", "kind", "state", "done", "total", "failed", "search_title", "user_name", "created_at", "message")


def add_parsers(subparsers: Any) -> None:
    add = cli_base.add_command(subparsers, "import", "Import a file of people into a search.", _import)
    add.add_argument("file", metavar="FILE", type=Path, help="CSV, or JSON as an array or one object a line")
    add.add_argument("--search", required=True, metavar="TITLE", help="title or id; a new title makes a new search")
    add.add_argument("--map", type=Path, metavar="FILE", help='JSON: {"column": "field"}; default: known headers')
    _add_user(add)
    listed = cli_base.add_command(subparsers, "runs", "List the newest long jobs.", _runs)
    listed.add_argument("--limit", type=int, default=20, help="how many, at most 100; default: 20")
    _add_user(listed)


def _add_user(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")


def _import(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        # Everything that can be wrong with the files is found before a search is made for them.
        with _opened(args.file) as file:
            shape = import_readers.examine(file)
            given = import_mapping.suggest(shape.columns) if args.map is None else _mapping(args.map)
            mapping = import_mapping.check(given, shape.columns)
            if not import_readers.count(file, shape):
                raise BadInput("The file names its columns but holds no rows.")
            search_id = _search(rt, actor, args.search)
            file.seek(0)
            upload_id = _store(rt, actor, file, args.file.name)
        params = imports.read_params(rt, actor, upload_id, mapping)
        # Here, not in a worker: it may be that none runs.
        run_id = Runner(rt, "command line").execute_inline(actor, "import", search_id, params)
        run = runs.get_run(rt, actor, run_id)
    counts = {name: run["counts"].get(name, 0) for name in imports.COUNTS}
    cli_base.show(args, {"run": run_id, "state": run["state"], "search": search_id, "rows": run["done"], **counts})
    if run["state"] != "done":
        sys.stderr.write(f"sourcingx: {run['message'] or 'The import did not come to its end.'}\n")
        return 1
    return 0


def _runs(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        found = runs.list_runs(rt, bootstrap.acting_as(rt, args.user), args.limit)
    cli_base.show_rows(args, _RUN_COLUMNS, found)
    return 0


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error


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

    def chunks() -> Iterator[bytes]:
        while chunk := file.read(1 << 20):
            yield chunk

    storage, key = Storage.of(rt.settings), Storage.new_key()
    size = storage.save_stream(key, chunks(), sys.maxsize)
    return uploads.record_upload(rt, actor, name, size, key)
