"""The command that fills a search with synthetic people: generate."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import sql
from services import db
from services.access import bootstrap, identity
from services.access.identity import Actor
from services.commands import cli_base
from services.demo import synthetic
from services.errors import BadInput
from services.runtime import Runtime

_Q = sql.queries("bootstrap")


def add_parsers(subparsers: Any) -> None:
    generate = cli_base.add_command(subparsers, "generate", "Make a search of N synthetic people.", _generate)
    generate.add_argument("n", metavar="N", type=int, help=f"how many people, 1 to {synthetic.LARGEST:,}")
    generate.add_argument("--title", default="", help="title of the search; default: Synthetic people (N)")
    generate.add_argument("--seed", type=int, default=1, help="the same seed gives the same people; default: 1")
    generate.add_argument("--user", metavar="EMAIL", default="", help="whose search it is; default: the first admin's")


def _generate(args: argparse.Namespace) -> int:
    title = args.title or f"Synthetic people ({args.n:,})"
    with cli_base.opened() as rt:
        actor = _actor(rt, args.user)
        start = time.monotonic()
        search_id = synthetic.generate(rt, actor, args.n, title, args.seed, _progress())
        seconds = time.monotonic() - start
    result = {"search": search_id, "people": args.n, "seconds": round(seconds, 1), "per_second": int(args.n / seconds)}
    cli_base.show(args, result)
    return 0


def _actor(rt: Runtime, email: str) -> Actor:
    """The user with this address; without one the first admin, who is made on an install without people."""
    if not email:
        with rt.db.connection() as conn:
            row = db.one(conn, _Q.fetch_first_admin)
        if row is None:
            return identity.create_user(rt, bootstrap.FIRST_ADMIN, "Admin", "admin")
        email = row["email"]
    actor = identity.find_user(rt, email)
    if actor is None:
        raise BadInput("There is no active user with this e-mail address.")
    return actor


def _progress() -> synthetic.Progress | None:
    """A line that counts, where someone is watching."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, n: int) -> None:
        sys.stderr.write(f"\r{done:,} of {n:,}" + ("; building indexes\n" if done == n else ""))
        sys.stderr.flush()

    return show
