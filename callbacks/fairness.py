"""The pages `/admin/fairness` and `/admin/fairness/<id>`: counts by group handed in, compared, deleted."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update
from flask import Response

from callbacks import page_values
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_fairness, text
from services.access.identity import Actor
from services.errors import BadInput, ProductError
from services.figures import fairness
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor, report_id: int | None = None) -> Any:
    """All reports, and the one that the address names. Raises Forbidden for anyone who is no admin, NotFound."""
    shown = () if report_id is None else page_fairness.report(*fairness.read(rt, actor, report_id))
    return page_fairness.page(fairness.reports(rt, actor), fairness.searches(rt, actor), shown)


def register(registry: Registry) -> None:
    rt = registry.rt

    def refused(error: ProductError) -> Any:
        # What was typed stays.
        return page_fairness.refused(error.message), no_update, no_update, no_update, no_update

    @registry.callback(
        Output(ids.FAIRNESS_ANSWER, "children"), Output(ids.FAIRNESS_REPORT, "children"),
        Output(ids.ADMIN_FAIRNESS, "children"), Output(ids.FAIRNESS_TEXT, "value"), Output(ids.FAIRNESS_NAME, "value"),
        Input(ids.FAIRNESS_ADD, "n_clicks"), State(ids.FAIRNESS_NAME, "value"), State(ids.FAIRNESS_SEARCH, "value"),
        State(ids.FAIRNESS_TEXT, "value"), rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def add(clicks: int | None, name: Any, search: Any, table: Any) -> Any:
        if not clicks:
            return (no_update,) * 5
        actor = current_actor()
        about = "" if search in (None, page_fairness.ALL) else str(search)
        made = fairness.add(rt, actor, str(name or ""), str(table or ""), about)
        shown = page_fairness.report(*fairness.read(rt, actor, made))
        return [], shown, page_fairness.report_list(fairness.reports(rt, actor)), "", ""

    def kept(error: ProductError) -> Any:
        return page_fairness.refused(error.message), no_update, no_update

    @registry.callback(
        Output(ids.FAIRNESS_ANSWER, "children", allow_duplicate=True),
        Output(ids.FAIRNESS_REPORT, "children", allow_duplicate=True),
        Output(ids.ADMIN_FAIRNESS, "children", allow_duplicate=True),
        Input(ids.FAIRNESS_DELETE, "n_clicks"), State(ids.FAIRNESS_ID, "data"),
        rule=Rule.ADMIN, on_error=kept, prevent_initial_call=True,
    )  # fmt: skip
    def delete(clicks: int | None, report_id: Any) -> Any:
        if not clicks:
            return (no_update,) * 3  # the button only appeared
        if type(report_id) is not int:
            raise BadInput(text.UNKNOWN_CALL)
        actor = current_actor()
        fairness.delete(rt, actor, report_id)
        return [], [], page_fairness.report_list(fairness.reports(rt, actor))

    registry.clientside(
        ClientsideFunction("fairness", "mount"), Output(ids.FAIRNESS_FILE, "className"), Input(ids.FAIRNESS_FILE, "id")
    )

    @registry.route("/admin/fairness/<report_id>.csv", rule=Rule.ADMIN)
    def download_report(report_id: str) -> Response:
        name, body = fairness.report_csv(rt, current_actor(), page_values.digits(report_id))
        answer = Response(body, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        answer.headers["Cache-Control"] = "no-store"
        return answer
