"""A signed-in browser without a browser: Flask's test client with session cookie and CSRF token."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from callbacks.registry import Registry
from callbacks.session import csrf_token
from services.access import identity
from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime

CALLBACK = "/_dash-update-component"
# Component and property, for example ("url", "pathname", "/").
Prop = tuple[Any, str, Any]


class Browser(FlaskClient):
    """A test client that knows the CSRF token of its sign-in."""

    csrf: str = ""

    def open(self, *args: Any, buffered: bool = True, **options: Any) -> TestResponse:
        # Read to the end at once, so that files which are sent are closed again.
        return super().open(*args, buffered=buffered, **options)

    def send(self, path: str, **options: Any) -> TestResponse:
        """A POST as our own pages send it."""
        headers = {"X-CSRF-Token": self.csrf, "Origin": "http://localhost"} | options.pop("headers", {})
        return self.post(path, headers=headers, **options)


# Applications that nobody uses just now. Making one costs as much as a whole request, and it keeps nothing between
# requests but its Runtime, so the next test gets it with its own settings. What a test changes of it, it puts back.
_idle: list[Flask] = []


@contextmanager
def web_server(settings: Settings) -> Iterator[Flask]:
    """The web application with these settings, open. Two at once are two applications."""
    # It keeps what it knows of its identity provider, so one with a provider is a test's own.
    lasts = not settings.oidc_issuer
    flask = _idle.pop() if _idle and lasts else _new_server(settings)
    runtime: Runtime = flask.config["SOURCINGX_RUNTIME"]
    runtime.settings = settings
    runtime.open()
    try:
        yield flask
    finally:
        runtime.close()
        if lasts:
            _idle.append(flask)


def _new_server(settings: Settings) -> Flask:
    flask: Flask = create_app(settings).server
    flask.test_client_class = Browser
    flask.test_client().get("/")
    return flask


@pytest.fixture
def server(rt: Runtime) -> Iterator[Flask]:
    """The web application on the test's own database and Redis."""
    with web_server(rt.settings) as flask:
        yield flask


@pytest.fixture
def registry(server: Flask) -> Registry:
    found = server.config["SOURCINGX_REGISTRY"]
    assert isinstance(found, Registry)
    return found


@pytest.fixture
def stranger(server: Flask) -> Browser:
    """A client without a sign-in."""
    return browser(server)


@pytest.fixture
def client_for(server: Flask, rt: Runtime) -> Callable[[Actor], Browser]:
    """client_for(actor): a client signed in as the actor, through a one-time link."""

    def sign_in(actor: Actor) -> Browser:
        with rt.db.connection() as conn:
            row = conn.execute("SELECT email FROM users WHERE id = %s", [actor.user_id]).fetchone()
        assert row is not None
        session = identity.sign_in_with_link(rt, identity.make_login_link(rt, row["email"]))
        client = browser(server)
        client.set_cookie("sx_session", session)
        # As every page has it (csrf_of); asking one for it is more than most tests ask at all.
        client.csrf = csrf_token(rt, session)
        return client

    return sign_in


def browser(server: Flask) -> Browser:
    client = server.test_client()
    assert isinstance(client, Browser)
    return client


def csrf_of(client: FlaskClient) -> str:
    """The token in the page's <meta name="csrf-token">."""
    page = client.get("/").get_data(as_text=True)
    found = re.search(r'<meta name="csrf-token" content="([0-9a-f]*)">', page)
    assert found, page[:300]
    return found[1]


def call(
    client: Browser,
    output: str,
    inputs: list[Prop],
    state: list[Prop] | None = None,
    *,
    triggered: str | None = None,
    **options: Any,
) -> TestResponse:
    """POST a callback as dash-renderer does.

    output: the callback's id in app.callback_map ("page.children", "..a.x...b.y.."); its @hash may be
    left out where only one callback matches, and a callback without outputs is "" and found by its
    inputs. triggered: "id.property", by default that of the first input.
    """
    registry = client.application.config["SOURCINGX_REGISTRY"]
    output = _full_id(registry, output, inputs)
    body = {
        "output": output,
        "outputs": _outputs(registry, output),
        "inputs": [_prop(p) for p in inputs],
        "state": [_prop(p) for p in state or []],
        "changedPropIds": [triggered or _prop_id(inputs[0])] if inputs else [],
    }
    return client.send(CALLBACK, json=body, **options)


def _full_id(registry: Registry, output: str, inputs: list[Prop]) -> str:
    known = registry.app.callback_map
    if output in known:
        return output
    if output == "":
        wanted = [_kind(_prop_id(p)) for p in inputs]
        silent = [n for n in registry.callbacks if known[n]["no_output"]]
        found = [n for n in silent if [_kind(shown) for shown in _input_ids(known[n])] == wanted]
    else:
        # Two callbacks may write the same outputs from other inputs; theirs decide.
        found = [n for n in registry.callbacks if re.sub(r"@[0-9a-f]{64}", "", n) == output]
        if len(found) > 1:
            wanted = [_kind(_prop_id(p)) for p in inputs]
            found = [n for n in found if [_kind(shown) for shown in _input_ids(known[n])] == wanted]
    return found[0] if len(found) == 1 else output


def _input_ids(spec: dict[str, Any]) -> list[str]:
    return [f"{i['id']}.{i['property']}" for i in spec["inputs"]]


def _kind(shown: str) -> str:
    """A button of a row stands for all of its type: {"id":["ALL"],"type":"x"}.n_clicks is x.n_clicks."""
    if not shown.startswith("{"):
        return shown
    component, _, name = shown.rpartition(".")
    return f"{json.loads(component)['type']}.{name}"


def _outputs(registry: Registry, output: str) -> Any:
    spec = registry.app.callback_map.get(output)
    if spec is None or spec["no_output"]:
        return []
    wanted = spec["output"]
    if isinstance(wanted, (list, tuple)):
        return [_output(o) for o in wanted]
    return _output(wanted)


def _output(output: Any) -> dict[str, Any]:
    return {"id": output.component_id, "property": output.component_property}


def _prop(prop: Any) -> Any:
    if isinstance(prop, list):
        return [_prop(p) for p in prop]
    component, name, value = prop
    return {"id": component, "property": name, "value": value}


def _prop_id(prop: Any) -> str:
    if isinstance(prop, list):
        return _prop_id(prop[0]) if prop else ""
    component, name, _ = prop
    key = component if isinstance(component, str) else json.dumps(component, sort_keys=True, separators=(",", ":"))
    return f"{key}.{name}"
