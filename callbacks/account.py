"""The page `/account`: one's own password and sign-ins."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_account, text
from services.access import accounts, identity, passwords
from services.access.identity import Actor
from services.errors import ProductError
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """What the actor can do about their own account."""
    return page_account.page(accounts.own(rt, actor), identity.own_sessions(rt, actor))


def register(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return no_update, no_update, no_update, error.message, no_update

    @registry.callback(
        Output(ids.PASSWORD_OLD, "value"), Output(ids.PASSWORD_NEW, "value"), Output(ids.PASSWORD_AGAIN, "value"),
        Output(ids.PASSWORD_PROBLEM, "children"), Output(ids.ACCOUNT_SESSIONS, "children", allow_duplicate=True),
        Input(ids.PASSWORD_SAVE, "n_clicks"), State(ids.PASSWORD_OLD, "value"),
        State(ids.PASSWORD_NEW, "value"), State(ids.PASSWORD_AGAIN, "value"),
        rule=Rule.ANY, on_error=explain, prevent_initial_call=True,
        running=[(Output(ids.PASSWORD_SAVE, "disabled"), True, False)],
    )  # fmt: skip
    def change_password(clicks: int | None, old: Any, new: Any, again: Any) -> Any:
        if not clicks:
            return (no_update,) * 5
        actor = current_actor()
        passwords.change(rt, actor, str(old or ""), str(new or ""), str(again or ""))
        toast(text.PASSWORD_CHANGED, kind="success")
        return "", "", "", "", page_account.session_list(identity.own_sessions(rt, actor))

    @registry.callback(
        Output(ids.ACCOUNT_SESSIONS, "children"), Input(ids.account_end(ALL), "n_clicks"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def end(clicks: list[int | None]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        actor = current_actor()
        identity.end_own_session(rt, actor, str(ctx.triggered_id["id"]))
        toast(text.ADMIN_END_DONE, kind="success")
        return page_account.session_list(identity.own_sessions(rt, actor))
