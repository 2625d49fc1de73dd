"""The command that looks for careers, e-mails and telephone numbers of people of a search: enrich."""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal
from typing import Any

from services.access import bootstrap
from services.commands import cli_base
from services.commands.cli_export import add_view, view_of
from services.enrichment import enrichment
from services.enrichment.enrichment_estimate import Estimate
from services.enrichment.enrichment_plan import WANTS
from services.errors import BadInput
from services.runs import runs
from services.runs.job_runner import Runner

_COUNTS = (
    "found", "missed", "fresh", "no_address", "left_alone", "fetching", "unknown", "credits", "calls",
)  # fmt: skip


def add_parsers(subparsers: Any) -> None:
    enrich = cli_base.add_command(
        subparsers, "enrich", "Ask vendors for careers, e-mails and phones of the people of a view.", _enrich
    )
    add_view(enrich)
    enrich.add_argument(
        "--want", action="append", choices=WANTS, required=True, help="what to look for; may be repeated"
    )
    enrich.add_argument("--again", action="store_true", help="also who is known already, or was asked about lately")
    enrich.add_argument("--estimate", action="store_true", help="say what it would take, and ask nobody")


def _enrich(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        wants = list(dict.fromkeys(args.want))
        view = view_of(rt, actor, args)
        if not enrichment.overview(rt, actor, view.search_id).wants:
            raise BadInput(enrichment.OFF)
        chosen = enrichment.choice(rt, view, wants, (), args.again)
        if args.estimate:
            _show_estimate(args, enrichment.estimate(rt, actor, chosen))
            return 0
        # Here, not in a worker: it may be that none runs. What pauses until a time goes on in one that is there then.
        run_id = Runner(rt, "command line").execute_here(
            lambda conn: enrichment.start_with(conn, rt.settings, actor, chosen)
        )
        run = runs.get_run(rt, actor, run_id)
    counts = {name: run["counts"].get(name) or 0 for name in _COUNTS}
    cli_base.show(args, {
        "run": run_id, "state": run["state"], "search": str(view.search_id), "people": run["total"],
        "failed": run["failed"], **counts,
    })  # fmt: skip
    if run["state"] != "done":
        sys.stderr.write(f"sourcingx: {run['message'] or 'This did not come to its end.'}\n")
        return 1
    return 0


def _show_estimate(args: argparse.Namespace, found: Estimate) -> None:
    vendors = [
        {
            "vendor": one.standing.limits.vendor, "people": one.people, "later": one.later,
            "minutes": round(one.minutes, 1), "credits": one.credits, "cost": _dollars(one.cost),
            "expected_credits": one.expected_credits, "expected_cost": _dollars(one.expected_cost),
            "left_today": one.left,
        }
        for one in found.vendors
    ]  # fmt: skip
    people = {name: getattr(found, name) for name in ("people", "known", "fresh", "no_address", "asked")}
    lines = [f"{name}: {count:,}" for name, count in people.items()]
    lines += [
        f"{one['vendor']}: {one['people']:,} people, {one['expected_credits']:,} credits expected, "
        f"{one['credits']:,} at most, {one['minutes']} min"
        for one in vendors
    ]
    cli_base.show(args, {**people, "vendors": vendors}, "\n".join(lines))


def _dollars(cost: Decimal | None) -> float | None:
    return None if cost is None else float(cost)
