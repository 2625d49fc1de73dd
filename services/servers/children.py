"""Child processes of the process manager: started, restarted when they exit, ended together."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services import ROOT
from services.servers import processes
from services.servers.processes import ProcessId

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
# A child that lived this long was healthy: its next restart does not wait for the ones before.
HEALTHY_S = 60.0
LOG_BYTES = 10_000_000


@dataclass
class Child:
    """One long-running command. Its output goes to log, which is turned over at 10 MB."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    pass_fds: tuple[int, ...] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)
    _delay: float = field(default=FIRST_DELAY_S, init=False)

    def start(self) -> None:
        self._started = time.monotonic()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Beside our own modules: another project's app.py must not be taken for ours.
                cwd=ROOT,
                env=dict(self.environ),
                # Ctrl-C at the terminal is for the manager, which ends its children in order.
                start_new_session=True,
                pass_fds=self.pass_fds,
            )

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def identity(self) -> ProcessId | None:
        return None if self._process is None else processes.identify(self._process.pid)

    def restart_if_due(self) -> bool:
        """Start again what has exited, later each time it exits early. True when it was started."""
        if self.exit_code is None:
            return False
        now = time.monotonic()
        if self._due == 0.0:
            healthy = now - self._started >= HEALTHY_S
            self._delay = FIRST_DELAY_S if healthy else self._delay
            self._due = now + self._delay
            self._delay = min(self._delay * 2, LONGEST_DELAY_S)
        if now < self._due:
            return False
        self._due = 0.0
        self.start()
        return True

    def ask_to_end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def make_sure_it_ended(self, grace_s: float) -> None:
        """Wait for the end that was asked for; after grace_s seconds kill it and what it started."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=grace_s)
        except subprocess.TimeoutExpired:
            found = self.identity
            if found is not None:
                processes.end(found, sig=signal.SIGKILL, grace_s=3)
            self._process.wait()


def turn_over(log: Path) -> None:
    """Keep a log that has grown large as NAME.1 and begin it anew; writers append, so they go on."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        with log.open("r+b") as file:
            file.truncate()


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, "" when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 8000))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""
