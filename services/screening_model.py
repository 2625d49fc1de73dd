"""The model as the job worker reaches it: one client, and the account's limits shared with all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from types import TracebackType
from typing import Self, TypeVar

from services.call_budget import BudgetClosed, CallBudget
from services.config import Settings
from services.errors import BadInput
from services.rubrics import OFF
from services.runtime import Runtime
from services.vendors.openai_client import ModelClient

T = TypeVar("T")
WAITING_REDIS = "Waiting for Redis: limits cannot be kept without it."
CLOSED_S = 1.0


@dataclass(frozen=True)
class Pace:
    """fan_out: calls at once. claim: items taken at a time. Pauses and timeout in seconds."""

    fan_out: int = 8
    claim: int = 40
    timeout_s: float = 60.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0


PACE = Pace()


def must_be_on(settings: Settings) -> None:
    """Raises BadInput, which says what to set, where no model is set up."""
    if not settings.openai_api_key:
        raise BadInput(OFF)


def client(settings: Settings) -> ModelClient:
    s = settings
    return ModelClient(s.openai_base_url, s.openai_api_key, s.openai_api, s.openai_model, PACE.timeout_s)


class Turns:
    """The shared limits for one event loop: Redis is asked on a thread. `waiting` says for what, for people."""

    def __init__(self, rt: Runtime) -> None:
        s = rt.settings
        # Without the key, which may stand nowhere else; whoever shares server and model shares the limit.
        account = blake2b(f"{s.openai_base_url} {s.openai_model}".encode(), digest_size=8).hexdigest()
        self._budget = CallBudget(rt.redis, f"openai:{account}", requests=s.openai_rpm, tokens=s.openai_tpm)
        self.waiting = ""

    async def __aenter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, "limits")
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._thread.shutdown()

    async def take(self, tokens: int) -> None:
        """Wait for room for one call of about so many tokens, for as long as it takes."""
        while True:
            try:
                wait = await self._do(lambda: self._budget.reserve(tokens))
            except BudgetClosed:
                self.waiting, wait = WAITING_REDIS, CLOSED_S
            else:
                self.waiting = ""
                if wait == 0:
                    return
            await asyncio.sleep(wait)

    async def settle(self, reserved: int, used: int) -> None:
        """What the call was billed, where that is known."""
        if used:
            await self._quietly(lambda: self._budget.settle(reserved, used))

    async def block(self, seconds: float) -> None:
        """The vendor said to wait: nobody calls before that."""
        await self._quietly(lambda: self._budget.block(seconds))

    async def _quietly(self, adjust: Callable[[], None]) -> None:
        try:
            await self._do(adjust)
        except BudgetClosed:
            # Redis went away since the reservation: nothing to correct, and the next one waits anyway.
            return

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
