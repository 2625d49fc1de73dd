"""The command that screens a search against a job description: screen."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from services.access import bootstrap
from services.access.identity import Actor
from services.commands import cli_base
from services.errors import BadInput, Unavailable
from services.grid.grid_columns import STATUSES
from services.grid.grid_view import View
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.screening import prescreen, prescreen_measure, rubrics, screening
from services.screening.prescreen_measure import Measured, Missed
from services.screening.rubrics import Rubric

_COUNTS = ("screened", "reused", "sent", "unverified", "calls", "tokens", "cost")
AT_VENDOR = "The answers are taken in by any job worker that runs, or by the same command again."


def add_parsers(subparsers: Any) -> None:
    screen = cli_base.add_command(
        subparsers, "screen", "Screen the people of a search against a job description.", _screen
    )
    screen.add_argument("search", metavar="SEARCH", help="title or id of the search")
    screen.add_argument("--job", required=True, type=Path, metavar="FILE", help="the job description, as text in UTF-8")
    screen.add_argument("--status", choices=STATUSES, default="active", help="who of the search; default: active")
    screen.add_argument("--top", metavar="N", help="only the N most like the job, and a sample of the others")
    screen.add_argument("--sample", metavar="M", default=prescreen.SAMPLE, help="so many of the others; default: 50")
    screen.add_argument("--seed", metavar="S", help="draws the sample of an earlier screening again")
    screen.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")
    screen.add_argument("--budget", metavar="USD", help="pause once so much is spent, in US dollars; default: no limit")
    screen.add_argument(
        "--batch", action="store_true",
        help="by the vendor's batches: half the price, answers within a day; again: take in what is answered",
    )  # fmt: skip


def _screen(args: argparse.Namespace) -> int:
    job = rubrics.clean_job_description(_read(args.job))
    if not job:
        raise BadInput(f"{args.job} holds no text.")
    picked = prescreen.read(args.top, args.sample, args.seed) if args.top is not None else None
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        search_id = screening.find_search(rt, actor, args.search)
        rubric = _rubric(rt, actor, search_id, job)
        run_id = _taken_up(rt, actor, search_id, rubric, args.budget) if args.batch else None
        if run_id is None:
            view = View.of(search_id, status=args.status)
            params = screening.read_params(rt, actor, view, rubric.id, args.budget, batch=args.batch, picked=picked)
            run_id = _run_here(rt, actor, "screen", search_id, params)
        run = runs.get_run(rt, actor, run_id)
        measured = prescreen_measure.of_run(rt, actor, search_id, run["id"]) if picked else None
    counts = {name: run["counts"].get(name) or 0 for name in _COUNTS}
    waits = {"message": f"{run['message']} {AT_VENDOR}"} if run["vendor_since"] else {}
    cli_base.show(args, {
        "run": run["id"], "state": run["state"], "search": search_id, "rubric": rubric.version,
        "criteria": [one.title for one in rubric.criteria], "people": run["total"], "failed": run["failed"], **counts,
        **(_left_out(measured) if measured else {}), **waits,
    })  # fmt: skip
    if run["state"] == "done" or waits:
        return 0
    sys.stderr.write(f"sourcingx: {run['message'] or 'The screening did not come to its end.'}\n")
    return 1


def _taken_up(rt: Runtime, actor: Actor, search_id: str, rubric: Rubric, budget: str | None) -> int | None:
    """What is with the vendor already goes on, here: where it stands is asked, and what is answered taken in."""
    run_id = screening.paused_batch(rt, actor, search_id, rubric.id)
    if run_id is not None:
        screening.go_on(rt, actor, run_id, budget)
        Runner(rt, "command line").take_up_inline(run_id)
    return run_id


def _left_out(found: Measured) -> dict[str, Any]:
    """What choosing by similarity left out, as shares from 0 to 1 with their 95 % intervals."""

    def told(missed: Missed) -> dict[str, Any]:
        return {"similar": missed.similar, "drawn": missed.found, "left_out": missed.share,
                "interval": [missed.low, missed.high]}  # fmt: skip

    return {"prescreen": {
        "of": found.people, "compared": found.compared, "similar": found.similar, "drawn": found.control,
        "seed": found.seed, "strong": told(found.strong), "possible": told(found.possible),
    }}  # fmt: skip


def _rubric(rt: Runtime, actor: Actor, search_id: str, job: str) -> Rubric:
    """The search's newest criteria where they are for this job; else the model proposes some."""
    known = rubrics.newest(rt, actor, search_id)
    if known is not None and known.job_description == job:
        return known
    rubrics.keep_job_description(rt, actor, search_id, job)
    proposal = rubrics.proposal(rt, actor, _run_here(rt, actor, "propose", search_id, {}))
    if not proposal.criteria:
        raise Unavailable(proposal.message or "No criteria could be proposed from this job description.")
    return rubrics.save(rt, actor, search_id, job, proposal.criteria)


def _run_here(rt: Runtime, actor: Actor, kind: str, search_id: str, params: dict[str, Any]) -> int:
    """Here, not in a worker: it may be that none runs."""
    return Runner(rt, "command line").execute_inline(actor, kind, search_id, params)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not text in UTF-8.") from error
