"""Our scripts and our styles, each as one file: forty requests less before a page begins."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

from flask import Response

import layouts
from callbacks.registry import Registry, Rule

ASSETS = Path(layouts.__file__).parent / "assets"
Kind = Literal["css", "js"]
_TYPES: dict[Kind, str] = {"css": "text/css", "js": "text/javascript"}
# They stand in the document's head, before everything.
EARLY = ("theme.js", "early.js")


def register(registry: Registry) -> None:
    """Serve both, and have every page of Dash load them: styles behind Bootstrap, scripts behind React."""

    @registry.route("/assets-vendor/sourcingx.css", rule=Rule.ANONYMOUS)
    def styles() -> Response:
        return Response(content("css"), content_type="text/css; charset=utf-8")

    @registry.route("/assets-vendor/sourcingx.js", rule=Rule.ANONYMOUS)
    def scripts() -> Response:
        return Response(content("js"), content_type="text/javascript; charset=utf-8")

    registry.app.config.external_stylesheets.append(url("css"))
    registry.app.config.external_scripts.append(url("js"))


@cache
def content(kind: Kind) -> bytes:
    """All files of a kind, in the order of their names: later styles count more, scripts use what stands before.

    As they were when the process started: under their address, which browsers keep for a year, must never come what an
    upgrade has laid down since.
    """
    files = sorted(path for path in ASSETS.glob(f"*.{kind}") if path.name not in EARLY)
    # A line of its own between them: what a comment at a file's end begins must not reach into the next.
    return b"\n".join(path.read_bytes() for path in files)


@cache
def url(kind: Kind) -> str:
    """A changed file has a changed URL; known when the process starts."""
    return f"/assets-vendor/sourcingx.{kind}?v={hashlib.sha256(content(kind)).hexdigest()[:12]}"
