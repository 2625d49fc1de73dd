"""What a screening obeys while it runs: someone's wish to pause it, the account's state, its budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

import sql
from services import db
from services.config import Settings
from services.errors import BadInput
from services.runs.jobs import RunHandle
from services.screening import model_holds
from services.screening.prompts import JudgePrompt
from services.spending import budgets, prices
from services.spending.budgets import Grant
from services.vendors.openai_errors import ModelError, Usage

MOST_BUDGET = Decimal(100_000)
PAUSED = "Paused. Go on when you like: nobody is asked about twice."

_Q = sql.queries("screening")


class Paused(Exception):
    """The run shall pause with this message; held_by: the refusal that holds up everyone's runs, if one does."""

    def __init__(self, message: str, held_by: ModelError | None = None, *, held: bool = False) -> None:
        super().__init__(message)
        self.message, self.held_by = message, held_by
        self.held = held or held_by is not None


def obey(conn: db.Conn, settings: Settings, handle: RunHandle) -> None:
    """One small query. Raises Paused."""
    row = db.one(conn, _Q.fetch_orders, {"run_id": handle.run_id, "account": model_holds.account_of(settings)})
    if row is not None and row["pause_requested"]:
        raise Paused(PAUSED)
    if row is not None and row["hold"]:
        raise Paused(row["hold"], held=True)


def read_budget(raw: Any, model: str) -> Decimal | None:
    """US dollars as typed, None where nothing was. Raises BadInput, also for a model whose price is not known."""
    typed = str(raw).strip() if raw is not None else ""
    if not typed:
        return None
    try:
        budget = Decimal(typed).quantize(Decimal("0.0001"))
    except InvalidOperation as error:
        raise BadInput("A budget is an amount in US dollars, for example 5 or 0.50.") from error
    if not budget.is_finite() or not 0 < budget <= MOST_BUDGET:
        raise BadInput(f"A budget is more than 0 and at most {MOST_BUDGET:,} US dollars.")
    if not prices.is_known(model):
        raise BadInput(
            f"The price of the model {model} is not known here, so a budget cannot be kept: "
            "leave it empty, or have OPENAI_PRICES set."
        )
    return budget


class Budget:
    """What one run may still spend: its own budget, and what it has set aside of those of the month (budgets).

    What is under way counts as it is expected to cost.
    """

    def __init__(self, handle: RunHandle, model: str) -> None:
        given, self._batch = handle.params.get("budget"), bool(handle.params.get("batch"))
        self._limit = None if given is None else Decimal(given)
        self._handle, self._model = handle, model
        self._under_way = Decimal(0)
        self._grant = Grant(0)

    @property
    def is_short(self) -> bool:
        """Nothing is set aside for the next call: provide() first."""
        return self._grant.calls <= 0

    @property
    def waits(self) -> bool:
        """Others' calls under way may leave room yet: ask again."""
        return self.is_short and self._grant.waits

    def provide(self, conn: db.Conn, prompts: Iterable[JudgePrompt | None]) -> None:
        """Set money aside for these calls, which are made in this order; for as many as there is room for."""
        user_id = self._handle.actor.user_id
        costs = [self._expected(prompt) for prompt in prompts if prompt is not None]
        month = None if prices.is_known(self._model) else budgets.in_force(conn, user_id)
        if month is not None:
            self._grant = Grant(0, budgets.no_price(self._model, month))
            return
        self._grant = budgets.reserve(conn, user_id, self._handle.run_id, costs, under_way=self._under_way)

    def begin(self, prompt: JudgePrompt, spent: Decimal) -> Decimal | None:
        """The expected cost of a call that may be made now, to be given to end(); None where it has no room."""
        expected = self._expected(prompt)
        if self.is_short or (self._limit is not None and spent + self._under_way + expected > self._limit):
            return None
        self._grant = replace(self._grant, calls=self._grant.calls - 1)
        self._under_way += expected
        return expected

    def end(self, expected: Decimal) -> None:
        """The call has ended; what it cost is in the run's own figures."""
        self._under_way -= expected

    def used_up(self, spent: Decimal) -> Paused:
        """What to raise once nothing is under way and there is room for nobody more."""
        if self.is_short:
            return Paused(self._grant.refusal)
        limit = Decimal(0) if self._limit is None else self._limit.normalize()
        return Paused(
            f"The budget of ${limit:f} is used up (${spent:.4f} spent). "
            "Give a higher budget below and go on; whoever is screened stays so."
        )

    def _expected(self, prompt: JudgePrompt) -> Decimal:
        usage = Usage(prompt.input_tokens, 0, prompt.output_tokens, batch=self._batch)
        return prices.cost(self._model, usage) or Decimal(0)
