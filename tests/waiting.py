"""Waiting for what happens elsewhere: asked again until it is so, for as long as a busy machine may take.

Only what fails waits to the end, so no wait is short. What a process that was killed had sent to Postgres is still
carried out: count only once its connections are gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

PATIENCE_S = 60.0
# For what takes a quiet machine many seconds: a product that starts, thousands of people who are compared.
LONG_S = 300.0
# Between two looks: little at first, and no more than this, since looking is work for whoever is looked at.
FIRST_LOOK_S, LOOK_S = 0.005, 0.1


def until(condition: Callable[[], Any], what: str = "it did not come true in time", seconds: float = PATIENCE_S) -> Any:
    """Ask again until it holds; returns what it returned. Raises AssertionError with `what`."""
    deadline, pause, look_s = time.monotonic() + seconds, threading.Event(), FIRST_LOOK_S
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        pause.wait(look_s)
        look_s = min(look_s * 1.5, LOOK_S)
    return found


def until_gone(database_url: str, name: str) -> None:
    """Until Postgres has no connection any more of whoever named itself so (PGAPPNAME)."""
    query = "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid()"
    with psycopg.connect(database_url, autocommit=True) as conn:

        def is_gone() -> bool:
            row = conn.execute(query, [name]).fetchone()
            return row is not None and bool(row[0])

        until(is_gone, f"connections of {name} stay")
