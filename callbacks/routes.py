"""Plain HTTP beside Dash: health, sign-in, sign-out, the theme a person chose."""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, make_response, redirect, request

from callbacks import documents, session
from callbacks.registry import Registry, Rule
from layouts import pages_login, text
from services import health, identity, metrics_page
from services.errors import BadInput, NotFound, NotSignedIn, ProductError
from services.runtime import Runtime

FORM_COOKIE = "sx_form"
# Tells a browser that an account was signed in from before; lets nobody in by itself.
DEVICE_COOKIE = "sx_device"
DEVICE_S = 365 * 86_400


def register(registry: Registry) -> None:
    _register_health(registry)
    _register_sign_in(registry)
    rt = registry.rt

    @registry.route("/logout", rule=Rule.ANY, methods=("POST",))
    def sign_out() -> Any:
        identity.sign_out(rt, request.cookies.get(session.COOKIE, ""))
        answer = redirect("/login", 303)
        session.clear_cookie(answer)
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


def _register_sign_in(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/login", rule=Rule.ANONYMOUS)
    def show_form() -> Any:
        return _form_page(request.args.get("next"))

    @registry.route("/login", rule=Rule.ANONYMOUS, methods=("POST",))
    def submit_form() -> Any:
        email, target = request.form.get("email", ""), request.form.get("next")
        if not _form_is_ours():
            return _form_page(target, email, text.LOGIN_STALE, 403)
        try:
            device = request.cookies.get(DEVICE_COOKIE, "")
            token = identity.sign_in(rt, email, request.form.get("password", ""), device)
        except ProductError as error:
            return _form_page(target, email, error.message, error.status)
        return _signed_in(rt, token, session.safe_next(target))

    @registry.route("/login/<token>", rule=Rule.ANONYMOUS)
    def show_link(token: str) -> Any:
        csrf = _form_token()
        # The token goes back into the page as a path of unreserved characters only.
        page = pages_login.link(_assets(), csrf=csrf, action=f"/login/{quote(token, safe='')}")
        return _with_form_cookie(page, csrf, 200)

    @registry.route("/login/<token>", rule=Rule.ANONYMOUS, methods=("POST",))
    def use_link(token: str) -> Any:
        if not _form_is_ours():
            return _form_page(None, problem=text.LOGIN_STALE, status=403)
        try:
            session_token = identity.sign_in_with_link(rt, token)
        except ProductError as error:
            return _form_page(None, problem=error.message, status=error.status)
        return _signed_in(rt, session_token, "/")


def _assets() -> pages_login.Assets:
    return documents.stylesheets(), documents.asset_url("theme.js"), documents.asset_url("icon.svg")


def _form_page(target: str | None, email: str = "", problem: str = "", status: int = 200) -> Response:
    csrf = _form_token()
    page = pages_login.login(_assets(), csrf=csrf, next_path=session.safe_next(target), email=email, problem=problem)
    return _with_form_cookie(page, csrf, status)


def _form_token() -> str:
    """The cookie's value is kept while it lasts, so that two open sign-in tabs both work."""
    known = request.cookies.get(FORM_COOKIE, "")
    return known if len(known) == 43 and known.isascii() else secrets.token_urlsafe(32)


def _form_is_ours() -> bool:
    """Double submit: another site can make a browser send our cookie, but cannot read it into a field."""
    cookie = request.cookies.get(FORM_COOKIE, "")
    return bool(cookie) and hmac.compare_digest(cookie.encode(), request.form.get("csrf_token", "").encode())


def _with_form_cookie(page: str, csrf: str, status: int) -> Response:
    answer = make_response(page, status)
    answer.set_cookie(FORM_COOKIE, csrf, max_age=3600, httponly=True, samesite="Strict", secure=request.is_secure)
    return answer


def _signed_in(rt: Runtime, token: str, target: str) -> Any:
    answer = redirect(target, 303)
    session.set_cookie(rt, answer, token)
    answer.set_cookie(DEVICE_COOKIE, identity.device_token(rt, token), max_age=DEVICE_S, httponly=True,
                      samesite="Strict", secure=request.is_secure, path="/login")  # fmt: skip
    answer.delete_cookie(FORM_COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)
    return answer
