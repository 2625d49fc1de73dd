"""The command that moves in from the SourcingX of before: import-legacy."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.access import bootstrap
from services.commands import cli_base
from services.errors import BadInput
from services.moving_in import legacy_database, legacy_history, legacy_import
from services.moving_in.legacy_history import History
from services.moving_in.legacy_import import Moved, Report

NOTHING = "Say what to move in: --from with the old database's address, --history with search_history.json, or both."
NOT_DONE = "Nothing was changed. --yes does it."


def add_parsers(subparsers: Any) -> None:
    made = cli_base.add_command(
        subparsers, "import-legacy", "Move in from the old SourcingX: its tables and its history of searches.", _move
    )
    made.add_argument(
        "--from", dest="url", metavar="URL", default="",
        help="the old Postgres database; default: LEGACY_DATABASE_URL, which no list of processes shows",
    )  # fmt: skip
    made.add_argument("--history", type=Path, metavar="FILE", help="search_history.json of the old SourcingX")
    made.add_argument(
        "--visibility", choices=("team", "private"), default="team", help="who sees the searches; default: the team"
    )
    made.add_argument("--yes", action="store_true", help="without it nothing is changed, only counted")
    made.add_argument("--user", metavar="EMAIL", default="", help="who owns the searches; default: the first admin")


def _move(args: argparse.Namespace) -> int:
    history = History()
    if args.history is not None:
        history.add(legacy_history.read_file(args.history))
    with cli_base.opened() as rt, ExitStack() as stack:
        url = args.url or rt.settings.legacy_database_url
        if not url and args.history is None:
            raise BadInput(NOTHING)
        actor = bootstrap.acting_as(rt, args.user)
        source = stack.enter_context(legacy_database.opened(url)) if url else None
        if source:
            history.add(source.history())
        if args.yes:
            told = _quiet if args.json else _told
            report = legacy_import.move_in(rt, actor, source, history, args.visibility, told)
        else:
            report = legacy_import.dry_run(rt, actor, source, history)
    cli_base.show(args, {"done": args.yes, **asdict(report)}, "\n".join(_lines(report, done=args.yes)))
    return 1 if report.failed else 0


def _told(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _quiet(line: str) -> None:
    """Whoever reads JSON reads nothing else."""


def _lines(report: Report, *, done: bool) -> list[str]:
    lines = []
    if report.launches:
        parts = [f"{report.added:,} new", f"{report.known:,} there already"]
        parts += [f"{report.deleted:,} deleted here since"] if report.deleted else []
        lines.append(f"History: {report.launches:,} entries, of which as searches {', '.join(parts)}")
        lines += [f"  cannot be taken: {n:,} ({reason})" for reason, n in report.rejected.items()]
    if report.nameless:
        lines.append(f"People without a LinkedIn address, who cannot be told apart: {report.nameless:,}")
    for item in report.items:
        lines += _item_lines(item)
    return [*lines, *([] if done else [NOT_DONE])]


def _item_lines(item: Moved) -> list[str]:
    head = f"{item.title}: {item.people:,} people" + ("" if item.new else ", moved in before")
    if item.problem:
        return [head, f"  not moved: {item.problem}"]
    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in item.counts.items() if n)
    told = [
        (item.missing, "screenings of people who are not in the table of people"),
        (item.failures, "screenings with the score 0, which were failures: left out"),
        (item.cut, "people whose raw data is too large: without it"),
    ]
    return [
        f"{head}: {counts or 'nobody'}",
        *(f"  cannot be taken: {n:,} ({reason})" for reason, n in item.reasons.items()),
        *(f"  {n:,} {words}" for n, words in told if n),
    ]
