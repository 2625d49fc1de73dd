"""SOURCINGX_HOME: the folder of one installation, its modes, its kept secret and its locks."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from services.config import Settings
from services.errors import Unavailable

# Characters; ours have 64, and somebody may have put one of their own there.
SHORTEST_KEY = 16


def prepare(settings: Settings) -> Settings:
    """Make the folder and fill in the keys that are kept there. Raises Unavailable when it cannot be written, or a
    key in it is damaged."""
    home = settings.home
    try:
        # 0711 as root: the embedded servers then run as another user, who must get through to their data.
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        (home / "logs").mkdir(mode=0o700, exist_ok=True)
        key = settings.secret_key or _kept_key(home / "secret_key", "remove it, and the next start makes a new one")
        suppression = settings.suppression_key or _kept_key(
            home / "suppression_key", "put its copy there; if nobody was ever erased, remove it"
        )
    except OSError as error:
        raise Unavailable(f"SOURCINGX_HOME ({home}) cannot be written: {error.strerror}.") from error
    return replace(settings, secret_key=key, suppression_key=suppression)


def _kept_key(path: Path, mend: str) -> str:
    """The key made at the first start. Whole or not at all, also with two first starts at once, and after a power cut.

    Raises Unavailable for what is no key any more: without one, what is signed by it could be made by anyone.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(draft, "w", encoding="ascii", opener=private) as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if len(key) < SHORTEST_KEY or not (key.isascii() and key.isprintable()):
        raise Unavailable(f"{path} is damaged: {mend}.")
    return key


def private(path: str, flags: int) -> int:
    """An opener for files that nobody else may open: a lock that others can take is none."""
    return os.open(path, flags, 0o600)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock; waits for whoever has it. The system frees it when a process dies."""
    with open(path, "a", encoding="ascii", opener=private) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
