"""The page `/search/<id>/filter`: rules as a person edits them, rule sets, what has changed since."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import page_values, rules_of_page
from callbacks.errors import toast, told_last
from callbacks.registry import Registry, Rule
from callbacks.rules_of_page import EDITOR, KINDS_OF_PAGE, PageRule, list_choices, page_rules, shown
from callbacks.session import current_actor
from layouts import ids, page_filter, rule_editor, text
from services.access.identity import Actor
from services.errors import BadInput, NotFound
from services.filtering import filter_reads, rule_kinds, rule_sets, rules_in_force
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches


def page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """The rules that were applied last, or none; to start from others is one choice away."""
    search = searches.get_search(rt, actor, search_id)
    in_force = rules_in_force.in_force(rt, actor, search_id)
    latest = filter_reads.latest_run(rt, actor, search_id)
    lists = list_choices(rt, actor)
    applied = _set_in_force(rt, actor, in_force.rule_set_id if in_force else None)
    return page_filter.filter_page(
        search_id=str(search_id),
        title=search.title,
        editable=search.editable,
        rules=shown([one.rule.as_json() for one in in_force.rules] if in_force else [], lists),
        kinds=[(kind.key, kind.label) for kind in rule_kinds.KINDS.values()],
        lists=lists,
        sources=_sources(rt, actor, search_id),
        applied_set=applied,
        in_force=in_force,
        run=runs.get_run(rt, actor, latest.id) if latest else None,
        mode=latest.mode if latest else "apply",
    )


def register(registry: Registry) -> None:
    _register_editor(registry)
    _register_sets(registry)
    _register_changes(registry)


def _register_editor(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.FILTER_RULES, "children"), Output(ids.DRY_RUN_STALE, "hidden"),
        Input(ids.FILTER_ADD, "n_clicks"), Input(ids.rule_act(ALL, ALL), "n_clicks"),
        State(ids.FILTER_ADD_KIND, "value"), State(ids.DRY_RUN_SEEN, "data"), *EDITOR,
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def edit(add: int | None, acts: list[int | None], kind: Any, seen: Any, *editor: Any) -> Any:
        if not (add if ctx.triggered_id == ids.FILTER_ADD else any(acts)):
            return no_update, no_update  # the buttons only appeared
        rules = page_rules(*editor)
        if ctx.triggered_id == ids.FILTER_ADD:
            rules.append(rules_of_page.new_rule(kind))
        elif isinstance(ctx.triggered_id, dict):
            _move(rules, ctx.triggered_id.get("place"), ctx.triggered_id.get("do"))
        lists = list_choices(rt, current_actor())
        return rule_editor.rule_cards(shown(rules, lists), lists, editable=True), not seen

    @registry.callback(
        Output(ids.rule_sentence(ALL), "children"), Output(ids.DRY_RUN_STALE, "hidden", allow_duplicate=True),
        rules_of_page.CHANGED, State(ids.rule_field(ALL, ALL), "id"), *KINDS_OF_PAGE, State(ids.DRY_RUN_SEEN, "data"),
        rule=Rule.ANY, prevent_initial_call=True,
    )  # fmt: skip
    def say(values: Any, names: Any, kinds: Any, places: Any, seen: Any) -> Any:
        rules = page_rules(kinds, places, values, names)
        current = not isinstance(seen, dict) or seen.get("mark") == rules_of_page.mark(rules)
        lists = list_choices(rt, current_actor())
        return [rule_editor.sentence(one) for one in shown(rules, lists)], current


def _register_sets(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.FILTER_RULES, "children", allow_duplicate=True), Output(ids.FILTER_NAME, "value"),
        Output(ids.FILTER_SET, "data"), Output(ids.FILTER_DELETE, "hidden"),
        Output(ids.DRY_RUN_STALE, "hidden", allow_duplicate=True), Output(ids.FILTER_SHARED, "value"),
        Output(ids.FILTER_SCOPE, "value"),
        Input(ids.FILTER_FROM_OPEN, "n_clicks"), State(ids.FILTER_FROM, "value"), State(ids.DRY_RUN_SEEN, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def open_rules(clicks: int | None, source: Any, seen: Any) -> Any:
        if not clicks or not source:
            return (no_update,) * 7
        actor = current_actor()
        rules, found = _source(rt, actor, str(source))
        lists = list_choices(rt, actor)
        cards = rule_editor.rule_cards(shown(rules, lists), lists, editable=True)
        if found is None:
            return cards, no_update, None, True, not seen, no_update, no_update
        toast(text.FILTER_OPENED.format(what=found.name))
        return (
            cards, found.name, found.id, not found.owned, not seen, found.shared,
            "all" if found.search_id is None else "search",
        )  # fmt: skip

    @registry.callback(
        Output(ids.FILTER_SET, "data", allow_duplicate=True), Output(ids.FILTER_DELETE, "hidden", allow_duplicate=True),
        Output(ids.FILTER_FROM, "options"), Output(ids.FILTER_PROBLEM, "children"),
        Input(ids.FILTER_SAVE, "n_clicks"), State(ids.FILTER_NAME, "value"), State(ids.FILTER_SHARED, "value"),
        State(ids.FILTER_SCOPE, "value"), State(ids.FILTER_SET, "data"), State(ids.FILTER_SEARCH, "data"), *EDITOR,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(4),
        running=[(Output(ids.FILTER_SAVE, "disabled"), True, False)],
    )  # fmt: skip
    def save(clicks: int | None, name: Any, shared: Any, scope: Any, opened: Any, search_id: Any, *editor: Any) -> Any:
        if not clicks:
            return (no_update,) * 4
        actor, search = current_actor(), page_values.uuid(search_id)
        own = search if scope == "search" else None
        over, rules = opened if type(opened) is int else None, page_rules(*editor)
        made = rule_sets.save(rt, actor, str(name or ""), rules, search_id=own, shared=bool(shared), over=over)
        toast(text.FILTER_SAVED.format(name=str(name).strip()), kind="success")
        return made, False, page_filter.options(_sources(rt, actor, search)), ""

    @registry.callback(
        Output(ids.FILTER_SET, "data", allow_duplicate=True), Output(ids.FILTER_DELETE, "hidden", allow_duplicate=True),
        Output(ids.FILTER_FROM, "options", allow_duplicate=True),
        Output(ids.FILTER_PROBLEM, "children", allow_duplicate=True),
        Input(ids.FILTER_DELETE, "n_clicks"), State(ids.FILTER_SET, "data"), State(ids.FILTER_SEARCH, "data"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(4),
    )  # fmt: skip
    def delete(clicks: int | None, set_id: Any, search_id: Any) -> Any:
        if not clicks:
            return (no_update,) * 4
        if type(set_id) is not int:
            raise BadInput(text.UNKNOWN_CALL)
        actor = current_actor()
        rule_sets.delete(rt, actor, set_id)
        toast(text.FILTER_DELETED, kind="success")
        return None, True, page_filter.options(_sources(rt, actor, page_values.uuid(search_id))), ""


def _register_changes(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.FILTER_CHANGES, "children"), Input(ids.FILTER_LOOK, "n_clicks"), State(ids.FILTER_SEARCH, "data"),
        rule=Rule.ANY, prevent_initial_call=True, running=[(Output(ids.FILTER_LOOK, "disabled"), True, False)],
    )  # fmt: skip
    def would_change(clicks: int | None, search_id: Any) -> Any:
        if not clicks:
            return no_update  # the button only appeared
        actor, search = current_actor(), page_values.uuid(search_id)
        found = rules_in_force.would_change(rt, actor, search)
        leaving, coming = (filter_reads.people(rt, actor, search, some) for some in (found.leaving, found.coming))
        return page_filter.changes(found, leaving, coming, str(search))


def _move(rules: list[PageRule], place: Any, do: Any) -> None:
    """Up, down or out. Raises BadInput."""
    if type(place) is not int or not 0 <= place < len(rules) or do not in ("up", "down", "remove"):
        raise BadInput(text.UNKNOWN_CALL)
    rule = rules.pop(place)
    if do != "remove":
        rules.insert(max(0, place - 1) if do == "up" else place + 1, rule)


def _source(rt: Runtime, actor: Actor, source: str) -> tuple[list[PageRule], rule_sets.RuleSetInfo | None]:
    """Rules of "set:<id>" or "search:<id>", and the set. Raises BadInput, NotFound, Forbidden."""
    what, _, key = source.partition(":")
    if what == "set" and key.isascii() and key.isdecimal() and len(key) < 16:
        found = rule_sets.get(rt, actor, int(key))
        return [one.as_json() for one in found.rules], found.info
    if what != "search":
        raise BadInput(text.UNKNOWN_CALL)
    applied = rules_in_force.in_force(rt, actor, page_values.uuid(key))
    return [one.rule.as_json() for one in applied.rules] if applied else [], None


def _sources(rt: Runtime, actor: Actor, search_id: UUID) -> list[tuple[str, str]]:
    sets = rule_sets.all_sets(rt, actor, search_id)
    return page_filter.set_options(sets, filter_reads.rule_sources(rt, actor), str(search_id))


def _set_in_force(rt: Runtime, actor: Actor, set_id: int | None) -> rule_sets.RuleSetInfo | None:
    """The rule set that was applied, where it is still the actor's to change."""
    if set_id is None:
        return None
    try:
        info = rule_sets.get(rt, actor, set_id).info
    except NotFound:
        return None
    return info if info.owned else None
