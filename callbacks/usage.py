"""The page `/usage`, its budgets, and the ledger as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from dash import ALL, Input, Output, State, ctx, no_update
from flask import Response, g, request

from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_usage, text
from services.access.identity import Actor
from services.errors import BadInput, ProductError
from services.runtime import Runtime
from services.spending import budget_settings, budgets, usage


def page(rt: Runtime, actor: Actor) -> Any:
    """This month, or the one that the address names; a part of the address that cannot be read is left out."""
    try:
        found = usage.read(rt, actor, _month(str(g.get("page_query", ""))))
    except BadInput as error:
        toast(error.message)
        found = usage.read(rt, actor)
    settings = budget_settings.read(rt, actor) if actor.role == "admin" else None
    return page_usage.usage_page(found, budgets.standing(rt, actor), settings)


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.USAGE, "children"), Input(ids.USAGE_MONTH, "value"), rule=Rule.ANY, prevent_initial_call=True
    )
    def show_month(month: Any) -> Any:
        return page_usage.body(usage.read(rt, current_actor(), month))

    def refused(error: ProductError) -> Any:
        # The panel as it is keeps what was typed.
        return no_update, no_update, error.message

    @registry.callback(
        Output(ids.ADMIN_USAGE, "children"), Output(ids.USAGE_LEFT, "children"), Output(ids.BUDGET_ANSWER, "children"),
        Input(ids.budget_save(ALL), "n_clicks"), State(ids.budget_amount(ALL), "value"),
        State(ids.budget_amount(ALL), "id"), rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def save_budget(clicks: list[int | None], amounts: list[Any], rows: list[Any]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update, no_update  # the buttons only appeared
        actor, whose = current_actor(), ctx.triggered_id["id"]
        amount = budget_settings.save(rt, actor, whose, _amount(whose, amounts, rows))
        said = text.BUDGET_GONE if amount is None else text.BUDGET_SAVED.format(amount=page_usage.money(amount))
        toast(said, kind="success")
        panel = page_usage.budget_panel(budget_settings.read(rt, actor), is_open=True)
        return panel, page_usage.left_panel(budgets.standing(rt, actor)), no_update

    @registry.route("/usage.csv", rule=Rule.ANY)
    def download() -> Response:
        name, parts = usage.ledger_csv(rt, current_actor(), request.args.get("month"))
        answer = Response(parts, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _month(query: str) -> str:
    """The month that an address names. Raises BadInput for one of more parts than any of ours."""
    try:
        return parse_qs(query, max_num_fields=20).get("month", [""])[-1]
    except ValueError as error:
        raise BadInput(text.SEARCH_ADDRESS_IGNORED) from error


def _amount(whose: Any, amounts: list[Any], rows: list[Any]) -> Any:
    """What was typed in the row whose button was pressed. Raises BadInput where the page has no such row."""
    for row, amount in zip(rows, amounts, strict=False):
        if isinstance(row, dict) and row.get("id") == whose:
            return amount
    raise BadInput(text.UNKNOWN_CALL)
