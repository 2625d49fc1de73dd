"""The HTML around everything: index page with its tokens, stylesheets from this server, security headers."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request, send_file

from callbacks import bundles, cookies, session
from callbacks.bundles import ASSETS
from callbacks.registry import Registry, Rule
from layouts import text
from layouts.shell import INDEX
from services.access import identity

THEMES = ("light", "dark")
_YEAR = "public, max-age=31536000, immutable"
_FILES = ("/assets/", "/assets-vendor/", "/_dash-component-suites/")
_ADDRESSES = "SOURCINGX_ADDRESSES"
# A component's script names the parts that it fetches later after itself: this is what they have in common.
# More than a megabyte, which a phone has no use for: it shows cards.
_GRID_SCRIPT = re.compile(r'<script src="(/_dash-component-suites/dash_ag_grid/[^"]+)"></script>')
# What the grid's script fetches once a grid is drawn. It asks for it without a fingerprint, so that no browser keeps it
# (872 KB), and last of all. Named by the page it is there by then, and kept.
_GRID_PART = '<script async src="{}"></script>'
# What it adds every browser has that our own scripts run in, and to find that out takes it a seventh of a second.
# The one thing that Dash's scripts miss without it (regeneratorRuntime) dash-bootstrap-components brings along.
_POLYFILL = re.compile(r'<script src="/_dash-component-suites/dash/deps/polyfill@[^"]+"></script>\s*')
_FINGERPRINT = re.compile(r"/_dash-component-suites/[^?]*?\.(v[\w-]+m[0-9a-f]+)\.[^/?]+$")


def register(registry: Registry) -> None:
    """Index page, Bootstrap from the installed package, headers on every answer."""
    app, server = registry.app, registry.app.server
    app.index_string = INDEX
    interpolate = app.interpolate_index

    def interpolate_index(**parts: Any) -> str:
        server.config[_ADDRESSES] = _addresses(parts["css"] + parts["scripts"])
        grid_script = _GRID_SCRIPT.search(parts["scripts"])
        if grid_script:
            part = "" if _is_narrow() else grid_script[0] + _GRID_PART.format(_grid_part(grid_script[1]))
            parts["scripts"] = parts["scripts"].replace(grid_script[0], part)
        parts["scripts"] = _POLYFILL.sub("", parts["scripts"])
        page = interpolate(**parts)
        values = {
            "grid_script": grid_script[1] if grid_script else "",
            "theme": _theme(registry), "csrf": session.current_csrf_token(registry.rt),
            "theme_script": asset_url("theme.js"), "early_script": asset_url("early.js"),
            "icon": asset_url("icon.svg"), "needs_script": text.NEEDS_SCRIPT,
        }  # fmt: skip
        for name, value in values.items():
            page = page.replace("{{" + name + "}}", escape(value), 1)
        return page

    app.interpolate_index = interpolate_index  # type: ignore[method-assign]
    app.config.external_stylesheets.append(bootstrap_url())
    bundles.register(registry)

    @registry.route("/assets-vendor/bootstrap.min.css", rule=Rule.ANONYMOUS)
    def bootstrap() -> Response:
        return send_file(_bootstrap_path(), mimetype="text/css")

    @server.after_request
    def add_headers(response: Response) -> Response:
        _harden(response, _policy(registry))
        return response


def _grid_part(script: str) -> str:
    """The address of the second part of the grid's script, with the fingerprint of the first."""
    return script.replace("/dash_ag_grid.", "/async-community.").replace(".min.js", ".js")


def _is_narrow() -> bool:
    """What is known of the window before anything runs in it: theme.js said so, or the browser says it is a phone's.

    A wrong guess costs a wait, no more: app.js fetches the script where a page needs it.
    """
    told = cookies.NARROW.read()
    return told == "1" or (not told and request.headers.get("Sec-CH-UA-Mobile") == "?1")


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
    if request.path.startswith(_FILES):
        # Only under today's address: any other one may lead to another file tomorrow, and there is no end of them
        # for a cache to keep.
        kept = response.status_code in (200, 304) and _is_todays()
        headers["Cache-Control"] = _YEAR if kept else "no-store"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"


@lru_cache(maxsize=2)
def _addresses(html: str) -> frozenset[str]:
    """What a page loads from here, by address, and the fingerprints in those addresses."""
    found = re.findall(r'(?:src|href)="([^"]+)"', html)
    return frozenset(found) | {mark for url in found for mark in _FINGERPRINT.findall(url)}


def _is_todays() -> bool:
    """Whether a file was asked for by the address that pages name it by."""
    query = request.query_string.decode("latin1")
    known: frozenset[str] = current_app.config.get(_ADDRESSES, frozenset())
    if request.path.startswith("/_dash-component-suites/"):
        return not query and bool(known.intersection(_FINGERPRINT.findall(request.path)))
    address = f"{request.path}?{query}"
    return address in known or address in _own_addresses()


@cache
def _own_addresses() -> frozenset[str]:
    """Ours as pages name them that are not Dash's."""
    names = [path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*") if path.is_file()]
    return frozenset({bootstrap_url(), bundles.url("css"), bundles.url("js"), *map(asset_url, names)})
