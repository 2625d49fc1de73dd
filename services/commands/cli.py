"""The `sourcingx` command. A module of COMMANDS adds its commands in `add_parsers(subparsers)`.

Exit codes: 0 done, 1 something is missing or does not answer, 2 what was given cannot be taken
(one line on stderr, nothing changed); a backup or restore that lacks files that were lost before has 3.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import psycopg

from services.commands import (
    cli_archive,
    cli_backup,
    cli_base,
    cli_candidates,
    cli_demo,
    cli_embed,
    cli_enrich,
    cli_erase,
    cli_export,
    cli_filter,
    cli_generate,
    cli_import,
    cli_legacy,
    cli_match,
    cli_run,
    cli_runs,
    cli_screening,
    cli_users,
)
from services.errors import ProductError

COMMANDS = (
    cli_run,
    cli_users,
    cli_import,
    cli_legacy,
    cli_runs,
    cli_candidates,
    cli_export,
    cli_filter,
    cli_generate,
    cli_screening,
    cli_match,
    cli_embed,
    cli_enrich,
    cli_archive,
    cli_backup,
    cli_erase,
    cli_demo,
)


def parser() -> cli_base.Parser:
    """All commands, each with its handler in `args.handler`."""
    top = cli_base.Parser(prog="sourcingx", description="SourcingX: load, filter, screen, triage, export.")
    top.add_argument("--version", action="version", version=f"sourcingx {cli_base.version()}")
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add_parsers(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    args = parser().parse_args(argv)
    try:
        code: int = args.handler(args)
        return code
    except ProductError as error:
        sys.stderr.write(f"sourcingx: {error.message}\n")
        return 2 if error.status < 500 else 1
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction):
        sys.stderr.write("sourcingx: The database is not at this version's schema: run sourcingx migrate.\n")
        return 1
    except psycopg.errors.InsufficientPrivilege:
        sys.stderr.write("sourcingx: The database role may not do this: set DATABASE_OWNER_URL to the owner's role.\n")
        return 1
    except BrokenPipeError:
        # The reader of our output went away (| head): nothing to say, and nobody to say it to.
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
