"""The pages `/search/<id>/ledger` and `/search/<id>/funnel`: who was left out and why, and how far people came."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update
from flask import Response, request

from callbacks import page_values
from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_funnel, page_ledger, text
from services.access.identity import Actor
from services.decisions import candidates
from services.filtering import filter_reads, filtering, ledger, ledger_csv
from services.filtering.ledger import Choices
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches

PAGE = page_ledger.PAGE


def page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """Who is out now, the newest first."""
    search = searches.get_search(rt, actor, search_id)
    found = ledger.page(rt, actor, search_id, Choices(open=True), limit=PAGE)
    latest = filter_reads.latest_run(rt, actor, search_id)
    return page_ledger.ledger_page(
        search_id=str(search_id),
        title=search.title,
        editable=search.editable,
        lines=found.lines,
        total=found.total,
        by_rule=ledger.by_rule(rt, actor, search_id),
        run=runs.get_run(rt, actor, latest.id) if latest else None,
        mode=latest.mode if latest else "restore",
        download=_address(actor, search_id),
    )


def funnel_page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """How many people of a search have come how far."""
    search = searches.get_search(rt, actor, search_id)
    return page_funnel.funnel_page(
        search_id=str(search_id), title=search.title, found=ledger.funnel(rt, actor, search_id)
    )


def register(registry: Registry) -> None:
    _register_file(registry)
    rt = registry.rt

    @registry.callback(
        Output(ids.LEDGER, "children"), Output(ids.LEDGER_BY_RULE, "children"),
        Input(ids.LEDGER_FIND, "value"), Input(ids.LEDGER_RULE, "value"), Input(ids.LEDGER_STATE, "value"),
        Input(ids.LEDGER_PREVIOUS, "n_clicks"), Input(ids.LEDGER_NEXT, "n_clicks"), Input(ids.LEDGER_CHANGED, "data"),
        State(ids.LEDGER_AT, "data"), State(ids.LEDGER_SEARCH, "data"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def show_lines(
        find: Any, rule: Any, state: Any, back: int | None, on: int | None, _: Any, at: Any, search_id: Any
    ) -> Any:
        if ctx.triggered_id in (ids.LEDGER_PREVIOUS, ids.LEDGER_NEXT) and not (back or on):
            return no_update, no_update  # the buttons only appeared
        step = {ids.LEDGER_PREVIOUS: -PAGE, ids.LEDGER_NEXT: PAGE, ids.LEDGER_CHANGED: 0}.get(str(ctx.triggered_id))
        start = 0 if step is None or not isinstance(at, int) else max(0, at + step)
        actor, search = current_actor(), searches.get_search(rt, current_actor(), page_values.uuid(search_id))
        lines = _lines(rt, actor, search, find, rule, state, start)
        if ctx.triggered_id != ids.LEDGER_CHANGED:
            return lines, no_update
        return lines, page_ledger.reasons(ledger.by_rule(rt, actor, search.id), search.editable)

    @registry.callback(
        Output(ids.LEDGER_CHANGED, "data"),
        Input(ids.ledger_restore(ALL), "n_clicks"), State(ids.ledger_restore(ALL), "id"),
        State(ids.ledger_restore(ALL), "value"), State(ids.LEDGER_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def restore_one(clicks: list[int | None], buttons: list[Any], names: list[Any], search_id: Any) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update  # the buttons only appeared
        actor, search, person = (
            current_actor(),
            page_values.uuid(search_id),
            page_values.number(ctx.triggered_id.get("id")),
        )
        done = candidates.change(rt, actor, search, [person], candidates.action_of("restore"))
        name = next((n for b, n in zip(buttons, names, strict=False) if b == ctx.triggered_id), "")
        said = text.LEDGER_RESTORED.format(name=name) if done.changed else text.LEDGER_RESTORED_NOT
        toast(said, kind="success" if done.changed else "info")
        return secrets.token_hex(4)

    @registry.callback(
        Output(ids.FILTER_RUN, "data", allow_duplicate=True),
        Output(ids.FILTER_CLOCK, "disabled", allow_duplicate=True),
        Input(ids.ledger_restore_rule(ALL), "n_clicks"), Input(ids.LEDGER_RESTORE_ALL, "n_clicks"),
        State(ids.LEDGER_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def restore_many(clicks: list[int | None], everyone: int | None, search_id: Any) -> Any:
        one = ctx.triggered_id if isinstance(ctx.triggered_id, dict) else None
        if not (any(clicks) if one else everyone):
            return no_update, no_update  # the buttons only appeared
        rule_id = page_values.number(one.get("id")) if one else None
        run_id = filtering.restore(rt, current_actor(), page_values.uuid(search_id), rule_id)
        toast(text.FILTER_RESTORING, kind="success")
        return {"run": run_id, "mode": "restore"}, False


def _register_file(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/search/<uuid:search_id>/ledger.csv", rule=Rule.RECRUITER)
    def download(search_id: UUID) -> Response:
        asked = request.args
        choices = _choices(asked.get("q"), asked.get("rule"), asked.get("show", "all"))
        chunks = ledger_csv.ledger_csv(rt, current_actor(), search_id, choices)
        headers = {"Content-Disposition": "attachment; filename=filtered-out.csv", "Cache-Control": "no-store"}
        return Response(chunks, mimetype="text/csv", headers=headers)


def _choices(find: Any, rule: Any, state: Any) -> Choices:
    """What the page's controls narrow the ledger down to. Raises BadInput."""
    any_rule = rule in (None, "", page_ledger.ANY)
    rule_id = None if any_rule else page_values.number(int(rule) if str(rule).isdecimal() else None)
    return Choices(str(find or ""), rule_id=rule_id, open={"open": True, "closed": False}.get(str(state)))


def _lines(rt: Runtime, actor: Actor, search: searches.Search, find: Any, rule: Any, state: Any, at: int) -> Any:
    """A page of the ledger as the choices narrow it down. Raises BadInput."""
    choices = _choices(find, rule, state)
    found = ledger.page(rt, actor, search.id, choices, offset=at, limit=PAGE)
    if not found.lines and found.total:
        # Fewer than when the page was shown: the last page there is.
        at = (found.total - 1) // PAGE * PAGE
        found = ledger.page(rt, actor, search.id, choices, offset=at, limit=PAGE)
    narrowed = bool(choices.text.strip()) or choices.rule_id is not None or state != "open"
    return page_ledger.ledger(
        found.lines, found.total, at, str(search.id), search.editable, narrowed=narrowed,
        download=_address(actor, search.id, find, rule, state),
    )  # fmt: skip


def _address(actor: Actor, search_id: UUID, find: Any = "", rule: Any = page_ledger.ANY, state: Any = "open") -> str:
    """Where the same lines are as a file; "" for who may take none."""
    asked = urlencode({"q": str(find or ""), "rule": str(rule or page_ledger.ANY), "show": str(state)})
    return f"/search/{search_id}/ledger.csv?{asked}" if actor.may_edit else ""
