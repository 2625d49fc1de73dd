"""The command runs."""

from __future__ import annotations

import argparse
from typing import Any

from services.access import bootstrap
from services.commands import cli_base
from services.runs import runs

_RUN_COLUMNS = ("id", "kind", "state", "done", "total", "failed", "search_title", "user_name", "created_at", "message")


def add_parsers(subparsers: Any) -> None:
    listed = cli_base.add_command(subparsers, "runs", "List the newest long jobs.", _runs)
    listed.add_argument("--limit", type=int, default=20, help="how many, at most 100; default: 20")
    listed.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")


def _runs(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        found = runs.list_runs(rt, bootstrap.acting_as(rt, args.user), args.limit)
    cli_base.show_rows(args, _RUN_COLUMNS, found)
    return 0
