"""The model as the job worker reaches it: one client, and the account's limits shared with all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from services.config import Settings
from services.errors import BadInput
from services.runtime import Runtime
from services.screening.call_budget import BudgetClosed, CallBudget
from services.screening.model_holds import account_of
from services.screening.rubrics import OFF
from services.vendors.openai_batches import BatchClient
from services.vendors.openai_client import ModelClient
from services.vendors.openai_errors import RateHeaders

T = TypeVar("T")
WAITING_REDIS = "Waiting for Redis: limits cannot be kept without it."
CLOSED_S = 1.0
# However far off a reset is: limits are named anew by the next answer.
LONGEST_PAUSE_S = 10.0


@dataclass(frozen=True)
class Pace:
    """fan_out: calls at once in a process. claim: items taken at a time. Pauses and timeout in seconds.

    grace_s: how long a run that shall end waits for the answers that are on their way: a worker that stops has 25 s.
    """

    fan_out: int = 64
    claim: int = 40
    timeout_s: float = 60.0
    grace_s: float = 15.0
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


def batch_client(settings: Settings) -> BatchClient:
    """For a thread; to be closed."""
    s = settings
    return BatchClient(s.openai_base_url, s.openai_api_key, s.openai_api, s.openai_model, PACE.timeout_s)


class Turns:
    """The shared limits for one event loop: Redis is asked on a thread. `waiting` says for what, for people."""

    def __init__(self, rt: Runtime) -> None:
        s = rt.settings
        self._budget = CallBudget(
            rt.redis, f"openai:{account_of(s)}", requests=s.openai_rpm, tokens=s.openai_tpm
        )  # fmt: skip
        self._thread = ThreadPoolExecutor(1, "limits")
        # Whoever is called for has one place in the queue, however many calls wait: Redis is asked by the first.
        self._queues: dict[str, asyncio.Lock] = {}
        self._named: tuple[int | None, int | None] = (None, None)
        # What calls are billed of what is expected: those that fail count at the vendor's, and do not say how much.
        self._billed = 1.0
        self.waiting = ""

    def close(self) -> None:
        self._thread.shutdown()

    async def take(self, tokens: int, user: str = "") -> None:
        """Wait for room for one call of about so many tokens, for as long as it takes. user: for whom, an id."""
        async with self._queues.setdefault(user, asyncio.Lock()):
            while True:
                try:
                    wait = await self._do(lambda: self._budget.reserve(tokens, user))
                except BudgetClosed:
                    self.waiting, wait = WAITING_REDIS, CLOSED_S
                else:
                    self.waiting = ""
                    if wait == 0:
                        return
                # What is in the way may end sooner: others give back what they did not use.
                await asyncio.sleep(min(wait, LONGEST_PAUSE_S))

    async def settle(self, reserved: int, used: int) -> None:
        """What the call was billed; 0 where that is not known, and it counts as those before it did."""
        if used:
            self._billed += 0.05 * (used / reserved - self._billed)
        counted = used or round(reserved * min(1.0, self._billed))
        await self._quietly(lambda: self._budget.settle(reserved, counted))

    async def block(self, seconds: float) -> None:
        """The vendor said to wait: nobody calls before that."""
        await self._quietly(lambda: self._budget.block(seconds))

    async def heed(self, headers: RateHeaders, tokens: int) -> None:
        """Obey the limits that an answer names, and wait where they leave no room for one more such call."""
        named = (headers.limit_requests, headers.limit_tokens)
        if named != self._named and named != (None, None):
            self._named = named
            await self._quietly(lambda: self._budget.heed(*named))
        if (pause := pause_by(headers, tokens)) > 0:
            await self.block(pause)

    async def _quietly(self, adjust: Callable[[], None]) -> None:
        try:
            await self._do(adjust)
        except BudgetClosed:
            # Redis went away since the reservation: nothing to correct, and the next one waits anyway.
            return

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def pause_by(headers: RateHeaders, tokens: int) -> float:
    """Seconds until there is room for one more call of so many tokens, by what an answer's headers say. Pure.

    A reset is the time until a limit is whole again, so a part of it passes for a part of the limit.
    """
    parts = (
        (headers.limit_requests, headers.remaining_requests, headers.reset_requests, 1),
        (headers.limit_tokens, headers.remaining_tokens, headers.reset_tokens, tokens),
    )
    waits = [
        reset * min(1.0, (needed - left) / (limit - left))
        for limit, left, reset, needed in parts
        if limit and left is not None and reset and left < min(needed, limit)
    ]
    return min(max(waits, default=0.0), LONGEST_PAUSE_S)
