"""The command that puts people of a search in the order of how alike they are to its job description: match."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from services.access import bootstrap
from services.commands import cli_base
from services.errors import BadInput, Conflict, Unavailable
from services.grid import result_sets
from services.grid.grid_columns import STATUSES
from services.grid.grid_view import View
from services.matching import matching
from services.screening import screening

_SHOWN = ("id", "similarity", "full_name", "title", "company", "match_words")
NOT_YET = "The text is being read by the job worker; try again in a moment, with a worker running."


def add_parsers(subparsers: Any) -> None:
    match = cli_base.add_command(
        subparsers, "match", "Show who of a search is most like its job description, or a sentence.", _match
    )
    match.add_argument("search", metavar="SEARCH", help="title or id of the search")
    match.add_argument("--text", default="", metavar="SENTENCE", help="in place of the job description")
    match.add_argument("--top", type=int, default=10, metavar="N", help="how many, at most 100; default: 10")
    match.add_argument("--status", choices=STATUSES, default="active", help="who of the search; default: active")
    match.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")


def _match(args: argparse.Namespace) -> int:
    if not 1 <= args.top <= result_sets.PAGE:
        raise BadInput(f"--top is from 1 to {result_sets.PAGE}.")
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        search_id = View.of(screening.find_search(rt, actor, args.search)).search_id
        if args.text:
            found = matching.to_text(rt, actor, search_id, args.text)
        else:
            found = matching.to_job(rt, actor, search_id)
        if found.state == "waiting":
            raise Conflict(NOT_YET)
        if found.state == "failed":
            raise Unavailable(found.message)
        view = View.of(search_id, status=args.status, match=found.id)
        page = result_sets.fetch_page(rt, actor, view, None, 0, args.top)
        coverage = matching.coverage(rt, actor, search_id)
    rows = [{name: row.get(name) for name in _SHOWN} for row in page.rows]
    if args.json:
        cli_base.show(args, {"match": found.id, "people": coverage.people, "compared": coverage.compared, "rows": rows})
        return 0
    cli_base.show_rows(args, _SHOWN, [{**row, "match_words": ", ".join(row["match_words"] or [])} for row in rows])
    sys.stdout.write(f"{len(rows):,} of {coverage.people:,}, {coverage.compared:,} of whom can be compared\n")
    return 0
