"""One log line and one figure a request: what, status, time, for whom. No query strings, tokens or names."""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from callbacks import pages
from callbacks.registry import Registry
from callbacks.session import PAGE_ENDPOINTS
from services import logs
from services.operations import metrics

REQUEST_ID = "X-Request-ID"
# A proxy's own id is kept where it looks like one; anything else could write lines of its own.
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = logging.getLogger("sourcingx.requests")


def register(registry: Registry) -> None:
    server: Flask = registry.app.server

    @server.before_request
    def start() -> None:
        g.started = time.monotonic()
        given = request.headers.get(REQUEST_ID, "")
        g.request_id = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(8)
        # A thread serves one request after the other.
        logs.clear()
        logs.bind(request_id=g.request_id)

    @server.after_request
    def write(response: Response) -> Response:
        took = time.monotonic() - g.get("started", time.monotonic())
        _count(response, took)
        logs.bind(user_id=getattr(g.get("actor"), "user_id", "-"))
        log.log(_level(response), "%s %s %d %.0f ms", request.method, _what(), response.status_code, took * 1000)
        response.headers[REQUEST_ID] = g.get("request_id", "-")
        return response


def _count(response: Response, took: float) -> None:
    status = str(response.status_code)
    if g.get("callback_output"):
        metrics.CALLBACKS.observe(took, _what(), status)
    # Patterns, never paths: those hold ids, and there is no end of them.
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
    metrics.REQUESTS.observe(took, method, route, status)


def _what() -> str:
    """A callback's outputs, a page's path, or the pattern of a route (a sign-in link stays "<token>")."""
    if output := g.get("callback_output"):
        return re.sub("@[0-9a-f]{64}", "", output)[:120]
    if request.endpoint in PAGE_ENDPOINTS:
        # Addresses that are no page are what someone typed.
        return request.path if pages.find(request.path) else "unknown page"
    return request.url_rule.rule if request.url_rule else "unknown"


def _level(response: Response) -> int:
    if response.status_code >= 500:
        return logging.WARNING
    quiet = request.path.startswith(("/assets", "/_dash-component-suites", "/healthz", "/readyz"))
    return logging.DEBUG if quiet else logging.INFO
