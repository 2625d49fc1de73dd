"""What may be kept as state, and that every way to keep something asks the guard."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from dash import Input, Output, dcc, html

import callbacks
from callbacks.registry import _guarded, _stores, check_parts, keep
from services import state_limits
from services.errors import ProductError
from services.state_limits import StateTooLarge

CANARY = "canary"


@pytest.mark.parametrize(
    "value", [None, 5, "x" * 9_000, list(range(100)), {"ids": list(range(100)), "q": "x" * 5_000}, [[1] * 100] * 20]
)
def test_choices_and_counts_are_kept(value: Any) -> None:
    state_limits.check("some-store", value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (list(range(101)), "101 items"),
        ({"deep": {"er": [[CANARY] * 101]}}, "101 items"),
        ({str(n): n for n in range(101)}, "101 items"),
        (CANARY * 2_000, "12002 bytes"),
        ([CANARY * 20] * 99, "bytes"),
    ],
)
def test_data_is_refused_and_not_quoted(value: Any, said: str) -> None:
    with pytest.raises(StateTooLarge, match=f"some-store has .*{said}") as caught:
        state_limits.check("some-store", value)
    assert CANARY not in str(caught.value)


def spec(*outputs: Output) -> dict[str, Any]:
    return {
        "no_output": False,
        "output": list(outputs) if len(outputs) > 1 else outputs[0],
        "inputs": [Input("a", "b")],
    }


def test_only_what_a_store_keeps_is_looked_at() -> None:
    assert _stores(spec(Output("kept", "data"))) == [(None, "kept")]
    assert _stores(spec(Output("list", "children"), Output("kept", "data"))) == [(1, "kept")]
    assert _stores(spec(Output("change-answer", "data"))) == []
    assert _stores({"no_output": True}) == []


def test_a_callback_that_would_keep_data_fails() -> None:
    told: list[ProductError] = []
    guarded = _guarded(lambda: ("shown", [0] * 101), told.append, [(1, "kept")])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("callbacks.registry.errors.remember_status", lambda error: None)
        guarded()
    assert len(told) == 1 and told[0].status == 500


@pytest.mark.parametrize(
    "wrap", [lambda store: store, lambda store: html.Div(html.Div([store])), lambda store: [html.P(), html.Div(store)]]
)
def test_a_part_of_a_page_that_is_born_with_data_fails(wrap: Any) -> None:
    """The page itself, and whatever a callback puts into it."""
    told: list[ProductError] = []

    def shown(items: int) -> Any:
        guarded = _guarded(lambda: (wrap(dcc.Store(id="kept", data=[1] * items)), 5), told.append, [], [0])
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("callbacks.registry.errors.remember_status", lambda error: None)
            return guarded()

    assert shown(100)[1] == 5 and told == []
    shown(101)
    assert len(told) == 1 and told[0].status == 500
    check_parts(wrap(dcc.Store(id="change-answer", data=[1] * 101)))


def test_a_store_that_is_written_beside_the_outputs_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, Any]] = []
    monkeypatch.setattr("callbacks.registry.dash.set_props", lambda name, props: written.append((name, props)))
    keep("kept", [1] * 100)
    keep("change-answer", [1] * 101)
    with pytest.raises(StateTooLarge):
        keep("kept", [1] * 101)
    assert [name for name, _ in written] == ["kept", "change-answer"]


def test_stores_are_written_that_way_only() -> None:
    past = [f"{path.name}:{call.lineno}" for path in sorted(Path(callbacks.__file__).parent.glob("*.py"))
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(call, ast.Call) and "set_props" in ast.dump(call.func) and path.name != "registry.py"
            and "Constant(value='data')" in ast.dump(call.args[1])]  # fmt: skip
    assert past == []
