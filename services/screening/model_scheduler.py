"""One scheduler a process for whatever asks the model: one event loop, one client, one view of the limits.

Runs come with their own threads and hand their work to the loop here, where all of them together
have at most Pace.fan_out calls under way, in equal parts; among processes the limits are shared by
call_budget. The loop lives as long as someone uses it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from services.runtime import Runtime
from services.screening import screening_model
from services.screening.screening_model import Turns
from services.vendors.openai_client import ModelClient

T = TypeVar("T")

_open: dict[tuple[Any, ...], Scheduler] = {}
_lock = threading.Lock()


class Scheduler:
    """`client` and `turns` belong to the loop: use them in what run() is given."""

    def __init__(self, rt: Runtime) -> None:
        self._fan_out = screening_model.PACE.fan_out
        self.turns = Turns(rt)
        self.users = 0
        self._sharing = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model", daemon=True)
        self._thread.start()
        self.client: ModelClient = self._do(self._connect(rt))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this on the loop and wait for it; whoever is interrupted meanwhile takes it off the loop."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    @contextmanager
    def sharing(self) -> Iterator[Callable[[], int]]:
        """Take part in the calls at once: gives a function that says how many of them are the caller's."""
        self._sharing += 1
        try:
            yield lambda: max(1, self._fan_out // self._sharing)
        finally:
            self._sharing -= 1

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.turns.close()

    async def _connect(self, rt: Runtime) -> ModelClient:
        return screening_model.client(rt.settings)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.client.aclose()
        await asyncio.get_running_loop().shutdown_default_executor()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def scheduler(rt: Runtime) -> Iterator[Scheduler]:
    """This process's one, for the account and limits of these settings."""
    s = rt.settings
    key = (
        s.openai_base_url, s.openai_api_key, s.openai_api, s.openai_model, s.openai_rpm, s.openai_tpm, s.redis_url
    )  # fmt: skip
    with _lock:
        if key not in _open:
            _open[key] = Scheduler(rt)
        found = _open[key]
        found.users += 1
    try:
        yield found
    finally:
        with _lock:
            found.users -= 1
            if found.users == 0:
                del _open[key]
                found.close()
