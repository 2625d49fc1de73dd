"""What the process of a job worker stands on: its slot, the queue's connections, signals and a watchdog."""

from __future__ import annotations

import asyncio
import faulthandler
import fcntl
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from psycopg_pool import AsyncConnectionPool

from services.config import Settings
from services.db import GONE_AFTER
from services.errors import Unavailable

HANGS_S = 60.0
CONNECT_S = 10.0


@asynccontextmanager
async def queue_pool(settings: Settings) -> AsyncIterator[AsyncConnectionPool]:
    """Procrastinate's connections; it needs LISTEN, so they go past a pooler. Raises PoolTimeout."""
    pool = AsyncConnectionPool(
        settings.database_direct_url or settings.database_url,
        min_size=1,
        max_size=4,
        timeout=CONNECT_S,
        kwargs={**GONE_AFTER, "options": "-c statement_timeout=60000 -c lock_timeout=10000 -c timezone=UTC"},
        check=AsyncConnectionPool.check_connection,
        open=False,
        name="jobs",
    )
    try:
        await pool.open(wait=True, timeout=CONNECT_S)
        yield pool
    finally:
        await pool.close()


@contextmanager
def stopping_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], wanted: bool) -> Iterator[None]:
    names = (signal.SIGTERM, signal.SIGINT) if wanted else ()
    for name in names:
        loop.add_signal_handler(name, stop)
    try:
        yield
    finally:
        for name in names:
            loop.remove_signal_handler(name)


@contextmanager
def watchdog(loop: asyncio.AbstractEventLoop, wanted: bool) -> Iterator[None]:
    """Ends the process, with all stacks in the log, when the loop has not turned for 60 s.

    faulthandler's timer is a C thread: it works even when a handler holds the interpreter's lock.
    """
    if not wanted:
        yield
        return

    async def rearm() -> None:
        while True:
            faulthandler.dump_traceback_later(HANGS_S, exit=True)
            await asyncio.sleep(5)

    task = loop.create_task(rearm())
    try:
        yield
    finally:
        task.cancel()
        faulthandler.cancel_dump_traceback_later()


@contextmanager
def slot(home: Path) -> Iterator[str]:
    """The name of the first free worker slot of this home, ours until the end.

    The lock on its file ends with the process, however that ends: whoever gets it knows that the
    slot's former holder is dead.
    """
    for number in range(1, 1000):
        with (home / f"worker-{number}.lock").open("a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            file.seek(0)
            name = file.read().strip()
            if not name:
                name = f"{socket.gethostname().partition('.')[0]}/{number}-{uuid.uuid4().hex[:8]}"
                file.write(name)
                file.flush()
            with suppress(GeneratorExit):
                yield name
            return
    raise Unavailable("There are too many job workers on this SOURCINGX_HOME.")
