"""The command that makes vectors for matching: embed."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from services.access import bootstrap
from services.access.identity import Actor
from services.commands import cli_base
from services.errors import BadInput, NotFound
from services.matching import embedding_models, embedding_runs, matching_admin, matching_state
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime


def add_parsers(subparsers: Any) -> None:
    made = cli_base.add_command(
        subparsers, "embed", "Make the vectors that are missing or out of date, for matching.", _embed
    )
    what = made.add_mutually_exclusive_group()
    what.add_argument("--all", action="store_true", help="look at everyone, not only at those who changed")
    what.add_argument("--status", action="store_true", help="only say how many are made and missing")
    what.add_argument("--switch", action="store_true", help="compare people by the model that was built, from now on")
    what.add_argument("--drop", metavar="MODEL", default="", help="remove a model that is not in use, with its vectors")
    made.add_argument("--user", metavar="EMAIL", default="", help="an admin, who does it; default: the first")


def _embed(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        if args.status:
            return _status(args, rt, actor)
        if args.switch:
            model = embedding_models.switch(rt, actor)
            cli_base.show(args, {"live": model.name}, f"People are compared by {model.name} now.")
            return 0
        if args.drop:
            return _drop(args, rt, actor)
        return _make(args, rt, actor)


def _make(args: argparse.Namespace, rt: Runtime, actor: Actor) -> int:
    """Here, not in a worker: it may be that none runs."""
    with rt.db.connection() as conn:
        matching_state.must_be_possible(conn, rt)
    if going := embedding_runs.going(rt):
        raise BadInput(f"Run {going} makes them already: see `sourcingx runs`, or cancel it.")
    params = {"all": True} if args.all else {}
    run = runs.get_run(rt, actor, Runner(rt, "command line").execute_inline(actor, "embed", None, params))
    counts = {name: run["counts"].get(name) for name in ("made", "same", "model")}
    cli_base.show(args, {"run": run["id"], "state": run["state"], "people": run["total"], **counts})
    if run["state"] != "done":
        sys.stderr.write(f"sourcingx: {run['message'] or 'The run did not come to its end.'}\n")
        return 1
    return 0


def _status(args: argparse.Namespace, rt: Runtime, actor: Actor) -> int:
    found = matching_admin.overview(rt, actor)
    if args.json:
        cli_base.show(args, {
            "on": found.state.on, "reason": found.state.reason, "configured": found.configured,
            "models": [{"id": row.model.id, "name": row.model.name, "provider": row.model.provider,
                        "state": row.model.state, "made": row.made, "missing": row.missing, "bytes": row.bytes,
                        "last_error": row.model.last_error} for row in found.rows],
            "run": found.run["id"] if found.run else None, "per_minute": found.per_minute,
        })  # fmt: skip
    else:
        said = f"Matching is on, by {found.state.model.name}." if found.state.model else found.state.reason
        lines = [
            f"{row.model.name} ({row.model.state}): {row.made:,} up to date, {row.missing:,} missing"
            + (f"; {row.model.last_error}" if row.model.last_error else "")
            for row in found.rows
        ]
        cli_base.show(args, {}, "\n".join([said, *lines]))
    return 0


def _drop(args: argparse.Namespace, rt: Runtime, actor: Actor) -> int:
    with rt.db.connection() as conn:
        named = [one for one in matching_state.models(conn) if args.drop in (one.name, str(one.id))]
    if len(named) != 1:
        raise NotFound("There is no model of this name: `sourcingx embed --status` lists them.")
    gone = embedding_models.drop(rt, actor, named[0].id)
    cli_base.show(args, {"dropped": gone.name}, f"{gone.name} and its vectors are gone.")
    return 0
