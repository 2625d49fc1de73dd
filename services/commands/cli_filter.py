"""Commands about filter rules: lists, filter."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from services.access import bootstrap
from services.access.identity import Actor
from services.commands import cli_base
from services.errors import BadInput, Unavailable
from services.filtering import filtering, list_files, list_rows, lists
from services.filtering.rule_kinds import LIST_KINDS, Holds
from services.runs import runs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.screening import screening

_HOLDS = ("people", "companies", "schools")
_COUNTS = ("changed", "unchanged", "skipped_changed", "skipped_gone")


def add_parsers(subparsers: Any) -> None:
    fill = cli_base.add_command(subparsers, "lists", "Show the lists that rules use, or fill one from a file.", _lists)
    fill.add_argument("name", nargs="?", metavar="NAME", help="of the list; made where there is none")
    fill.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="CSV, XLSX, Parquet, JSON, or a text with one entry a line; takes the list's place",
    )
    fill.add_argument("--kind", choices=tuple(LIST_KINDS), default="custom", help="of a new list; default: custom")
    fill.add_argument("--holds", choices=_HOLDS, default=None, help="what a new custom list holds")
    fill.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")
    run = cli_base.add_command(subparsers, "filter", "Leave people of a search out by rules.", _filter)
    run.add_argument("search", metavar="SEARCH", help="title or id of the search")
    run.add_argument("--rules", required=True, type=Path, metavar="FILE", help="JSON: a list of rules, in order")
    run.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    run.add_argument("--bring-back", action="store_true", help="whom these rules keep comes back, too")
    run.add_argument("--user", metavar="EMAIL", default="", help="who does it; default: the first admin")


def _lists(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        if args.name is None:
            rows = [vars(one) for one in lists.all_lists(rt, actor)]
            cli_base.show_rows(args, ("id", "kind", "holds", "name", "version", "entry_count"), rows)
            return 0
        if args.file is None:
            raise BadInput("Give the list's entries with --file.")
        list_id = _list(rt, actor, args)
        holds = lists.get(rt, actor, list_id).holds
        filled = lists.replace(rt, actor, list_id, _entries(args.file, holds), "file")
    cli_base.show(args, {"list": list_id, **vars(filled)})
    return 0


def _filter(args: argparse.Namespace) -> int:
    try:
        rules = json.loads(_read(args.rules))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{args.rules} is not JSON.") from error
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        search_id = UUID(screening.find_search(rt, actor, args.search))
        if args.dry_run:
            _show_dry_run(args, filtering.dry_run(rt, actor, search_id, rules))
            return 0
        run_id = filtering.start(rt, actor, search_id, rules, bring_back=args.bring_back)
        # Here, not in a worker: it may be that none runs.
        Runner(rt, "command line").execute(run_id)
        run = runs.get_run(rt, actor, run_id)
    if run["state"] != "done":
        raise Unavailable(run["message"] or "The rules were not applied to the end; what was done is kept.")
    cli_base.show(args, {"run": run_id, **{name: run["counts"].get(name, 0) for name in _COUNTS}})
    return 0


def _show_dry_run(args: argparse.Namespace, done: filtering.DryRun) -> None:
    names = ("alone", "unknown", "in_order", "without", "guarded", "flagged")
    rules = [{"rule": one.sentence, **{name: getattr(one, name) for name in names}} for one in done.rules]
    lines = [f"{one['in_order']:>9,}  {one['rule']}  (alone {one['alone']:,}, unknown {one['unknown']:,}, "
             f"without it {one['without']:,} more stay)" for one in rules]  # fmt: skip
    lines.append(f"{done.left_out:,} of {done.people:,} would be left out.")
    result = {"people": done.people, "left_out": done.left_out, "exact": done.exact, "rules": rules}
    cli_base.show(args, result, "\n".join(lines))


def _list(rt: Runtime, actor: Actor, args: argparse.Namespace) -> int:
    known = [one.id for one in lists.all_lists(rt, actor) if one.name.lower() == args.name.strip().lower()]
    if len(known) > 1:
        raise BadInput("Several people have a list of this name; rename one of them.")
    return known[0] if known else lists.create(rt, actor, args.kind, args.name, args.holds)


def _entries(path: Path, holds: Holds) -> list[list_rows.Entry]:
    """A text holds one entry a line; any other file is a table, as in imports."""
    if path.suffix.lower() in ("", ".txt", ".text"):
        return list_rows.from_text(_read(path), holds)
    try:
        with path.open("rb") as file:
            return list_rows.from_numbered(list_files.rows_of(file), holds)
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error


def _read(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not text in UTF-8.") from error
