"""Rules as the controls of a page hold them, and as services take them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, State

from layouts import ids, text
from layouts.rule_editor import ListChoice, RuleShown, from_option
from services.access.identity import Actor
from services.errors import BadInput
from services.filtering import lists, rule_kinds
from services.filtering.rule_kinds import KINDS
from services.runtime import Runtime

# The controls of all rules, as the page holds them; the last two are read as one by page_rules().
KINDS_OF_PAGE = (State(ids.rule_kind(ALL), "data"), State(ids.rule_kind(ALL), "id"))
FIELDS_OF_PAGE = (State(ids.rule_field(ALL, ALL), "value"), State(ids.rule_field(ALL, ALL), "id"))
EDITOR = (*KINDS_OF_PAGE, *FIELDS_OF_PAGE)
CHANGED = Input(ids.rule_field(ALL, ALL), "value")

PageRule = dict[str, Any]


def page_rules(kinds: Any, places: Any, values: Any, names: Any) -> list[PageRule]:
    """The rules of a page in order: kind, params, on_unknown, enabled. Raises BadInput for nonsense."""
    try:
        fields: dict[Any, dict[str, Any]] = {}
        for value, name in zip(values, names, strict=True):
            fields.setdefault(name["place"], {})[name["name"]] = value
        found = sorted((at["place"], kind) for kind, at in zip(kinds, places, strict=True))
        return [_rule(kind, fields.get(place, {})) for place, kind in found]
    except (TypeError, KeyError, ValueError) as error:
        raise BadInput(text.UNKNOWN_CALL) from error


def new_rule(kind: Any) -> PageRule:
    """A rule of a kind with its usual parameters. Raises BadInput."""
    if kind not in KINDS:
        raise BadInput(text.UNKNOWN_CALL)
    params = {one.name: one.default for one in KINDS[kind].params}
    return {"kind": kind, "params": params, "on_unknown": "keep", "enabled": True}


def in_use(rules: Sequence[PageRule]) -> tuple[list[PageRule], list[int]]:
    """The rules that are switched on, and where each stands on the page."""
    found = [(rule, place) for place, rule in enumerate(rules) if rule["enabled"]]
    return [rule for rule, _ in found], [place for _, place in found]


def list_choices(rt: Runtime, actor: Actor) -> list[ListChoice]:
    """Lists that the actor's rules can use."""
    return [ListChoice(one.id, one.name, one.kind) for one in lists.all_lists(rt, actor)]


def shown(rules: Sequence[Mapping[str, Any]], choices: Sequence[ListChoice]) -> list[RuleShown]:
    """Rules as the page shows them, each with what it does or what is wrong with it."""
    names = {one.id: one.name for one in choices}
    return [_shown(rule, names) for rule in rules]


def list_ids(rules: Sequence[PageRule]) -> list[int]:
    """The lists that rules use."""
    return sorted({rule["params"]["list_id"] for rule in rules if rule["params"].get("list_id") is not None})


def mark(rules: Sequence[PageRule]) -> str:
    """The same for the same rules."""
    said = json.dumps(in_use(rules)[0], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _rule(kind: Any, fields: Mapping[str, Any]) -> PageRule:
    names = [one.name for one in KINDS[kind].params]
    return {
        "kind": kind,
        "params": {name: from_option(name, fields.get(name)) for name in names},
        "on_unknown": fields.get("on_unknown") or "keep",
        "enabled": fields.get("enabled") is not False,
    }


def _shown(rule: Mapping[str, Any], lists_by_id: Mapping[int, str]) -> RuleShown:
    kind = KINDS[rule["kind"]]
    sentence = problem = ""
    try:
        checked = rule_kinds.check(rule)
        name = lists_by_id.get(checked.list_id, text.RULE_LIST_GONE) if checked.list_id is not None else ""
        sentence = rule_kinds.sentence(checked, name)
    except BadInput as error:
        problem = error.message
    return RuleShown(
        rule["kind"], kind.label, tuple(one.name for one in kind.params), rule["params"],
        str(rule.get("on_unknown") or "keep"), rule.get("enabled") is not False, sentence, problem,
    )  # fmt: skip
