"""The parts of `/admin/privacy` on how long people are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, page_privacy, page_retention, text
from services.access.identity import Actor
from services.errors import ProductError
from services.privacy import retention
from services.runtime import Runtime


def sections(rt: Runtime, actor: Actor) -> Any:
    """As they are now. Raises Forbidden unless admin."""
    return page_retention.sections(retention.overview(rt, actor, datetime.now(UTC)))


def register(registry: Registry) -> None:
    rt = registry.rt
    answer = Output(ids.RETENTION_ANSWER, "children", allow_duplicate=True)
    shown = Output(ids.RETENTION, "children", allow_duplicate=True)

    def refused(error: ProductError) -> Any:
        # What was typed stays.
        return page_retention.answer(error.message, good=False), no_update

    def changed(act: Callable[[Actor], str]) -> Any:
        actor = current_actor()
        said = act(actor)
        return page_retention.answer(said, good=True), sections(rt, actor)

    @registry.callback(
        answer, shown, Input(ids.retention_row(ALL, "told"), "n_clicks"), Input(ids.RETENTION_TOLD_ALL, "n_clicks"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def told(clicks: list[int | None], everyone: int | None) -> Any:
        if not any(clicks) and not everyone:
            return no_update, no_update  # the buttons only appeared
        person = pressed()
        return changed(lambda actor: text.OVERDUE_TOLD_DONE.format(people=page_privacy.counted(
            retention.mark_told(rt, actor, datetime.now(UTC), None if person is None else [person]),
            text.PEOPLE_COUNT)))  # fmt: skip

    @registry.callback(
        answer, shown, Input(ids.retention_row(ALL, "change"), "n_clicks"),
        State(ids.retention_row(ALL, "months"), "value"), State(ids.retention_row(ALL, "months"), "id"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def change(clicks: list[int | None], months: list[Any], names: list[dict[str, Any]]) -> Any:
        rule = pressed()
        if not any(clicks) or rule is None:
            return no_update, no_update
        typed = {name["id"]: value for name, value in zip(names, months, strict=True)}
        return changed(lambda actor: _said(retention.set_rule(rt, actor, rule, typed.get(rule))))

    @registry.callback(
        answer, shown, Input(ids.retention_row(ALL, "remove"), "n_clicks"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def remove(clicks: list[int | None]) -> Any:
        rule = pressed()
        if not any(clicks) or rule is None:
            return no_update, no_update
        return changed(lambda actor: _said(retention.remove_rule(rt, actor, rule)))

    @registry.callback(
        answer, shown, Input(ids.RETENTION_ADD, "n_clicks"), State(ids.RETENTION_NAME, "value"),
        State(ids.RETENTION_COUNTRIES, "value"), State(ids.RETENTION_NEW_MONTHS, "value"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def add(clicks: int | None, name: Any, countries: Any, months: Any) -> Any:
        if not clicks:
            return no_update, no_update
        given = str(name or ""), str(countries or ""), months
        return changed(lambda actor: _said(retention.add_rule(rt, actor, *given)))

    @registry.callback(
        answer, shown, Input(ids.RETENTION_SAVE, "n_clicks"), Input(ids.RETENTION_PURGE, "value"),
        Input(ids.RETENTION_EXPORT, "value"), State(ids.RETENTION_DECISIONS, "value"),
        rule=Rule.ADMIN, on_error=refused, prevent_initial_call=True,
    )  # fmt: skip
    def save(clicks: int | None, purge: Any, export: Any, months: Any) -> Any:
        if not clicks and len(ctx.triggered) != 1:
            return no_update, no_update  # the fields only appeared
        given = {"purge": purge is True, "export_listed": export is True, "decision_months": months}
        return changed(lambda actor: _said(retention.set_all(rt, actor, **given)))


def pressed() -> int | None:
    """The row whose button was pressed."""
    found = ctx.triggered_id["id"] if isinstance(ctx.triggered_id, dict) else None
    return found if type(found) is int else None


def _said(_: None) -> str:
    return text.RETENTION_CHANGED
