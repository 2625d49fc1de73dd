"""The report on what is held of one person, on `/admin/privacy`."""

from __future__ import annotations

import json
from typing import Any

from dash import ClientsideFunction, Input, Output, State, dcc, no_update

from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_privacy, page_report
from services.errors import ProductError
from services.privacy import data_report

# No name in it: files are found in folders that others see.
FILE_NAME = "data-report.json"


def register(registry: Registry) -> None:
    rt = registry.rt

    def refused(error: ProductError) -> Any:
        return page_privacy.refused(error.message)

    def refused_file(error: ProductError) -> Any:
        return no_update, page_privacy.refused(error.message)

    @registry.callback(
        Output(ids.REPORT_ANSWER, "children"), Input(ids.REPORT_SHOW, "n_clicks"), State(ids.REPORT_ADDRESS, "value"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def show(clicks: int | None, address: Any) -> Any:
        if not clicks:
            return no_update
        return page_report.reports(data_report.reports(rt, current_actor(), str(address or "")))

    @registry.callback(
        Output(ids.REPORT_DOWNLOAD, "data"), Output(ids.REPORT_ANSWER, "children", allow_duplicate=True),
        Input(ids.REPORT_JSON, "n_clicks"), State(ids.REPORT_ADDRESS, "value"),
        rule=Rule.ADMIN, on_error=refused_file, prevent_initial_call=True,
    )  # fmt: skip
    def download(clicks: int | None, address: Any) -> Any:
        if not clicks:
            return no_update, no_update
        found = data_report.reports(rt, current_actor(), str(address or ""))
        body = json.dumps([one.plain() for one in found], default=str, ensure_ascii=False, indent=1)
        return dcc.send_string(body, FILE_NAME), []

    registry.clientside(
        ClientsideFunction("shell", "printPage"), Output(ids.REPORT_PRINTED, "children"),
        Input(ids.REPORT_PRINT, "n_clicks"), prevent_initial_call=True,
    )  # fmt: skip
