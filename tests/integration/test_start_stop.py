"""`sourcingx run` as a person starts it: ready line, probes, second start, stop, and what a crash leaves."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.servers import processes, run_state
from services.servers.processes import ProcessId
from services.servers.servers import Servers
from tests.waiting import LONG_S

SOURCINGX = str(Path(sys.executable).with_name("sourcingx"))
READY = re.compile(r"SourcingX is ready: (http://127\.0\.0\.1:\d+)/login/[\w-]{40,}\n")


@dataclass
class Run:
    """A `sourcingx run` that has printed its ready line."""

    process: subprocess.Popen[str]
    url: str
    home: Path

    def get(self, path: str) -> tuple[int, Any]:
        """(status, JSON body)"""
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def family(self) -> list[ProcessId]:
        """The manager, all it started, and the servers."""
        state = run_state.running(self.home)
        assert state is not None
        pids = {state.manager.pid}
        for process in [state.manager, *state.children.values(), *Servers(self.home).processes().values()]:
            assert process is not None
            pids |= {process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))}
        return [found for pid in pids if (found := processes.identify(pid)) is not None]

    def stop(self, sig: signal.Signals) -> int:
        self.process.send_signal(sig)
        return self.process.wait(timeout=LONG_S)


def environ(home: Path, **more: str) -> dict[str, str]:
    given = {"PATH": "/usr/bin:/bin", "SOURCINGX_HOME": str(home), "PORT": "0", "WEB_WORKERS": "1"}
    return {**given, "EMBEDDINGS": "off", **more}


@pytest.fixture
def home(home_of_test: Path) -> Path:
    return home_of_test / "home"


@pytest.fixture
def start(home: Path) -> Iterator[Callable[[], Run]]:
    """Starts `sourcingx run` on home; in the end nothing of it is left, whatever the test did."""
    started: list[subprocess.Popen[str]] = []

    def start_and_wait() -> Run:
        process = subprocess.Popen([SOURCINGX, "run"], env=environ(home), stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        match = READY.fullmatch(line)
        assert match is not None, line
        return Run(process, match[1], home)

    yield start_and_wait
    for process in started:
        process.terminate()
        process.communicate(timeout=LONG_S)
    run_state.end_leftovers(home)
    left = Servers(home)
    left.attach()
    left.release()


def command(home: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SOURCINGX, *argv], env=environ(home), capture_output=True, text=True, timeout=LONG_S)


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_it_says_ready_answers_probes_and_stops_without_a_trace(start: Callable[[], Run], sig: signal.Signals) -> None:
    run = start()
    assert run.get("/healthz") == (200, {"status": "ok"})
    code, body = run.get("/readyz")
    assert code == 200
    assert set(body) == {"status", "postgres", "redis", "worker"}
    family = run.family()
    assert run.stop(sig) == 0
    assert [process for process in family if processes.is_alive(process)] == []
    assert run_state.load(run.home) is None


def test_a_second_start_has_the_data_and_the_secret_of_the_first(start: Callable[[], Run], home: Path) -> None:
    first = start()
    added = command(home, "user", "add", "dana@example.com", "--role", "recruiter")
    assert added.returncode == 0, added.stderr
    secret = (home / "secret_key").read_text(encoding="ascii")
    first.stop(signal.SIGTERM)
    start()
    again = command(home, "user", "add", "dana@example.com", "--role", "recruiter")
    assert (again.returncode, "already a user" in again.stderr) == (2, True)
    assert (home / "secret_key").read_text(encoding="ascii") == secret


def test_after_a_kill_9_the_next_start_ends_or_adopts_what_was_left(start: Callable[[], Run], home: Path) -> None:
    killed = start()
    state = run_state.running(home)
    assert state is not None
    killed.stop(signal.SIGKILL)
    assert all(processes.is_alive(child) for child in state.children.values())
    run = start()
    assert not any(processes.is_alive(child) for child in state.children.values())
    assert run.get("/readyz")[0] == 200
    family = run.family()
    run.stop(signal.SIGTERM)
    assert [process for process in family if processes.is_alive(process)] == []


def test_a_second_run_on_the_same_home_is_refused(start: Callable[[], Run], home: Path) -> None:
    run = start()
    second = command(home, "run")
    assert second.returncode == 2
    assert f"already runs on {home} at {run.url}" in second.stderr
    assert run.get("/healthz")[0] == 200


def test_a_taken_port_is_one_line_and_starts_nothing(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [SOURCINGX, "run"], env=environ(home, PORT=str(port)), capture_output=True, text=True, timeout=LONG_S
        )
    assert done.returncode == 2
    assert done.stderr.startswith(f"sourcingx: HOST=127.0.0.1 PORT={port} cannot be listened on")
    assert not (home / "postgres").exists()
