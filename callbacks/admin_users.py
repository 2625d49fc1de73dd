"""The pages `/admin/users` and `/admin/sessions`."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update
from flask import request

from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, pages_admin, text
from services.access import accounts
from services.access.identity import Actor
from services.errors import ProductError
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """Everyone. Raises Forbidden for anyone who is no admin."""
    return pages_admin.users_page(accounts.users(rt, actor), actor.user_id, rt.settings.oidc_name)


def sessions_page(rt: Runtime, actor: Actor) -> Any:
    """Sign-ins that are good now. Raises Forbidden for anyone who is no admin."""
    return pages_admin.sessions_page(accounts.sessions(rt, actor))


def register(registry: Registry) -> None:
    rt = registry.rt

    def users() -> Any:
        actor = current_actor()
        return pages_admin.user_list(accounts.users(rt, actor), actor.user_id, rt.settings.oidc_name)

    def refused(error: ProductError) -> Any:
        return no_update, no_update, error.message, no_update, no_update

    @registry.callback(
        Output(ids.ADMIN_LINK, "children"), Output(ids.ADMIN_USERS, "children"), Output(ids.ADMIN_PROBLEM, "children"),
        Output(ids.ADMIN_INVITE_EMAIL, "value"), Output(ids.ADMIN_INVITE_NAME, "value"),
        Input(ids.ADMIN_INVITE, "n_clicks"), State(ids.ADMIN_INVITE_EMAIL, "value"),
        State(ids.ADMIN_INVITE_NAME, "value"), State(ids.ADMIN_INVITE_ROLE, "value"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def invite(_: int | None, email: Any, name: Any, role: Any) -> Any:
        token = accounts.invite(rt, current_actor(), str(email or ""), str(name or ""), str(role or ""))
        return pages_admin.link_card(_link(token), str(name or email)), users(), "", "", ""

    @registry.callback(
        Output(ids.ADMIN_LINK, "children", allow_duplicate=True), Input(ids.admin_act(ALL, "link"), "n_clicks"),
        rule=Rule.ADMIN, prevent_initial_call=True,
    )  # fmt: skip
    def new_link(clicks: list[int | None]) -> Any:
        if (user_id := _pressed(clicks)) is None:
            return no_update
        return pages_admin.link_card(_link(accounts.new_link(rt, current_actor(), user_id)), text.ADMIN_THEM)

    @registry.callback(
        Output(ids.ADMIN_LINK, "children", allow_duplicate=True), Input(ids.admin_act(ALL, "password"), "n_clicks"),
        rule=Rule.ADMIN, prevent_initial_call=True,
    )  # fmt: skip
    def new_password_link(clicks: list[int | None]) -> Any:
        if (user_id := _pressed(clicks)) is None:
            return no_update
        link = _link("password/" + accounts.new_password_link(rt, current_actor(), user_id))
        return pages_admin.link_card(link, text.ADMIN_THEM, text.ADMIN_PASSWORD_LINK_FOR)

    @registry.callback(
        Output(ids.ADMIN_USERS, "children", allow_duplicate=True),
        Input(ids.admin_act(ALL, "disable"), "n_clicks"), Input(ids.admin_act(ALL, "enable"), "n_clicks"),
        rule=Rule.ADMIN, prevent_initial_call=True,
    )  # fmt: skip
    def disable(off: list[int | None], on: list[int | None]) -> Any:
        if (user_id := _pressed([*off, *on])) is None:
            return no_update
        ending = ctx.triggered_id["type"] == "admin-disable"
        accounts.set_disabled(rt, current_actor(), user_id, ending)
        toast(text.ADMIN_DISABLED_DONE if ending else text.ADMIN_ENABLED_DONE, kind="success")
        return users()

    def keep(error: ProductError) -> Any:
        # The list as it is puts the choice back to what holds.
        toast(error.message, kind="problem")
        return users()

    @registry.callback(
        Output(ids.ADMIN_USERS, "children", allow_duplicate=True), Input(ids.admin_role(ALL), "value"),
        rule=Rule.ADMIN, on_error=keep, prevent_initial_call=True,
    )  # fmt: skip
    def change_role(_: list[str]) -> Any:
        if len(ctx.triggered) != 1 or not isinstance(ctx.triggered_id, dict):
            return no_update  # the list only appeared
        user_id, role = ctx.triggered_id["id"], ctx.triggered[0]["value"]
        actor = current_actor()
        if role == next((u.role for u in accounts.users(rt, actor) if u.id == user_id), None):
            return no_update
        accounts.set_role(rt, actor, user_id, role)
        toast(text.ADMIN_ROLE_DONE, kind="success")
        return users()

    @registry.callback(
        Output(ids.ADMIN_SESSIONS, "children"), Input(ids.admin_act(ALL, "end"), "n_clicks"),
        rule=Rule.ADMIN, prevent_initial_call=True,
    )  # fmt: skip
    def end_session(clicks: list[int | None]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        accounts.end_session(rt, current_actor(), str(ctx.triggered_id["id"]))
        toast(text.ADMIN_END_DONE, kind="success")
        return pages_admin.session_list(accounts.sessions(rt, current_actor()))


def _pressed(clicks: list[int | None]) -> int | None:
    """The row whose button was pressed; None when the buttons only appeared."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return None
    found = ctx.triggered_id["id"]
    return found if type(found) is int else None


def _link(token: str) -> str:
    return f"{request.host_url}login/{token}"
