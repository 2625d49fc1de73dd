"""The command that moves people of a search to a stage: stage."""

from __future__ import annotations

import argparse
from typing import Any

from services.access import bootstrap
from services.commands import cli_base
from services.commands.cli_export import add_view, view_of
from services.decisions import bulk, candidates, score_rejections
from services.decisions.score_rejections import Choice, MustConfirm
from services.errors import BadInput, Unavailable
from services.grid.grid_columns import STAGES
from services.runs import run_targets, runs
from services.runs.job_runner import Runner


def add_parsers(subparsers: Any) -> None:
    stage = cli_base.add_command(subparsers, "stage", "Move the people of a view to a stage.", _stage)
    add_view(stage)
    stage.add_argument("stage", metavar="STAGE", choices=STAGES, help=", ".join(STAGES))
    stage.add_argument("--confirm", type=int, metavar="N", help="how many people, for a rejection by score alone")
    stage.add_argument("--reason", metavar="TEXT", default="", help="why, for a rejection by score alone")


def _stage(args: argparse.Namespace) -> int:
    action = candidates.action_of("stage", args.stage)
    asked = None if args.confirm is None else {"people": args.confirm, "reason": args.reason}
    confirmed = score_rejections.confirmation_of(asked)
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        view = view_of(rt, actor, args)
        # Whatever is wrong with it is said before there is a run.
        run_targets.as_shown(rt, actor, view, None)
        try:
            with rt.db.connection() as conn:
                by_score = bulk.decide(conn, rt, Choice(view, confirmed=confirmed), action)
        except MustConfirm as error:
            raise BadInput(f"{error.message} That is: --confirm {error.question.people} --reason TEXT.") from error
        # Here, not in a worker: it may be that none runs.
        params = bulk.params(view, None, action, by_score)
        run_id = Runner(rt, "command line").execute_inline(actor, "bulk", str(view.search_id), params)
        run = runs.get_run(rt, actor, run_id)
        done = bulk.result_of(rt, actor, run_id)
    if run["state"] != "done" or done is None:
        raise Unavailable(run["message"] or "This did not come to its end.")
    cli_base.show(args, {"run": run_id, "people": run["total"], "batch": done.batch_id, **run["counts"]})
    return 0
