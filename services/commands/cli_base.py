"""What every command of the command line shares: arguments, output, errors, servers."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from typing import Any, NoReturn

import psycopg

from services.config import Settings
from services.errors import Unavailable
from services.runtime import Runtime
from services.servers import migrate
from services.servers.servers import attached

Handler = Callable[[argparse.Namespace], int]
Subparsers = argparse._SubParsersAction  # argparse has no public name for what add_subparsers() returns


class Parser(argparse.ArgumentParser):
    """Bad arguments are one line and exit 2, not the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def add_command(subparsers: Any, name: str, help: str, handler: Handler) -> argparse.ArgumentParser:
    """A command with --json; add its arguments to what is returned."""
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=help, description=help)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.set_defaults(handler=handler)
    return parser


@contextmanager
def opened() -> Iterator[Runtime]:
    """A runtime on the servers of SOURCINGX_HOME, which are started for as long as this lasts if need be.

    Embedded servers are brought to the newest schema; others are left to `sourcingx migrate`.
    """
    # The pool's own complaints repeat what we say in one line, and quote the URL.
    logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())
    with attached(Settings.from_env()) as (settings, servers):
        if servers is not None and servers.postgres is not None:
            migrate.migrate(settings.database_owner_url, settings.database_url)
        else:
            _must_answer(settings.database_url)
        rt = Runtime(settings, kind="worker")
        rt.open()
        try:
            yield rt
        finally:
            rt.close()


def _must_answer(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise Unavailable("Postgres does not answer at DATABASE_URL; sourcingx doctor says more.") from error


def show(args: argparse.Namespace, data: Mapping[str, Any], text: str | None = None) -> None:
    """One result: JSON, or text (default: a line `name: value` each)."""
    if args.json:
        _write_json(data)
    else:
        lines = text.splitlines() if text is not None else [f"{name}: {_plain(value)}" for name, value in data.items()]
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def show_rows(args: argparse.Namespace, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Many results: a JSON array of objects, or a table with a heading."""
    if args.json:
        _write_json([{name: row[name] for name in columns} for row in rows])
        return
    table = [list(columns), *([_plain(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    for line in table:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def version() -> str:
    try:
        return metadata.version("sourcingx")
    except metadata.PackageNotFoundError:
        return "not installed"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
    return "-" if value is None else str(value)


def _write_json(data: Any) -> None:
    json.dump(data, sys.stdout, default=str, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
