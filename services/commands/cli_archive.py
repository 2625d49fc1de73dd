"""Commands that put a search away and bring it back: archive, restore-search."""

from __future__ import annotations

import argparse
import threading
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access import bootstrap
from services.access.identity import Actor
from services.archive import archives
from services.commands import cli_base
from services.errors import BadInput, NotFound, Unavailable
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime

_Q = sql.queries("archive")


def add_parsers(subparsers: Any) -> None:
    away = cli_base.add_command(subparsers, "archive", "Put a search away into files.", _archive)
    _add_search(away)
    tiers = ("warm", "cold")
    away.add_argument("--tier", choices=tiers, help="cold takes raw records, too; default: by size and use")
    _add_search(cli_base.add_command(subparsers, "restore-search", "Bring an archived search back.", _restore))


def _add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("search", metavar="SEARCH", help="the search's id or its exact title")
    parser.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")


def _archive(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        search_id = _search(rt, actor, args.search)
        run_id = archives.start_archive(rt, actor, search_id, args.tier)
        _finish(rt, actor, run_id)
        made = archives.find(rt, actor, search_id)
    if made is None:
        raise Unavailable("The search was restored at once by someone else.")
    result = {"run": run_id, "search": str(search_id), "tier": made.tier, "people": made.people, "bytes": made.bytes}
    cli_base.show(args, result)
    return 0


def _restore(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        search_id = _search(rt, actor, args.search)
        run_id = archives.start_restore(rt, actor, search_id)
        run = _finish(rt, actor, run_id)
    cli_base.show(args, {"run": run_id, "search": str(search_id), "state": run["state"]})
    return 0


def _finish(rt: Runtime, actor: Actor, run_id: int) -> dict[str, Any]:
    """Do a run here, since it may be that no worker does; wait for the worker that was quicker.

    Raises Unavailable when it does not come to a good end.
    """
    runner, pause = Runner(rt, "command line"), threading.Event()
    runner.start()
    try:
        while (run := runs.get_run(rt, actor, run_id))["state"] in runs.OPEN:
            runner.execute(run_id)
            pause.wait(0.2)
    finally:
        runner.close()
    if run["state"] != "done":
        raise Unavailable(run["message"] or "This did not come to its end.")
    return run


def _search(rt: Runtime, actor: Actor, wanted: str) -> UUID:
    """The id of the search with this id or exact title, archived or not. Raises NotFound, BadInput."""
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.find_searches, {"wanted": wanted, **actor.params})
    if not found:
        raise NotFound("There is no search with this title.")
    if len(found) > 1:
        raise BadInput("Several searches have this title: give the id from the search's address instead.")
    return UUID(str(found[0]["id"]))
