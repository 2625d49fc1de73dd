"""The endpoint as the job worker reaches it: the account's limits over all processes, the ledger, budgets.

For whom a call is made (a user) pays for it; a call is written down when it has ended, as every vendor's is.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from services.errors import LimitReached
from services.matching.matching_state import endpoint_of
from services.runtime import Runtime
from services.screening.call_budget import BudgetClosed, CallBudget
from services.screening.prompts import estimate_tokens
from services.spending import budgets, prices, usage_ledger
from services.vendors.embeddings_client import TIMEOUT_S, EmbeddingsClient, Vectors
from services.vendors.openai_errors import Usage
from services.vendors.vendor_errors import RateLimited, ServerFault, Unanswered, Unreachable, VendorError

VENDOR = "embeddings"
BATCH = 64
# As many tries of one request; a rate limit is no failure of the request's and waits as long as it takes.
TRIES = 4
FIRST_PAUSE_S = 2.0
LOOK_S = 1.0
RUN_TIMEOUT_S = 60.0

Wait = Callable[[float], None]


class EndpointModel:
    """To be closed. user_id: for whom the calls are; run_id: None for a call of no run.

    wait: passes some seconds, or raises where whoever waits shall end (RunHandle.wait).
    """

    batch = BATCH

    def __init__(
        self, rt: Runtime, model: str, user_id: int, run_id: int | None, wait: Wait, search_id: str | None = None
    ) -> None:
        s = rt.settings
        base, key = endpoint_of(s)
        self._rt, self._model, self._user_id, self._run_id, self._wait = rt, model, user_id, run_id, wait
        self._search_id = search_id
        # Sixty-four texts take a small server of one's own a while; for one text a person waits.
        self._client = EmbeddingsClient(base, key, model, timeout_s=TIMEOUT_S if run_id is None else RUN_TIMEOUT_S)
        # Without the key, which may stand nowhere else.
        account = hashlib.blake2b(f"{base} {model}".encode(), digest_size=8).hexdigest()
        self._limit = CallBudget(rt.redis, f"{VENDOR}:{account}", requests=s.embedding_rpm, tokens=s.embedding_tpm)

    def close(self) -> None:
        self._client.close()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Raises VendorError, LimitReached where a budget has no room, and what `wait` raises."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            vectors += self._batch(texts[start : start + BATCH])
        return vectors

    def _batch(self, texts: Sequence[str]) -> list[list[float]]:
        # An estimate of another tokeniser's; a minute that is short of tokens is worse than one that is not full.
        tokens = math.ceil(1.2 * sum(map(estimate_tokens, texts))) + len(texts)
        failures = 0
        while True:
            self._take_turn(tokens)
            self._set_aside(tokens)
            try:
                answer = self._client.embed(texts)
            except VendorError as error:
                self._note(error.reason, 0)
                failures += not isinstance(error, RateLimited)
                if failures == TRIES or not isinstance(error, RateLimited | ServerFault | Unreachable | Unanswered):
                    raise
                pause = error.retry_after or FIRST_PAUSE_S * 2**failures
                self._block(pause if isinstance(error, RateLimited) else 0)
                self._wait(min(pause, 60.0))
            else:
                self._settle(tokens, answer)
                return answer.vectors

    def _take_turn(self, tokens: int) -> None:
        """Wait for room in the minute; without Redis nobody asks."""
        while True:
            try:
                wait = self._limit.reserve(tokens, str(self._user_id))
            except BudgetClosed:
                wait = LOOK_S
            if not wait:
                return
            self._wait(min(wait, LOOK_S))

    def _set_aside(self, tokens: int) -> None:
        """Of the month's budgets. Raises LimitReached."""
        cost = prices.cost(self._model, Usage(tokens))
        with self._rt.db.connection() as conn:
            if self._run_id is None:
                budgets.must_have_room(conn, self._user_id, self._model, priced=cost is not None, reader=self._user_id)
                return
            month = budgets.in_force(conn, self._user_id)
            if month is None:
                return
            if cost is None:
                raise LimitReached(budgets.no_price(self._model, month))
            grant = budgets.reserve(conn, self._user_id, self._run_id, [cost])
        if not grant.calls:
            raise LimitReached(grant.refusal)

    def _settle(self, reserved: int, answer: Vectors) -> None:
        used = reserved if answer.tokens is None else max(0, answer.tokens)
        try:
            self._limit.settle(reserved, used)
        except BudgetClosed:
            pass
        self._note("ok", used)

    def _block(self, seconds: float) -> None:
        try:
            self._limit.block(seconds)
        except BudgetClosed:
            pass

    def _note(self, outcome: str, tokens: int) -> None:
        cost = prices.cost(self._model, Usage(tokens)) if outcome == "ok" else Decimal(0)
        call = usage_ledger.Call(
            VENDOR, outcome, self._search_id, self._run_id, model=self._model, input_tokens=tokens, cost=cost
        )
        with self._rt.db.connection() as conn:
            usage_ledger.record(conn, self._user_id, call)
