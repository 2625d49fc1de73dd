"""Rules tried out and applied, people brought back: figures, progress, results, Undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dash import MATCH, Input, Output, State, no_update, set_props

from callbacks import page_values, rules_of_page, run_progress
from callbacks.actions import told
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule, keep
from callbacks.rules_of_page import EDITOR, PageRule, in_use, page_rules
from callbacks.session import current_actor
from layouts import dry_run, filter_runs, ids, page_filter, text
from services.access.identity import Actor
from services.decisions import undo as undoing
from services.errors import BadInput, NotFound, ProductError
from services.filtering import filter_reads, filter_samples, filtering, rule_kinds, rule_sets, rules_in_force
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches

MOST_SAMPLES = 10
MOST_PAIRS = 10


def register(registry: Registry) -> None:
    _register_dry_run(registry)
    _register_samples(registry)
    _register_apply(registry)
    _register_progress(registry)


def _register_dry_run(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        return dry_run.failed(error.message), None, True

    @registry.callback(
        Output(ids.DRY_RUN, "children"), Output(ids.DRY_RUN_SEEN, "data"),
        Output(ids.DRY_RUN_STALE, "hidden", allow_duplicate=True),
        Input(ids.DRY_RUN_START, "n_clicks"), State(ids.FILTER_SEARCH, "data"), *EDITOR,
        rule=Rule.ANY, prevent_initial_call=True, on_error=explain,
        running=[(Output(ids.DRY_RUN_START, "disabled"), True, False),
                 (Output(ids.DRY_RUN, "className"), "sx-busy", "")],
    )  # fmt: skip
    def try_out(clicks: int | None, search_id: Any, *editor: Any) -> Any:
        if not clicks:
            return (no_update,) * 3
        actor, search, all_rules = current_actor(), page_values.uuid(search_id), page_rules(*editor)
        rules, places = in_use(all_rules)
        # Before the figures: what changes meanwhile makes them old.
        seen = _marks(rt, actor, search, rules_of_page.list_ids(rules))
        found = filtering.dry_run(rt, actor, search, rules)
        return dry_run.dry_run(found, places), seen | {"mark": rules_of_page.mark(all_rules)}, True

    @registry.callback(
        Output(ids.DRY_RUN_SEEN, "data", allow_duplicate=True),
        Output(ids.DRY_RUN_STALE, "hidden", allow_duplicate=True),
        Input(ids.DRY_RUN_CLOCK, "n_intervals"), State(ids.DRY_RUN_SEEN, "data"), State(ids.FILTER_SEARCH, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def look_for_changes(_: int | None, seen: Any, search_id: Any) -> Any:
        if not isinstance(seen, dict) or seen.get("mark") is None:
            return no_update, no_update
        used = [page_values.number(one) for one in seen.get("used") or []]
        now = _marks(rt, current_actor(), page_values.uuid(search_id), used)
        if all(seen.get(name) == value for name, value in now.items()):
            return no_update, no_update
        return seen | {"mark": None}, False


def _register_samples(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.sample(MATCH), "children"), Input(ids.sample_ask(MATCH), "n_clicks"),
        State(ids.sample_of(MATCH), "data"), State(ids.FILTER_SEARCH, "data"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def show(clicks: int | None, wanted: Any, search_id: Any) -> Any:
        if not clicks:
            return no_update  # the button only appeared
        if not isinstance(wanted, dict) or wanted.get("kind") not in rule_kinds.KINDS:
            raise BadInput(text.UNKNOWN_CALL)
        return _samples(rt, current_actor(), page_values.uuid(search_id), wanted)


def _register_apply(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.FILTER_RUN, "data"), Output(ids.FILTER_CLOCK, "disabled"),
        Output(ids.FILTER_PROBLEM, "children", allow_duplicate=True),
        Input(ids.FILTER_APPLY, "n_clicks"), State(ids.FILTER_HOW, "value"), State(ids.FILTER_SET, "data"),
        State(ids.FILTER_SEARCH, "data"), *EDITOR,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
        running=[(Output(ids.FILTER_APPLY, "disabled"), True, False)],
    )  # fmt: skip
    def apply(clicks: int | None, how: Any, set_id: Any, search_id: Any, *editor: Any) -> Any:
        if not clicks:
            return (no_update,) * 3
        actor, rules, chosen = current_actor(), page_rules(*editor), how if isinstance(how, list) else []
        run_id = filtering.start(
            rt, actor, page_values.uuid(search_id), in_use(rules)[0], rule_set_id=_set_of(rt, actor, set_id, rules),
            bring_back="bring_back" in chosen, again="again" in chosen,
        )  # fmt: skip
        toast(text.FILTER_APPLIED, kind="success")
        return {"run": run_id, "mode": "apply"}, False, ""

    @registry.callback(
        Output(ids.FILTER_RUN, "data", allow_duplicate=True),
        Output(ids.FILTER_CLOCK, "disabled", allow_duplicate=True),
        Input(ids.FILTER_UNDO, "n_clicks"), State(ids.FILTER_UNDO, "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def undo(clicks: int | None, button: Any) -> Any:
        if not clicks:
            return no_update, no_update
        batch, run_id = _batch_and_run(button)
        outcome = undoing.undo(rt, current_actor(), batch)
        if outcome.done is None:
            toast(text.FILTER_UNDONE.format(n=outcome.total), kind="success")
            return {"run": outcome.run_id, "mode": "undo"}, False
        toast(told(outcome.done, undone=True), kind="success")
        return {"run": run_id, "mode": "apply", "undone": True}, False


def _register_progress(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.FILTER_PROGRESS, "children"), Output(ids.FILTER_CLOCK, "disabled", allow_duplicate=True),
        Output(ids.FILTER_SEEN, "data"),
        Input(ids.FILTER_CLOCK, "n_intervals"), Input(ids.FILTER_RUN, "data"), State(ids.FILTER_SEEN, "data"),
        State(ids.URL, "pathname"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def progress(_: int | None, shown: Any, seen: Any, pathname: Any) -> Any:
        if not isinstance(shown, dict):
            return no_update, True, no_update
        actor = current_actor()
        run = runs.get_run(rt, actor, page_values.number(shown.get("run")))
        now = run_progress.seen(run)
        if now == seen:
            return no_update, no_update, no_update
        if run_progress.only_figures(run, seen, now):
            return no_update, no_update, now
        search = searches.get_search(rt, actor, run["search_id"])
        panel = filter_runs.run_panel(run, str(search.id), str(shown.get("mode")), editable=search.editable)
        ended = run["state"] not in runs.OPEN
        if ended and str(pathname).endswith("/ledger"):
            # Only that page has lines that are others now.
            keep(ids.LEDGER_CHANGED, now["all"])
        elif ended and str(pathname).endswith("/filter"):
            in_force = rules_in_force.in_force(rt, actor, search.id)
            set_props(ids.FILTER_BEHIND, {"children": page_filter.behind(in_force, None)})
        return panel, True if ended else no_update, now


def _samples(rt: Runtime, actor: Actor, search: UUID, wanted: dict[str, Any]) -> Any:
    """Some people of a rule, by name and with what it looks at; alike names of a fuzzy one."""
    searches.get_search(rt, actor, search)
    ids_of = {
        name: [page_values.number(one) for one in wanted.get(name) or []][:MOST_SAMPLES] for name in ("ids", "unknown")
    }
    found = {one.id: one for one in filter_reads.people(rt, actor, search, [*ids_of["ids"], *ids_of["unknown"]])}
    people, unsure = ([found[one] for one in some if one in found] for some in ids_of.values())
    pairs = None
    if wanted.get("list_id") is not None:
        threshold = wanted.get("threshold")
        if not isinstance(threshold, int | float):
            raise BadInput(text.UNKNOWN_CALL)
        pairs = filtering.fuzzy_samples(rt, actor, search, page_values.number(wanted["list_id"]), threshold, MOST_PAIRS)
    caught = filter_samples.sample_entries(rt, actor, search, wanted["rule"], ids_of["ids"]) if "rule" in wanted else {}
    return dry_run.samples(str(wanted["kind"]), people, unsure, pairs, str(search), caught)


def _marks(rt: Runtime, actor: Actor, search: UUID, list_ids: list[int]) -> dict[str, Any]:
    """What figures depend on: the search's version and those of the lists that rules use."""
    found = filter_reads.marks(rt, actor, search, list_ids)
    return {"version": found.version, "used": list_ids, "lists": {str(key): v for key, v in found.lists.items()}}


def _set_of(rt: Runtime, actor: Actor, set_id: Any, rules: list[PageRule]) -> int | None:
    """The rule set that the page was opened from or saved to, where these are still its rules."""
    if type(set_id) is not int:
        return None
    try:
        kept = rule_sets.get(rt, actor, set_id).rules
    except NotFound:
        return None
    return set_id if list(kept) == [rule_kinds.check(one) for one in rules] else None


def _batch_and_run(button: Any) -> tuple[int, int]:
    """What an Undo button stands for. Raises BadInput."""
    batch, _, run = str(button).partition(":")
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (batch, run)):
        raise BadInput(text.UNKNOWN_CALL)
    return int(batch), int(run)
