"""Builds the web application. Wiring only; importing this module does nothing."""

from __future__ import annotations

import dash
from flask import Flask

import callbacks
from callbacks.registry import Registry
from layouts import text
from services import logs
from services.config import Settings
from services.runtime import Runtime
from services.servers import home


def create_app(settings: Settings) -> dash.Dash:
    """The app with all its routes. Its Runtime is server.config["SOURCINGX_RUNTIME"], still closed:
    each process opens its own after the fork.
    """
    server = Flask("sourcingx", static_folder=None)
    runtime = Runtime(settings)
    server.config["SOURCINGX_RUNTIME"] = server.extensions["sourcingx"] = runtime
    app = dash.Dash(
        __name__,
        server=server,
        title=text.PRODUCT,
        update_title="",
        assets_folder=str(callbacks.documents.ASSETS),
        include_assets_files=False,
        suppress_callback_exceptions=True,
        serve_locally=True,
        add_log_handler=False,
        enable_mcp=False,
        # On by itself where asgiref is installed (procrastinate needs it): a thread and a loop for every call.
        use_async=False,
    )
    registry = Registry(app, runtime)
    server.config["SOURCINGX_REGISTRY"] = registry
    callbacks.register_all(registry)
    return app


def create_wsgi() -> Flask:
    """For gunicorn, in the master before it forks: settings from the environment, app warmed up."""
    settings = home.prepare(Settings.from_env())
    logs.configure(settings)
    server: Flask = create_app(settings).server
    # Dash registers its files within the first request, without a lock: two first requests at once fail.
    server.test_client().get("/")
    _warm_up(server)
    return server


def _warm_up(server: Flask) -> None:
    """What every page begins with, made once for nobody: what is loaded or made at a first use is then the workers'
    together, and not each one's own.
    """
    app: dash.Dash = server.config["SOURCINGX_REGISTRY"].app
    with server.test_request_context("/"):
        for answer in (app.index, app.serve_layout, app.dependencies):
            answer()
