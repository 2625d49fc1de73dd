"""Commands of the demo: demo, demo-reset."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from services.commands import cli_base
from services.config import Settings
from services.demo import demo
from services.servers import supervisor


def add_parsers(subparsers: Any) -> None:
    add = cli_base.add_command
    run = add(subparsers, "demo", "As run, with 10,000 synthetic people and a stub model; nothing leaves here.", _demo)
    run.add_argument("--reset", action="store_true", help="empty the demo instead; its next start is as the first")
    add(subparsers, "demo-reset", "Empty the demo; its next start is as the first.", _reset)


def _demo(args: argparse.Namespace) -> int:
    if args.reset:
        return _reset(args)
    settings = demo.home_of(Settings.from_env())
    # On stderr: whoever reads our output waits for the line that says ready.
    sys.stderr.write(f"The demo's home is {settings.home}; set SOURCINGX_HOME to it for other commands on it.\n")
    return supervisor.run(settings, prepare=demo.prepare)


def _reset(args: argparse.Namespace) -> int:
    settings = demo.home_of(Settings.from_env())
    demo.reset(settings)
    cli_base.show(args, {"home": str(settings.home), "empty": True}, "The demo is empty; its next start fills it anew.")
    return 0
