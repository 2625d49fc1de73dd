"""Running a server as another user, since PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from services.errors import Unavailable

ACCOUNT = "embedded_postgres"
# What a server needs of our environment: nothing that is secret.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}
# Servers outlive the function that starts them; a Popen that is dropped while its process runs is a warning.
_started: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Account:
    """The system user that owns the servers' data."""

    uid: int
    gid: int


def account() -> Account | None:
    """Whom to run the servers as; None = as ourselves, who are not root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        try:
            subprocess.run(  # nosec B607 # it is root's own PATH on which it is looked for
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
                check=True,
                capture_output=True,
            )
            entry = pwd.getpwnam(ACCOUNT)
        except (OSError, subprocess.CalledProcessError, KeyError) as error:
            raise Unavailable(
                "PostgreSQL does not run as root and no other user could be made: "
                "start SourcingX as another user, or set DATABASE_URL and REDIS_URL."
            ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def start(command: list[str], who: Account | None, log: Path) -> subprocess.Popen[bytes]:
    """Start a server that outlives us, its output appended to log. Ctrl-C at our terminal does not reach it."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
        )
    _started.append(child)
    return child


def reap() -> None:
    """Take note of servers that have ended, so that they do not stay as zombies."""
    _started[:] = [child for child in _started if child.poll() is None]


def run(command: list[str], who: Account | None) -> subprocess.CompletedProcess[str]:
    """Run a tool of the servers to its end; returns with its output."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd="/",
        env=ENVIRONMENT,
        check=False,
        user=who.uid if who else None,
        group=who.gid if who else None,
        extra_groups=[] if who else None,
    )


def own_folder(path: Path, who: Account | None) -> None:
    """Make a folder that only the server's account may enter, and let that account reach it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if who is not None:
        os.chown(path, who.uid, who.gid)
        let_through(path.parent, who)


def let_through(path: Path, who: Account | None) -> None:
    """Let the account pass (not read) this folder and those above it."""
    if who is None:
        return
    for folder in (path, *path.parents):
        info = folder.stat()
        if info.st_uid != who.uid and not info.st_mode & stat.S_IXOTH:
            try:
                folder.chmod(stat.S_IMODE(info.st_mode) | stat.S_IXOTH)
            except OSError as error:
                raise Unavailable(
                    f"The embedded servers run as the user {ACCOUNT}, who cannot enter {folder}: "
                    "start SourcingX as another user, or keep it elsewhere."
                ) from error
