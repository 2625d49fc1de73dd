"""Plain HTTP beside Dash: health, sign-out, the theme a person chose. Sign-in is in sign_in.py."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Response, jsonify, redirect, request

from callbacks import cookies, documents, session
from callbacks.registry import Registry, Rule
from layouts import text
from services.access import identity
from services.errors import BadInput, NotFound, NotSignedIn
from services.operations import health, metrics_page


def register(registry: Registry) -> None:
    _register_health(registry)
    rt = registry.rt

    @registry.route("/logout", rule=Rule.ANY, methods=("POST",))
    def sign_out() -> Any:
        identity.sign_out(rt, cookies.SESSION.read())
        answer = redirect(cookies.PROVIDER.path, 303)
        cookies.SESSION.drop(answer)
        return answer

    @registry.route("/session", rule=Rule.ANY, polling=True)
    def show_session() -> Any:
        """For a page whose sign-in ended and was renewed in another tab."""
        return jsonify({"csrf": session.current_csrf_token(rt), "user": session.current_actor().user_id})

    @registry.route("/preferences/theme", rule=Rule.ANY, methods=("POST",))
    def choose_theme() -> Any:
        theme = request.form.get("theme")
        if theme not in documents.THEMES:
            raise BadInput(f"The theme is one of {', '.join(documents.THEMES)}.")
        identity.set_preference(rt, session.current_actor(), "theme", theme)
        return "", 204


def _register_health(registry: Registry) -> None:
    @registry.route("/healthz", rule=Rule.ANONYMOUS)
    def alive() -> Any:
        return jsonify({"status": "ok"})

    @registry.route("/readyz", rule=Rule.ANONYMOUS)
    def ready() -> Any:
        status, body = health.readiness(registry.rt)
        return jsonify(body), status

    @registry.route("/metrics", rule=Rule.ANONYMOUS)
    def show_metrics() -> Any:
        wanted = registry.rt.settings.metrics_token
        if not wanted:
            raise NotFound(text.NOT_FOUND_TITLE)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise NotSignedIn(text.METRICS_TOKEN_WRONG)
        return Response(metrics_page.render(registry.rt), content_type=metrics_page.CONTENT_TYPE)
