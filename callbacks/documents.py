"""The HTML around everything: index page with its tokens, stylesheets from this server, security headers."""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Response, g, request, send_file

import layouts
from callbacks import session
from callbacks.registry import Registry, Rule
from layouts import text
from layouts.shell import INDEX
from services import identity

ASSETS = Path(layouts.__file__).parent / "assets"
THEMES = ("light", "dark")
_YEAR = "public, max-age=31536000, immutable"


def register(registry: Registry) -> None:
    """Index page, Bootstrap from the installed package, headers on every answer."""
    app, server = registry.app, registry.app.server
    app.index_string = INDEX
    interpolate = app.interpolate_index

    def interpolate_index(**parts: Any) -> str:
        page = interpolate(**parts)
        values = {
            "theme": _theme(registry), "csrf": session.current_csrf_token(registry.rt),
            "theme_script": asset_url("theme.js"),
            "icon": asset_url("icon.svg"), "needs_script": text.NEEDS_SCRIPT,
        }  # fmt: skip
        for name, value in values.items():
            page = page.replace("{{" + name + "}}", escape(value), 1)
        return page

    app.interpolate_index = interpolate_index  # type: ignore[method-assign]
    app.config.external_stylesheets.append(bootstrap_url())

    @registry.route("/assets-vendor/bootstrap.min.css", rule=Rule.ANONYMOUS)
    def bootstrap() -> Response:
        return send_file(_bootstrap_path(), mimetype="text/css")

    @server.after_request
    def add_headers(response: Response) -> Response:
        _harden(response, _policy(registry))
        return response


def stylesheets() -> list[str]:
    """For pages outside Dash, in the order in which they count."""
    return [bootstrap_url(), asset_url("tokens.css"), asset_url("app.css")]


@cache
def asset_url(name: str) -> str:
    """The URL of one of our assets; a changed file has a changed URL."""
    return f"/assets/{name}?v={_digest(ASSETS / name)}"


@cache
def bootstrap_url() -> str:
    return f"/assets-vendor/bootstrap.min.css?v={_digest(_bootstrap_path())}"


@cache
def _bootstrap_path() -> Path:
    # Found, not imported: the package itself would bring forms and templates along.
    spec = find_spec("flask_bootstrap")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "static/bootstrap5/css/bootstrap.min.css"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _theme(registry: Registry) -> str:
    """The theme that the reader chose on any device; empty means: as the device."""
    if g.get("actor") is None:
        return ""
    chosen = identity.preferences(registry.rt, session.current_actor()).get("theme")
    return chosen if chosen in THEMES else ""


def _policy(registry: Registry) -> str:
    """Content-Security-Policy; the hashes are those of Dash's own inline scripts."""
    known: str | None = registry.app.server.config.get("SOURCINGX_CSP")
    if known is None:
        scripts = " ".join(["'self'", *registry.app.csp_hashes()])
        known = (
            f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            "font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        registry.app.server.config["SOURCINGX_CSP"] = known
    return known


def _harden(response: Response, policy: str) -> None:
    headers = response.headers
    headers["Content-Security-Policy"] = policy
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    # Not no-referrer: browsers would then send "Origin: null" with our own forms.
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    fingerprinted = request.path.startswith(("/assets/", "/assets-vendor/")) and request.args.keys() & {"v", "m"}
    if fingerprinted and response.status_code in (200, 304):
        headers["Cache-Control"] = _YEAR
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
