"""The rules of a search as a person edits them: one card a rule, its controls from the registry of kinds. Pure.

A control is chosen by a parameter's name; a test asks that every parameter of every kind has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text

MAX_TERMS_TEXT = 20_000
# Far above what any parameter may be; larger ones are no numbers that a person typed.
MAX_NUMBER = 1_000_000


@dataclass(frozen=True)
class RuleShown:
    """One rule of the page. params: as the controls hold them. sentence: what it does; problem: what is wrong."""

    kind: str
    label: str
    names: tuple[str, ...]
    params: Mapping[str, Any]
    on_unknown: str
    enabled: bool
    sentence: str
    problem: str


@dataclass(frozen=True)
class ListChoice:
    """A list that a rule can use."""

    id: int
    name: str
    kind: str


@dataclass(frozen=True)
class _Spot:
    """Where a control stands: the rule's place, its kind, the lists to choose from, and whether it is locked."""

    place: int
    kind: str
    lists: Sequence[ListChoice]
    locked: bool


def rule_cards(rules: Sequence[RuleShown], lists: Sequence[ListChoice], *, editable: bool) -> list[Component]:
    """All rules in order, or what to do when there are none."""
    if not rules:
        return [html.P(text.FILTER_NO_RULES if editable else text.FILTER_NO_RULES_VIEWER, className="sx-muted")]
    return [_card(n, len(rules), rule, lists, editable) for n, rule in enumerate(rules)]


def sentence(rule: RuleShown) -> list[Component]:
    """What a rule does, or what is wrong with it."""
    if rule.problem:
        return [html.Span(rule.problem, className="sx-problem")]
    return [html.Span(rule.sentence, dir="auto")]


def _card(place: int, count: int, rule: RuleShown, lists: Sequence[ListChoice], editable: bool) -> Component:
    spot = _Spot(place, rule.kind, lists, not editable)
    label = text.FILTER_RULE.format(n=place + 1, label=rule.label)
    fields = [CONTROLS[name](spot, name, rule.params.get(name)) for name in rule.names]
    unknown = _labelled("on_unknown", dbc.Select(
        id=ids.rule_field(place, "on_unknown"), value=rule.on_unknown, disabled=not editable,
        options=[{"label": words, "value": key} for key, words in text.RULE_UNKNOWNS.items()],
    ), text.RULE_UNKNOWN)  # fmt: skip
    head = html.Div(
        [
            html.Strong(label),
            dbc.Switch(
                id=ids.rule_field(place, "enabled"), label=text.RULE_ON, value=rule.enabled, disabled=not editable
            ),
            html.Div(_moves(place, count) if editable else None, className="sx-rule-moves"),
        ],
        className="sx-rule-head",
    )
    return html.Div(
        [
            dcc.Store(id=ids.rule_kind(place), data=rule.kind),
            head,
            html.P(sentence(rule), id=ids.rule_sentence(place), className="sx-rule-sentence", role="status"),
            html.Div([*fields, unknown], className="sx-rule-fields"),
        ],
        className="sx-rule" if rule.enabled else "sx-rule sx-rule-off",
        role="group",
        **{"data-testid": "filter-rule", "data-kind": rule.kind, "aria-label": label},
    )


def _moves(place: int, count: int) -> list[Component]:
    def button(sign: str, do: str, label: str, disabled: bool) -> Component:
        return html.Button(
            sign, id=ids.rule_act(place, do), type="button", className="sx-icon-button", disabled=disabled, title=label,
            **{"aria-label": f"{label}: {text.FILTER_RULES} {place + 1}"},
        )  # fmt: skip

    return [
        button("↑", "up", text.FILTER_UP, place == 0),
        button("↓", "down", text.FILTER_DOWN, place == count - 1),
        button("×", "remove", text.FILTER_REMOVE, False),
    ]


# -- one control a parameter ---------------------------------------------------------------------------


def _terms(spot: _Spot, name: str, value: Any) -> Component:
    shown = value if isinstance(value, str) else "\n".join(map(str, value or ()))
    return _labelled(name, dbc.Textarea(
        id=ids.rule_field(spot.place, name), value=shown, rows=3, maxLength=MAX_TERMS_TEXT, debounce=True,
        readonly=spot.locked,
    ))  # fmt: skip


def _number(low: float, high: float, step: float) -> Callable[[_Spot, str, Any], Component]:
    def control(spot: _Spot, name: str, value: Any) -> Component:
        unit = text.RULE_UNITS.get(spot.kind)
        label = text.RULE_FIELDS[name] + (f" ({unit})" if unit else "")
        return _labelled(name, dbc.Input(
            id=ids.rule_field(spot.place, name), type="number", value=value, min=low, max=high, step=step,
            debounce=True, readonly=spot.locked,
        ), label)  # fmt: skip

    return control


def _choice(words: Mapping[Any, str], usual: Any) -> Callable[[_Spot, str, Any], Component]:
    """A Select; true and false are "yes" and "no" in the page, since it holds texts."""

    def control(spot: _Spot, name: str, value: Any) -> Component:
        options = [{"label": label, "value": as_option(key)} for key, label in words.items()]
        return _labelled(name, dbc.Select(
            id=ids.rule_field(spot.place, name), options=options, value=as_option(usual if value is None else value),
            disabled=spot.locked,
        ))  # fmt: skip

    return control


def _choices(words: Mapping[str, str]) -> Callable[[_Spot, str, Any], Component]:
    def control(spot: _Spot, name: str, value: Any) -> Component:
        options = [{"label": label, "value": key, "disabled": spot.locked} for key, label in words.items()]
        boxes = dbc.Checklist(
            id=ids.rule_field(spot.place, name), options=options, value=list(value or ()), inline=True
        )
        label = html.Span(text.RULE_FIELDS[name], className="sx-rule-label")
        group = {"role": "group", "aria-label": text.RULE_FIELDS[name]}
        return html.Div([label, boxes], className=f"sx-rule-field sx-rule-{name}", **group)

    return control


def _list(spot: _Spot, name: str, value: Any) -> Component:
    options = [
        {"label": f"{one.name} ({text.LIST_KINDS.get(one.kind, one.kind)})", "value": str(one.id)} for one in spot.lists
    ]
    if value is not None and str(value) not in {one["value"] for one in options}:
        options.append({"label": text.RULE_LIST_GONE, "value": str(value)})
    chosen = dbc.Select(
        id=ids.rule_field(spot.place, name), options=options, value=None if value is None else str(value),
        placeholder=text.RULE_CHOOSE_LIST, disabled=spot.locked,
    )  # fmt: skip
    hint = [] if options else [dcc.Link(text.RULE_NO_LISTS, href="/lists", className="sx-link")]
    return html.Div([_labelled(name, chosen), *hint], className="sx-rule-wide")


def as_option(value: Any) -> str:
    """A value as a Select holds it."""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def from_option(name: str, value: Any) -> Any:
    """What a control holds, as rules take it; None for what it cannot hold."""
    if name in ("has", "listed"):
        return {"yes": True, "no": False}.get(str(value))
    if name == "list_id":
        plain = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16
        return int(value) if plain else None
    if name in ("levels", "fields"):
        return [str(one) for one in value] or None if isinstance(value, list) else None
    if isinstance(value, int | float):
        return value if abs(value) < MAX_NUMBER and not isinstance(value, bool) else None
    return value or None if isinstance(value, str) else None


def _labelled(name: str, control: Component, label: str = "") -> Component:
    return html.Label(
        [html.Span(label or text.RULE_FIELDS[name], className="sx-rule-label"), control],
        className=f"sx-rule-field sx-rule-{name}",
    )


CONTROLS: Mapping[str, Callable[[_Spot, str, Any], Component]] = {
    "terms": _terms,
    "has": _choice(text.RULE_HAS, True),
    "list_id": _list,
    "listed": _choice(text.RULE_LISTED, True),
    "match": _choice(text.RULE_MATCHES, "exact"),
    "threshold": _number(0.5, 1, 0.05),
    "scope": _choice(text.RULE_SCOPES, "now"),
    "low": _number(0, 960, 0.5),
    "high": _number(0, 960, 0.5),
    "average": _number(1, 240, 1),
    "moves": _number(1, 50, 1),
    "years": _number(1, 50, 1),
    "days": _number(1, 3650, 1),
    "levels": _choices(text.RULE_LEVELS),
    "fields": _choices(text.RULE_MISSING),
}
