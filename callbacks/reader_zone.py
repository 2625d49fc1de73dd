"""The reader's time zone, sent with each call by early.js and app.js: days that are counted are the reader's days."""

from __future__ import annotations

from flask import request

from services import zones

ZONE_HEADER = "X-Time-Zone"


def current_zone() -> str:
    """The zone of this request's reader; UTC where the browser says none, or one that is not known here."""
    return zones.known(request.headers.get(ZONE_HEADER))
