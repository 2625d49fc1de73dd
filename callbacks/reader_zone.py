"""The reader's time zone, which early.js has every call send: what is counted by days means the reader's days."""

from __future__ import annotations

from flask import request

from services import zones

ZONE_HEADER = "X-Time-Zone"


def current_zone() -> str:
    """The zone of this request's reader; UTC where the browser says none, or one that is not known here."""
    return zones.known(request.headers.get(ZONE_HEADER))
