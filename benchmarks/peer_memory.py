"""P2-streamlit: what a session takes of the design that this one replaces: Streamlit with everything in the session.

Written for the purpose from the seed documents (benchmarks/peers/streamlit_app.py) and run in an environment of
its own, which is made for the time of the measure. Sessions are driven over the app's websocket.
"""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from benchmarks.measure import Figure
from benchmarks.memory import slope_of
from benchmarks.stage import Stage
from services.demo import synthetic_people
from services.operations import process_figures

PEERS = Path(__file__).with_name("peers")
PROFILES, SESSIONS, STEP = 1_000, 12, 2
QUICK_PROFILES, QUICK_SESSIONS = 200, 4
# The seed found 20 to 50 KB of raw data a profile.
RAW_BYTES = 20_000
PATIENCE_S = 120.0


def figures(stage: Stage) -> Iterator[Figure]:
    profiles, most = (QUICK_PROFILES, QUICK_SESSIONS) if stage.quick else (PROFILES, SESSIONS)
    with tempfile.TemporaryDirectory(prefix="sx-peer-") as folder:
        home = Path(folder)
        python = _environment(home / "venv")
        people = home / "profiles.jsonl"
        _write(people, profiles)
        with _serving(python, people, home / "streamlit.log") as (url, pid):
            sizes = list(_grown(python, url, pid, most))
    yield Figure(
        "P2-streamlit",
        f"the replaced design: {profiles:,} profiles in each session, growth a session, by regression: reported",
        slope_of(sizes), "MiB", None, arms={"mib": {str(sessions): mib for sessions, mib in sizes}}, n=len(sizes),
        note=f"one process, raw data of {RAW_BYTES // 1000} KB a profile; what ours takes is P2b",
    )  # fmt: skip


def _environment(folder: Path) -> Path:
    """A Python that has what the peer needs."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "-r", str(PEERS / "requirements.txt")], check=True, timeout=600)
    return python


def _write(path: Path, count: int) -> None:
    """One profile a line, with its raw data as a vendor sends it: mostly texts of jobs and posts."""
    some = synthetic_people.people(7, 0, count)
    with path.open("w", encoding="utf-8") as file:
        for person, jobs in zip(some, synthetic_people.histories(7, 0, some), strict=True):
            raw = synthetic_people.raw_record(person, jobs)
            text = person.summary or person.headline
            posts = [f"{n}: {text}" for n in range(max(1, (RAW_BYTES - len(json.dumps(raw))) // (len(text) + 8)))]
            row = {"linkedin_url": f"https://www.linkedin.com/in/{person.slug}", **person._asdict()}
            file.write(json.dumps({**row, "raw_data": json.dumps({**raw, "posts": posts})}) + "\n")


@contextmanager
def _serving(python: Path, people: Path, log: Path) -> Iterator[tuple[str, int]]:
    """(address, process id) of a Streamlit server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    options += ["--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    command = [str(python), "-m", "streamlit", "run", str(PEERS / "streamlit_app.py"), *options, "--", str(people)]
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=people.parent)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        yield f"127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(url, timeout=5).text == "ok":
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"Streamlit did not start:\n{log.read_text()}")


def _grown(python: Path, url: str, pid: int, most: int) -> Iterator[tuple[int, float]]:
    """(sessions, MiB) from the first two on: before them nothing of the app is loaded."""
    command = [str(python), str(PEERS / "streamlit_sessions.py"), f"ws://{url}"]
    driver = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert driver.stdin is not None and driver.stdout is not None
    try:
        for sessions in range(STEP, most + 1, STEP):
            driver.stdin.write(f"{STEP}\n")
            driver.stdin.flush()
            if driver.stdout.readline().strip() != str(sessions):
                raise RuntimeError("the app failed in a session")
            server = psutil.Process(pid)
            every = [pid, *(child.pid for child in server.children(recursive=True))]
            yield sessions, sum(process_figures.memory(one)[0] for one in every) / 2**20
    finally:
        driver.stdin.close()
        driver.wait(timeout=60)
        driver.stdout.close()
