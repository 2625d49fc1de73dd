"""Copying, deleting and having back a search, from the menu of its row."""

from __future__ import annotations

from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule, keep
from callbacks.session import current_actor
from layouts import ids, search_dialogs, search_history, text
from services.searches import search_copies, search_deletion


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SEARCH_COPY_FORM, "children"), Output(ids.SEARCH_COPY_FORM, "is_open"),
        Input(ids.search_copy(ALL), "n_clicks"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def ask_about_copy(_: list[int | None]) -> Any:
        if (search_id := _pressed()) is None:
            return no_update, no_update
        title = search_copies.title_of(rt, current_actor(), search_id)
        suggested = search_copies.suggested_title(title)
        return search_dialogs.copy_question(search_id, title, suggested), True

    @registry.callback(
        Output(ids.SEARCH_COPY_FORM, "is_open", allow_duplicate=True), Output(ids.URL, "href", allow_duplicate=True),
        Output(ids.SEARCH_COPY_PROBLEM, "children"),
        Input(ids.SEARCH_COPY_DO, "n_clicks"), Input(ids.SEARCH_COPY_NAME, "n_submit"),
        State(ids.SEARCH_COPIED, "data"), State(ids.SEARCH_COPY_NAME, "value"), State(ids.SEARCH_COPY_SHARE, "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
        running=[(Output(ids.SEARCH_COPY_DO, "disabled"), True, False)],
    )  # fmt: skip
    def copy(clicks: int | None, enter: int | None, search_id: Any, title: str, shared: Any) -> Any:
        if not clicks and not enter:
            return no_update, no_update, no_update
        made = search_copies.duplicate(rt, current_actor(), search_id, title, shared=bool(shared))
        counted = {"criteria": made.criteria, "rule_sets": made.rule_sets, "views": made.views}
        toast(search_dialogs.copied(counted), kind="success")
        return False, f"/search/{made.search.id}", ""

    @registry.callback(
        Output(ids.SEARCH_DELETE_FORM, "children"), Output(ids.SEARCH_DELETE_FORM, "is_open"),
        Input(ids.search_delete(ALL), "n_clicks"), rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def ask_about_deleting(_: list[int | None]) -> Any:
        if (search_id := _pressed()) is None:
            return no_update, no_update
        return search_dialogs.delete_question(search_deletion.what_goes(rt, current_actor(), search_id)), True

    @registry.callback(
        Output(ids.SEARCH_DELETE_FORM, "is_open", allow_duplicate=True),
        Output(ids.SEARCH_SAVED, "data", allow_duplicate=True), Output(ids.SEARCH_DELETE_PROBLEM, "children"),
        Input(ids.SEARCH_DELETE_DO, "n_clicks"), State(ids.SEARCH_DELETED, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
        running=[(Output(ids.SEARCH_DELETE_DO, "disabled"), True, False)],
    )  # fmt: skip
    def delete(clicks: int | None, search_id: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update
        gone = search_deletion.delete_search(rt, current_actor(), search_id)
        undo = search_history.undelete_button(str(gone.search_id), gone.title, at="toast")
        toast(text.SEARCH_DELETED_SAID.format(title=gone.title), kind="success", action=undo)
        return False, {"deleted": str(gone.search_id), "at": gone.gone_at.isoformat()}, ""

    @registry.callback(
        Input(ids.search_undelete(ALL, ALL), "n_clicks"), State(ids.URL, "pathname"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def undelete(_: list[int | None], pathname: str | None) -> None:
        if (search_id := _pressed()) is None:
            return
        title = search_deletion.restore_search(rt, current_actor(), search_id)
        toast(text.SEARCH_UNDELETED.format(title=title), kind="success")
        # Undo in a message may be pressed on any page; only this one has a list to show it in.
        if pathname == "/":
            keep(ids.SEARCH_SAVED, {"undeleted": search_id, "clicks": ctx.triggered[0]["value"]})

    for cancel, form in (
        (ids.SEARCH_COPY_CANCEL, ids.SEARCH_COPY_FORM),
        (ids.SEARCH_DELETE_CANCEL, ids.SEARCH_DELETE_FORM),
    ):
        registry.clientside(
            ClientsideFunction("shell", "close"), Output(form, "is_open", allow_duplicate=True),
            Input(cancel, "n_clicks"), prevent_initial_call=True,
        )  # fmt: skip


def _pressed() -> str | None:
    """The search whose button was pressed; None where buttons only appeared, as they do with each list."""
    if not ctx.triggered or not ctx.triggered[0]["value"] or not isinstance(ctx.triggered_id, dict):
        return None
    return str(ctx.triggered_id["id"])
