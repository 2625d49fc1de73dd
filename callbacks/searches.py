"""The form of a search: make, rename, share, hand over and archive it."""

from __future__ import annotations

from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, pages_searches, text
from services.access import addresses, sharing
from services.archive import archives
from services.errors import ProductError
from services.searches import searches


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.SEARCH_FORM, "children"), Output(ids.SEARCH_FORM, "is_open"),
        Input(ids.NEW_SEARCH, "n_clicks"), Input(ids.search_edit(ALL), "n_clicks"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def open_form(new: int | None, edits: list[int | None]) -> Any:
        if not (new if ctx.triggered_id == ids.NEW_SEARCH else any(edits)):
            return no_update  # the buttons only appeared
        actor = current_actor()
        known = sharing.colleagues(rt, actor)
        if ctx.triggered_id == ids.NEW_SEARCH:
            return pages_searches.form(colleagues=known), True
        found = searches.get_search(rt, actor, ctx.triggered_id["id"])
        named = sharing.members(rt, actor, found.id) if found.visibility == "named" else []
        return pages_searches.form(found, members=named, colleagues=known), True

    leave_open = (no_update, no_update, no_update)

    def explain(error: ProductError) -> Any:
        return *leave_open, error.message

    written = (
        Output(ids.SEARCH_FORM, "is_open", allow_duplicate=True),
        Output(ids.SEARCH_SAVED, "data", allow_duplicate=True),
        Output(ids.URL, "href", allow_duplicate=True),
        Output(ids.SEARCH_PROBLEM, "children", allow_duplicate=True),
    )

    @registry.callback(
        *written, Input(ids.SEARCH_SAVE, "n_clicks"), Input(ids.SEARCH_TITLE, "n_submit"),
        State(ids.SEARCH_EDITED, "data"), State(ids.SEARCH_TITLE, "value"),
        State(ids.SEARCH_VISIBILITY, "value"), State(ids.SEARCH_OWNER, "value"), State(ids.SEARCH_MEMBERS, "value"),
        State(ids.search_member(ALL), "id"), State(ids.search_member(ALL), "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=explain,
        running=[(Output(ids.SEARCH_SAVE, "disabled"), True, False)],
    )  # fmt: skip
    def save(
        clicks: int | None, enter: int | None, edited: str | None, title: str, visibility: str | None,
        owner: Any, typed: str | None, named: list[Any], roles: list[Any],
    ) -> Any:  # fmt: skip
        if not clicks and not enter:
            return *leave_open, no_update
        people = _named(typed, named, roles)
        if edited is None:
            made = searches.create_search(rt, current_actor(), title, visibility or "team", people)
            toast(text.SEARCH_CREATED, kind="success")
            return False, no_update, f"/search/{made.id}", ""
        new_owner = int(owner) if str(owner or "").isdecimal() else None
        searches.edit_search(rt, current_actor(), edited, title, visibility, people, new_owner)
        toast(text.SEARCH_SAVED, kind="success")
        return False, {"edited": edited, "clicks": clicks, "enter": enter}, no_update, ""

    @registry.callback(
        Output(ids.SEARCH_MEMBERS_LIST, "children"), Output(ids.SEARCH_MEMBERS, "value"),
        Output(ids.SEARCH_PROBLEM, "children"),
        Input(ids.SEARCH_MEMBERS_ADD, "n_clicks"), Input(ids.SEARCH_MEMBERS, "n_submit"),
        State(ids.SEARCH_MEMBERS, "value"), State(ids.search_member(ALL), "id"), State(ids.search_member(ALL), "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
    )  # fmt: skip
    def add_people(clicks: int | None, enter: int | None, typed: str | None, named: list[Any], roles: list[Any]) -> Any:
        if not clicks and not enter:
            return no_update, no_update, no_update
        people = _named(typed, named, roles, keep_removed=True)
        found = sharing.find(rt, current_actor(), people)
        return [pages_searches.member(row, people[addresses.key(row.email)]) for row in found], "", ""

    @registry.callback(
        *written, Input(ids.SEARCH_ARCHIVE, "n_clicks"), State(ids.SEARCH_EDITED, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def archive(clicks: int | None, edited: str) -> Any:
        if not clicks:
            return *leave_open, no_update
        run_id = archives.start_archive(rt, current_actor(), edited)
        toast(text.ARCHIVE_STARTED)
        return False, {"archived": edited, "run": run_id}, no_update, ""

    registry.clientside(
        ClientsideFunction("shell", "close"), Output(ids.SEARCH_FORM, "is_open", allow_duplicate=True),
        Input(ids.SEARCH_CANCEL, "n_clicks"), prevent_initial_call=True,
    )  # fmt: skip
    registry.clientside(
        ClientsideFunction("shell", "hidden_unless_named"), Output(ids.SEARCH_MEMBERS_BOX, "hidden"),
        Input(ids.SEARCH_VISIBILITY, "value"),
    )  # fmt: skip


def _named(typed: str | None, named: list[Any], roles: list[Any], *, keep_removed: bool = False) -> dict[str, str]:
    """Address → role: the rows of the form, and who was typed and not yet added, who may edit."""
    people = {addresses.key(str(row["email"])): str(role) for row, role in zip(named, roles, strict=False)}
    for email in (typed or "").split(","):
        if email.strip():
            people.setdefault(addresses.key(email), "edit")
    return {email: role for email, role in people.items() if keep_removed or role != pages_searches.REMOVED}
