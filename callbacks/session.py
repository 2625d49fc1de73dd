"""Who asks, checked once a request, before anything else: session, rule, origin, CSRF token."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, g, redirect, request

from callbacks import cookies
from callbacks.errors import CALLBACK_PATH
from callbacks.registry import Declared, Registry, Rule
from layouts import text
from services import state_limits
from services.access import identity, networks
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotSignedIn
from services.runtime import Runtime

CSRF_HEADER = "X-CSRF-Token"
# Bytes; a callback's inputs are far smaller. Uploads have a limit of their own.
MAX_BODY = 2_000_000
# Characters; gunicorn takes lines of 8,190 (gunicorn.conf.py).
LONGEST_QUERY = 8000

# Routes that Dash itself adds, by endpoint. Those that are not here are refused (hot reload, …).
DASH_ROUTES = {
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Declared(Rule.ANONYMOUS),
    "_dash_assets.static": Declared(Rule.ANONYMOUS),
    "/_favicon.ico": Declared(Rule.ANONYMOUS),
    "/_dash-layout": Declared(Rule.ANY),
    "/_dash-dependencies": Declared(Rule.ANY),
    "/": Declared(Rule.ANY),
    "/<path:path>": Declared(Rule.ANY),
}
PAGE_ENDPOINTS = {"/", "/<path:path>"}


def current_actor() -> Actor:
    """The signed-in person of this request. Raises NotSignedIn."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise NotSignedIn(text.SIGN_IN_FIRST)
    return actor


def csrf_token(rt: Runtime, session_token: str) -> str:
    """The token that goes with a session: nothing to store, and useless with any other cookie."""
    return hmac.new(rt.settings.secret_key.encode(), b"csrf:" + session_token.encode(), hashlib.sha256).hexdigest()


def current_csrf_token(rt: Runtime) -> str:
    """For the page's <meta name="csrf-token">; empty when not signed in."""
    return csrf_token(rt, cookies.SESSION.read()) if g.get("actor") is not None else ""


def safe_next(target: str | None) -> str:
    """A path on this site, with its query string; "/" for anything else."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\", "/login", "/logout")):
        return "/"
    if any(ord(c) < 33 or c == "\\" for c in target) or len(target) > 8000:
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def client_address(rt: Runtime) -> str:
    """Where a request comes from: what a trusted proxy says of it, else who is connected."""
    peer = request.remote_addr or ""
    trusted = {networks.find(proxy) for proxy in rt.settings.trusted_proxies.split(",")} - {None}
    if networks.find(peer) in trusted:
        # The last one: what stands before it was written by whoever sent the request.
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or peer
    return peer


def check_origin() -> None:
    """Refuse what another site sends. Raises Forbidden."""
    origin = request.headers.get("Origin")
    if origin is not None:
        if urlsplit(origin).netloc.lower() != request.host.lower():
            raise Forbidden(text.FOREIGN_ORIGIN)
    elif request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden(text.FOREIGN_ORIGIN)


def check_sender(rt: Runtime) -> None:
    """Refuse what none of our own pages sends. Raises Forbidden."""
    check_origin()
    _check_token(rt)


def register(registry: Registry) -> None:
    """Put the check in front of every request."""
    server: Flask = registry.app.server

    @server.after_request
    def keep_cookies_small(response: Response) -> Response:
        state_limits.check("cookies", response.headers.getlist("Set-Cookie"))
        return response

    @server.before_request
    def admit() -> Any:
        if request.endpoint not in registry.unlimited:
            request.max_content_length = MAX_BODY
        declared = _declared(registry)
        if declared is None:
            raise Forbidden(text.UNKNOWN_CALL)
        token = cookies.SESSION.read()
        if declared.rule is not Rule.ANONYMOUS:
            counts = not declared.polling
            g.actor = identity.actor_of(registry.rt, token, counts_as_use=counts) if token else None
        if g.get("actor") is None and request.endpoint in PAGE_ENDPOINTS:
            return _to_login()
        declared.rule.check(g.get("actor"), text.SIGN_IN_FIRST, text.NOT_ALLOWED)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            check_origin()
            if declared.rule is not Rule.ANONYMOUS:
                _check_token(registry.rt)
        if "callback_output" in g:
            _check_wiring(registry, g.callback_output)
        return None


def _declared(registry: Registry) -> Declared | None:
    """What applies to this request. Unknown callbacks need a sign-in first: strangers learn nothing."""
    if request.path == CALLBACK_PATH and request.method == "POST":
        output = _callback_output()
        declared = registry.callbacks.get(output)
        if declared is None:
            Rule.ANY.check(_actor(registry.rt), text.SIGN_IN_FIRST, text.NOT_ALLOWED)
            return None
        g.callback_output = output
        return declared
    endpoint = request.endpoint
    if endpoint is None:
        # 404 and 405 are Flask's to answer.
        return Declared(Rule.ANONYMOUS)
    return registry.routes.get(endpoint) or DASH_ROUTES.get(endpoint)


def _actor(rt: Runtime) -> Actor | None:
    token = cookies.SESSION.read()
    return identity.actor_of(rt, token) if token else None


def _callback_output() -> str:
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    return output if isinstance(output, str) else ""


def _check_wiring(registry: Registry, output: str) -> None:
    """The call must have the inputs, states and outputs that were declared. Raises BadInput."""
    body, spec = request.get_json(), registry.app.callback_map[output]
    for name in ("inputs", "state"):
        given = body.get(name) or []
        if not isinstance(given, list) or len(given) != len(spec[name]) or not all(map(_is_prop, given)):
            raise BadInput(text.UNKNOWN_CALL)
    outputs = body.get("outputs") or []
    if not _is_prop(outputs) and not (isinstance(outputs, list) and all(map(_is_prop, outputs))):
        raise BadInput(text.UNKNOWN_CALL)
    if not isinstance(body.get("changedPropIds", []), list):
        raise BadInput(text.UNKNOWN_CALL)


def _is_prop(value: Any) -> bool:
    """{"id", "property", …}, or a list of such for a wildcard."""
    if isinstance(value, list):
        return all(isinstance(item, dict) and _is_prop(item) for item in value)
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("property"), str) and isinstance(value.get("id"), str | dict)


def _check_token(rt: Runtime) -> None:
    session_token = cookies.SESSION.read()
    # The header only: looking for a field would read a whole upload before it is admitted.
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(rt, session_token).encode()):
        raise Forbidden(text.BAD_TOKEN)


def _to_login() -> Response:
    wanted = request.full_path.rstrip("?") if request.query_string else request.path
    query = "" if wanted == "/" else "?" + urlencode({"next": wanted})
    # Encoded once more an address may be longer than the server takes: then the page is lost, and not the way in.
    return redirect("/login" + (query if len(query) <= LONGEST_QUERY else ""))  # type: ignore[return-value]
