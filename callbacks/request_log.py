"""One log line a request: method, route, status, time, user id. No query strings, tokens or names."""

from __future__ import annotations

import logging
import re
import time

from flask import Response, g, request

from callbacks.registry import Registry
from callbacks.session import PAGE_ENDPOINTS

log = logging.getLogger("sourcingx.requests")


def register(registry: Registry) -> None:
    server = registry.app.server

    @server.before_request
    def start() -> None:
        g.started = time.monotonic()

    @server.after_request
    def write(response: Response) -> Response:
        log.log(_level(response), "%s %s %d %.0f ms user=%s", request.method, _what(), response.status_code,
                (time.monotonic() - g.get("started", time.monotonic())) * 1000,
                getattr(g.get("actor"), "user_id", "-"))  # fmt: skip
        return response


def _what() -> str:
    """A callback's outputs, a page's path, or the pattern of a route (a sign-in link stays "<token>")."""
    if output := g.get("callback_output"):
        return re.sub("@[0-9a-f]{64}", "", output)[:120]
    if request.endpoint in PAGE_ENDPOINTS:
        return request.path
    return request.url_rule.rule if request.url_rule else "unknown"


def _level(response: Response) -> int:
    if response.status_code >= 500:
        return logging.WARNING
    quiet = request.path.startswith(("/assets", "/_dash-component-suites", "/healthz", "/readyz"))
    return logging.DEBUG if quiet else logging.INFO
