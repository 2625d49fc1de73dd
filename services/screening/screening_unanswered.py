"""What calls of a screening cost whose answers nobody takes: they are billed all the same."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import sql
from services import db
from services.runs.jobs import RunHandle
from services.screening.prompts import JudgePrompt
from services.screening.screening_rows import Item, insert_usage
from services.spending import prices
from services.vendors.openai_errors import Usage

CUT = "cut"

_Q = sql.queries("screening")


def expected(prompt: JudgePrompt, *, batch: bool = False) -> Usage:
    """What a call is expected to be billed, as money is set aside for it."""
    return Usage(prompt.input_tokens, 0, prompt.output_tokens, batch=batch)


def record_cut(conn: db.Conn, handle: RunHandle, model: str, items: Sequence[Item]) -> None:
    """Calls whose end nobody knows: what was expected of each counts as spent, unless its answer was written down."""
    charged = []
    for item in items:
        assert item.prompt is not None
        usage = expected(item.prompt)
        if insert_usage(conn, handle, model, usage, CUT, item.call_id):
            tokens = usage.input_tokens + usage.output_tokens
            charged.append((item.candidate_id, tokens, prices.cost(model, usage) or Decimal(0)))
    charge(conn, handle.run_id, charged)


def charge(conn: db.Conn, run_id: int, charged: Sequence[tuple[int, int, Decimal]]) -> None:
    """What such calls cost, as (candidate id, tokens, cost), into the run's own figures."""
    if charged:
        ids, tokens, costs = (list(column) for column in zip(*charged, strict=True))
        db.run(conn, _Q.charge_items, {"run_id": run_id, "ids": ids, "tokens": tokens, "costs": costs})
