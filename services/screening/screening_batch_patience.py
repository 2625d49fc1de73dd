"""Asking the vendor of batches again where it fails in passing, and what to tell where it does not pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from services.screening import screening_model
from services.screening.screening_course import Later
from services.screening.screening_orders import Paused
from services.vendors.openai_errors import BadKey, ModelError, QuotaExhausted, RateLimited, ServerFault, TimedOut

T = TypeVar("T")
PASSING = (RateLimited, ServerFault, TimedOut)
TRIES = 5
# A worker's place is not held for longer: the run waits without one.
LONGEST_WAIT_S = 60.0


def patiently(
    ask: Callable[[], T], wait: Callable[[float], None], passing: tuple[type[ModelError], ...] = PASSING
) -> T:
    """The answer, after pauses that grow, or that the vendor asks for, between some attempts.

    wait: as RunHandle.wait; what it raises ends this. passing: what another attempt may cure.
    Raises ModelError where none did.
    """
    pace = screening_model.PACE
    for tries in range(1, TRIES):
        try:
            return ask()
        except passing as error:
            asked_for = error.retry_after or 0.0
            if asked_for > LONGEST_WAIT_S:
                raise
            wait(asked_for + random.uniform(0, min(pace.longest_pause_s, pace.first_pause_s * 2**tries)))
    return ask()


def refused(error: ModelError) -> Paused:
    """What to raise where the vendor takes nothing. For want of credit or a good key everyone's runs pause; after what
    may pass the run goes on by itself."""
    if isinstance(error, PASSING):
        return Later(error.message, error.retry_after or 0.0)
    return Paused(error.message, error if isinstance(error, BadKey | QuotaExhausted) else None)
