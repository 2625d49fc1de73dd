"""The pages of filtering as a browser has them: their calls, through the real wiring."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.test import TestResponse

from layouts import ids
from layouts.rule_editor import as_option
from tests.web import CALLBACK, Browser, Prop, call

Rule = Mapping[str, Any]
# What a Select holds as text.
AS_OPTIONS = ("list_id", "has", "listed", "match", "scope")


def page(client: Browser, path: str) -> str:
    """A page's component as text."""
    answer = call(client, "page.children", [("url", "pathname", path)], [("url", "search", "")])
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def refused(client: Browser, path: str) -> str:
    answer = call(client, "page.children", [("url", "pathname", path)], [("url", "search", "")])
    assert answer.status_code == 403, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def fields_of(rules: Sequence[Rule]) -> tuple[list[Prop], list[Prop]]:
    """Values and ids of all controls of these rules."""
    values: list[Prop] = []
    for place, rule in enumerate(rules):
        held = {"on_unknown": rule.get("on_unknown", "keep"), "enabled": rule.get("enabled", True)}
        for name, value in {**rule.get("params", {}), **held}.items():
            shown = "\n".join(value) if name == "terms" and isinstance(value, list) else value
            shown = as_option(shown) if name in AS_OPTIONS and shown is not None else shown
            values.append((ids.rule_field(place, name), "value", shown))
    return values, [(component, "id", component) for component, _, _ in values]


def kinds_of(rules: Sequence[Rule]) -> tuple[list[Prop], list[Prop]]:
    kinds = [(ids.rule_kind(place), "data", rule["kind"]) for place, rule in enumerate(rules)]
    return kinds, [(component, "id", component) for component, _, _ in kinds]


def editor(rules: Sequence[Rule]) -> list[Any]:
    """The state of the editor, as callbacks.rules_of_page.EDITOR has it."""
    return [*kinds_of(rules), *fields_of(rules)]


def press(
    client: Browser,
    output: str,
    button: Any,
    state: Sequence[Any],
    before: Sequence[Any] = (),
    after: Sequence[Any] = (),
) -> TestResponse:
    """A button with an id of its own, pressed once; before and after: other inputs around it."""
    pressed = (button, "n_clicks", 1)
    return call(
        client, full(client, output), [*before, pressed, *after], list(state), triggered=f"{_key(button)}.n_clicks"
    )


def press_one(client: Browser, output: str, button: dict[str, Any], state: Sequence[Any]) -> TestResponse:
    """A repeated button, pressed once."""
    return call(client, full(client, output), [[(button, "n_clicks", 1)]], list(state))


def match(client: Browser, output: Mapping[str, Any], button: Mapping[str, Any], state: Sequence[Prop]) -> TestResponse:
    """A button of a row whose answer is shown in the same row (dash.MATCH)."""
    kind = {key: ["MATCH"] if key != "type" else value for key, value in sorted(output.items())}
    return client.send(CALLBACK, json={
        "output": json.dumps(kind, separators=(",", ":")) + ".children",
        "outputs": {"id": dict(output), "property": "children"},
        "inputs": [{"id": dict(button), "property": "n_clicks", "value": 1}],
        "state": [{"id": component, "property": name, "value": value} for component, name, value in state],
        "changedPropIds": [_key(button) + ".n_clicks"],
    })  # fmt: skip


def full(client: Browser, start: str) -> str:
    """The id of the one callback whose outputs begin like this."""
    known = client.application.config["SOURCINGX_REGISTRY"].callbacks
    found = [name for name in known if name == start or name.startswith(start)]
    assert len(found) == 1, (start, found)
    return str(found[0])


def response(answer: TestResponse) -> Any:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["response"]


def said(answer: TestResponse) -> str:
    """Everything of an answer as text, messages included."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.dumps(answer.get_json(), ensure_ascii=False)


def _key(component: Any) -> str:
    return component if isinstance(component, str) else json.dumps(component, sort_keys=True, separators=(",", ":"))


__all__ = [
    "editor", "fields_of", "full", "kinds_of", "match", "page", "press", "press_one", "refused", "response", "said",
]  # fmt: skip
