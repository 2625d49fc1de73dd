"""The pages `/admin/workers`, `/admin/jobs` and `/admin/keys`."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, ctx, no_update

from callbacks.errors import toast
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import ids, pages_operations, text
from services.access.identity import Actor
from services.errors import ProductError
from services.operations import operations
from services.runtime import Runtime


def workers_page(rt: Runtime, actor: Actor) -> Any:
    """Processes, memory, slow statements. Raises Forbidden for anyone who is no admin, as all here."""
    found = operations.processes(rt, actor)
    return pages_operations.workers_page(found, operations.slow_queries(rt, actor), operations.NO_STATEMENTS)


def jobs_page(rt: Runtime, actor: Actor) -> Any:
    """The queue and what failed."""
    return pages_operations.jobs_page(operations.queue(rt, actor), *operations.dead_letters(rt, actor))


def keys_page(rt: Runtime, actor: Actor) -> Any:
    """Vendors' keys."""
    return pages_operations.keys_page(operations.keys(rt, actor))


def register(registry: Registry) -> None:
    rt = registry.rt

    def jobs() -> Any:
        actor = current_actor()
        return pages_operations.jobs_body(operations.queue(rt, actor), *operations.dead_letters(rt, actor))

    @registry.callback(
        Output(ids.ADMIN_WORKERS, "children"), Input(ids.ADMIN_CLOCK, "n_intervals"),
        rule=Rule.ADMIN, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def show_workers(_: int | None) -> Any:
        return pages_operations.worker_list(operations.processes(rt, current_actor()))

    @registry.callback(
        Output(ids.ADMIN_JOBS, "children", allow_duplicate=True), Input(ids.ADMIN_JOBS_CLOCK, "n_intervals"),
        rule=Rule.ADMIN, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def show_jobs(_: int | None) -> Any:
        return jobs()

    @registry.callback(
        Output(ids.ADMIN_JOBS, "children", allow_duplicate=True), Input(ids.admin_act(ALL, "retry"), "n_clicks"),
        rule=Rule.ADMIN, prevent_initial_call=True,
    )  # fmt: skip
    def retry(clicks: list[int | None]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict) or type(ctx.triggered_id["id"]) is not int:
            return no_update  # the buttons only appeared
        operations.retry(rt, current_actor(), ctx.triggered_id["id"])
        toast(text.ADMIN_RETRIED, kind="success")
        return jobs()

    def bad(error: ProductError) -> Any:
        return pages_operations.key_answer(error.message, good=False)

    @registry.callback(
        Output(ids.ADMIN_KEY_ANSWER, "children"), Input(ids.admin_act(ALL, "test"), "n_clicks"),
        rule=Rule.ADMIN, on_error=bad, prevent_initial_call=True,
    )  # fmt: skip
    def test_key(clicks: list[int | None]) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        return pages_operations.key_answer(
            operations.check_key(rt, current_actor(), str(ctx.triggered_id["id"])), good=True
        )
