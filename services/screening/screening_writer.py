"""Writes of a screening that asks many at once: one after the other, off the event loop, until they are done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from services import db
from services.errors import Conflict, Unavailable
from services.runs.jobs import RunHandle
from services.runtime import Runtime

T = TypeVar("T")
AGAIN_S = 1.0


class Writer:
    """One thread: writes keep their order, and a run has one connection at a time."""

    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self._rt, self._handle = rt, handle

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, "screen")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    async def __call__(self, write: Callable[[db.Conn], T]) -> T:
        """One transaction; again while the database is away, so that no paid answer is lost."""

        def transaction() -> T:
            with self._rt.db.connection() as conn:
                return write(conn)

        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)
            except (Unavailable, Conflict):
                if self._handle.stopping.is_set():
                    raise
                await asyncio.sleep(AGAIN_S)
