"""From exceptions to what a person sees: a toast, a page or a JSON line, and never personal data in a log."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

import dash
from dash.exceptions import CallbackException as DashException
from flask import Flask, Response, g, has_request_context, request
from werkzeug.exceptions import HTTPException

from layouts import ids, shell, text
from services.errors import BadInput, Forbidden, NotSignedIn, ProductError, Unavailable

log = logging.getLogger("sourcingx.web")
CALLBACK_PATH = "/_dash-update-component"


class Unexpected(ProductError):
    """A fault of ours. Its message holds a reference that is in the log, too."""


def toast(message: str, *, kind: str = "info", undo_batch: int | None = None, action: Any = None) -> None:
    """Show a message; with undo_batch also an Undo button, whose batch stands in the store ids.UNDO_BATCH.

    kind: info, success or problem. action: a link to offer with it. May be called in any callback; the last call wins.
    """
    card = shell.toast_card(message, kind=kind, undo_batch=undo_batch, key=secrets.token_hex(4), action=action)
    dash.set_props(ids.TOAST, {"children": [card]})


def told_last(outputs: int) -> Callable[[ProductError], tuple[Any, ...]]:
    """The on_error of a callback of so many outputs, the last of which shows the message; the others stay."""
    return lambda error: (*[dash.no_update] * (outputs - 1), error.message)


def unexpected(error: BaseException) -> Unexpected:
    """Log a fault under a reference and return what to tell the person."""
    reference = secrets.token_hex(4)
    # Only types and places: messages of libraries may quote data.
    log.error("fault %s at %s: %s", reference, _where(), _trace(error))
    log.debug("fault %s with messages", reference, exc_info=error)
    return Unexpected(text.UNEXPECTED.format(reference=reference))


def remember_status(error: ProductError) -> None:
    """Answer this callback with the error's status; its body is still what Dash expects.

    app.js hands such answers to Dash as if they were 200, so that the page stays alive.
    """
    if isinstance(error, Forbidden | NotSignedIn | Unavailable | Unexpected):
        g.callback_error = error


def init(server: Flask) -> None:
    """Register the handlers for errors outside callbacks and the status of errors inside."""
    server.register_error_handler(ProductError, _product_error)
    server.register_error_handler(Exception, _any_error)
    # What Dash itself refuses about a call: its outputs are not those that were declared.
    server.register_error_handler(DashException, lambda _: _product_error(BadInput(text.UNKNOWN_CALL)))
    server.after_request(_apply_status)


def _product_error(error: ProductError) -> Response:
    if request.method == "GET" and request.accept_mimetypes.accept_html and not request.path.startswith("/_dash"):
        return Response(shell.problem_document(error.message), error.status, mimetype="text/html")
    body = json.dumps({"error": error.message})
    return Response(body, error.status, mimetype="application/json")


def _any_error(error: Exception) -> Response | HTTPException:
    if isinstance(error, HTTPException):
        return error
    return _product_error(unexpected(error))


def _apply_status(response: Response) -> Response:
    error: ProductError | None = g.pop("callback_error", None)
    if error is not None and response.status_code in (200, 204):
        body: dict[str, Any] = json.loads(response.get_data() or b"{}")
        response.set_data(json.dumps({"multi": True, "response": {}} | body | {"error": error.message}))
        response.status_code = error.status
        response.mimetype = "application/json"
    return response


def _where() -> str:
    if not has_request_context():
        return "start"
    output = g.get("callback_output")
    return f"{request.method} {output or request.endpoint}"


def _trace(error: BaseException) -> str:
    """Exception types with file:line of every frame, outermost first; no messages and no values."""
    parts = []
    current: BaseException | None = error
    while current is not None:
        frames = []
        trace = current.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        sqlstate = getattr(current, "sqlstate", None)
        parts.append(f"{type(current).__name__}{f' {sqlstate}' if sqlstate else ''} [{' < '.join(reversed(frames))}]")
        current = current.__cause__ or current.__context__
    return " caused by ".join(parts)
