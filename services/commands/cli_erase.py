"""The command that erases somebody: erase."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from services.access import bootstrap
from services.commands import cli_base
from services.errors import BadInput
from services.privacy import erasures


def add_parsers(subparsers: Any) -> None:
    made = cli_base.add_command(
        subparsers, "erase", "Erase a person for good, by an address that is read from the terminal or a pipe.", _erase
    )
    made.add_argument("--yes", action="store_true", help="without it nothing is changed, only counted")
    made.add_argument("--user", metavar="EMAIL", default="", help="an admin, who does it; default: the first")


def _erase(args: argparse.Namespace) -> int:
    # Not an argument: arguments are seen in the list of processes and kept in the shell's history.
    if sys.stdin.isatty():
        sys.stderr.write("LinkedIn address, e-mail address, or link to the person here: ")
        sys.stderr.flush()
    address = sys.stdin.readline().strip()
    if not address:
        raise BadInput(erasures.NOT_READ)
    with cli_base.opened() as rt:
        actor = bootstrap.acting_as(rt, args.user)
        people = erasures.count(rt, actor, address)
        if not args.yes:
            cli_base.show(args, {"would_erase": people}, f"{people} would be erased; --yes does it.")
            return 0
        done = erasures.erase_by_address(rt, actor, address, erasures.confirmation(people))
    cli_base.show(args, {
        "erasure": done.erasure_id, "people": done.people, "searches": len(done.searches), "run": done.run_id,
    })  # fmt: skip
    return 0
