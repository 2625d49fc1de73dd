"""Commands that run the product or tell how it is: run, web, worker, migrate, doctor, status."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
from typing import Any

from services import ROOT
from services.commands import cli_base
from services.config import Settings
from services.operations import doctor
from services.servers import connections, run_state, supervisor
from services.servers import migrate as migrations
from services.servers.servers import Servers, attached


def add_parsers(subparsers: Any) -> None:
    add = cli_base.add_command
    add(subparsers, "run", "Start everything and print where it is served.", _run)
    add(subparsers, "web", "Run the web server alone, in the foreground.", _web)
    add(subparsers, "worker", "Run one job worker alone, in the foreground.", _worker)
    add(subparsers, "migrate", "Bring the database to this version's schema.", _migrate)
    add(subparsers, "doctor", "Say what is missing or set wrongly; exit 1 if anything is.", _doctor)
    add(subparsers, "status", "Show processes, ports, servers, logs and version.", _status)


def _run(args: argparse.Namespace) -> int:
    return supervisor.run(Settings.from_env())


def _web(args: argparse.Namespace) -> int:
    with attached(Settings.from_env()) as (settings, servers):
        connections.must_fit(settings, ("web",))
        command, environ = supervisor.web_command(), supervisor.web_environ(settings)
        if servers is None:
            os.chdir(ROOT)
            os.execve(command[0], command, environ)  # nosec B606 # our own interpreter with our own arguments
        # In a session of its own, so that Ctrl-C comes to it once, through us, as the same graceful stop.
        with subprocess.Popen(
            command, env=environ, cwd=ROOT, pass_fds=(servers.use_fd,), start_new_session=True
        ) as web:
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, lambda *_: web.terminate())
            return web.wait()


def _worker(args: argparse.Namespace) -> int:
    from services.runs import worker

    with attached(Settings.from_env()) as (settings, _):
        connections.must_fit(settings, ("worker",))
        worker.main(settings)
    return 0


def _migrate(args: argparse.Namespace) -> int:
    with attached(Settings.from_env()) as (settings, _):
        applied = migrations.migrate(settings.database_owner_url, settings.database_url)
    text = "\n".join(f"applied {name}" for name in applied) or "nothing to do"
    cli_base.show(args, {"applied": applied}, text)
    return 0


def _doctor(args: argparse.Namespace) -> int:
    findings = doctor.examine()
    problems = [f.text for f in findings if f.wrong]
    notes = [f.text for f in findings if not f.wrong]
    lines = [*(f"PROBLEM  {text}" for text in problems), *(f"note     {text}" for text in notes)]
    lines.append(f"{len(problems)} to mend." if problems else "All is well.")
    cli_base.show(args, {"ok": not problems, "problems": problems, "notes": notes}, "\n".join(lines))
    return 1 if problems else 0


def _status(args: argparse.Namespace) -> int:
    settings = Settings.from_env()
    home = settings.home
    servers = Servers(home, postgres=not settings.database_url, valkey=not settings.redis_url)
    state = run_state.running(home)
    found = {name: process.pid if process else None for name, process in servers.processes().items()}
    cli_base.show(args, {
        "version": cli_base.version(),
        "home": str(home),
        "running": state is not None,
        "url": state.url if state else None,
        "port": state.port if state else None,
        "pids": {
            "manager": state.manager.pid if state else None,
            **{name: child.pid for name, child in (state.children if state else {}).items()},
            **found,
        },
        "database_url": _without_password(settings.database_url or servers.urls.database_url),
        "redis_url": _without_password(settings.redis_url or servers.urls.redis_url),
        "logs": {log.stem: str(log) for log in sorted((home / "logs").glob("*.log"))},
    })  # fmt: skip
    return 0


def _without_password(url: str) -> str:
    """The URL with *** for a password in its user part or its query."""
    head, at, tail = url.rpartition("@")
    scheme, separator, user = head.partition("://")
    name, colon, _ = user.partition(":")
    shown = f"{scheme}{separator}{name}{colon}{'***' if colon else ''}{at}{tail}" if at else url
    return "***" if "password=" in shown.lower() else shown
