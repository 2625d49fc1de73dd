"""The page `/admin/privacy`."""

from __future__ import annotations

import secrets
from typing import Any

from dash import Input, Output, State, no_update

from callbacks import page_values, retention
from callbacks.errors import toast
from callbacks.person import search_of
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from layouts import drawer, ids, page_privacy
from services.access.identity import Actor
from services.errors import ProductError
from services.privacy import erasures
from services.runtime import Runtime


def page(rt: Runtime, actor: Actor) -> Any:
    """Raises Forbidden for anyone who is no admin."""
    return page_privacy.page(*erasures.erasures(rt, actor), retention.sections(rt, actor))


def register(registry: Registry) -> None:
    rt = registry.rt

    def refused(error: ProductError) -> Any:
        # What was typed stays.
        return page_privacy.refused(error.message), no_update, no_update, no_update

    @registry.callback(
        Output(ids.ERASE_ANSWER, "children"), Output(ids.ADMIN_ERASURES, "children"),
        Output(ids.ERASE_ADDRESS, "value"), Output(ids.ERASE_CONFIRM, "value"),
        Input(ids.ERASE_START, "n_clicks"), State(ids.ERASE_ADDRESS, "value"), State(ids.ERASE_CONFIRM, "value"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def erase(clicks: int | None, address: Any, confirmed: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update, no_update
        actor = current_actor()
        done = erasures.erase_by_address(rt, actor, str(address or ""), str(confirmed or ""))
        told = page_privacy.done(done.people, len(done.searches), files=done.run_id is not None)
        return told, page_privacy.erasure_list(*erasures.erasures(rt, actor)), "", ""

    def kept(error: ProductError) -> Any:
        return no_update, no_update, page_privacy.refused(error.message)

    @registry.callback(
        Output(ids.PERSON_BODY, "children", allow_duplicate=True),
        Output(ids.CHANGE_ANSWER, "data", allow_duplicate=True), Output(ids.PERSON_ERASE_ANSWER, "children"),
        Input(ids.PERSON_ERASE, "n_clicks"), State(ids.PERSON_ERASE_CONFIRM, "value"),
        State(ids.PERSON_ANSWER, "data"), State(ids.GRID_VIEW, "data"),
        rule=Rule.ADMIN, on_error=kept, prevent_initial_call=True,
    )  # fmt: skip
    def erase_open(clicks: int | None, confirmed: Any, shown: Any, view: Any) -> Any:
        if not clicks:
            return no_update, no_update, no_update  # the button only appeared
        search_id, candidate_id = search_of(view), page_values.digits(mapping(shown).get("person"))
        done = erasures.erase_candidate(rt, current_actor(), search_id, candidate_id, str(confirmed or ""))
        toast(page_privacy.said(done.people, len(done.searches), files=done.run_id is not None), kind="success")
        version = done.searches[search_id]
        answer = {"rows": [], "done": True, "n": secrets.token_hex(4), "version_before": version - 1,
                  "version_after": version}  # fmt: skip
        return drawer.gone(), answer, no_update
