"""Reading lists from Google Sheets: one now, or all that are due. Job workers only.

The team shares one service account and so one quota: a limiter over all processes lets reads through, and
nobody reads while it cannot be asked. Whatever goes wrong is told on the list, which stays as it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from services import faults
from services.access.identity import Actor
from services.errors import ProductError, Unavailable
from services.filtering import list_rows, list_sheets, lists
from services.operations import metrics
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.screening.call_budget import CallBudget
from services.vendors.sheets_client import SheetsClient
from services.vendors.sheets_errors import SheetError, TooManyReads

VENDOR = "google-sheets"
WAIT_AT_MOST_S = 60.0
BUSY = "Too many sheets are being read right now. It is tried again by itself."

_log = logging.getLogger(__name__)


def sync(
    rt: Runtime,
    actor: Actor,
    list_id: int,
    stopping: threading.Event | None = None,
    may_fill: Callable[[], None] = lambda: None,
) -> lists.Filled:
    """Read one list's sheet; the list says how it went. Raises what went wrong, NotFound.

    may_fill: asked between the reading, which may take a minute, and the writing; what it raises passes through.
    """
    about = lists.get(rt, actor, list_id)
    try:
        rows = _read(rt, about, stopping or threading.Event())
        may_fill()
        return list_sheets.done(rt, actor, list_id, list_rows.from_table(rows, about.holds))
    except ProductError as error:
        list_sheets.failed(rt, list_id, error.message)
        raise


def sync_due(rt: Runtime, stopping: threading.Event | None = None) -> int:
    """All lists whose time has come, one after the other; returns how many were read. Raises nothing."""
    read = 0
    try:
        for due in list_sheets.due(rt):
            if stopping is not None and stopping.is_set():
                break
            read += _try(rt, due, stopping)
    except ProductError as error:
        _log.warning("sheets were not read: %s", error.message)
    except Exception as error:
        _log.error("sheets were not read: %s", faults.trace(error))
    return read


def run_sheet(rt: Runtime, handle: RunHandle) -> None:
    """The handler of runs that read one sheet now. Raises what went wrong, which is the run's message."""
    handle.progress(0, 1)

    def still_allowed() -> None:
        with rt.db.connection() as conn:
            handle.must_be_allowed(conn)

    filled = sync(rt, handle.actor, int(handle.params["list_id"]), handle.stopping, still_allowed)
    handle.progress(1, 1, added=filled.added, removed=filled.removed, entries=filled.entries)


def _try(rt: Runtime, due: list_sheets.DueSheet, stopping: threading.Event | None) -> int:
    try:
        sync(rt, due.actor, due.list_id, stopping)
    except ProductError as error:
        # Told on the list; the next one may go well. The message may name an address, so it is not logged.
        _log.warning("the sheet of list %s was not read (%s)", due.list_id, type(error).__name__)
        return 0
    return 1


def _read(rt: Runtime, about: lists.ListInfo, stopping: threading.Event) -> list[list_rows.Cells]:
    settings = rt.settings
    client = SheetsClient(settings.google_service_account, settings.google_sheets_base_url)
    budget = CallBudget(rt.redis, VENDOR, requests=settings.google_sheets_rpm, tokens=1)
    try:
        _wait_for(budget, stopping)
        try:
            rows = client.read(about.sheet_id, about.sheet_range)
        except SheetError as error:
            # They are named by cause.
            metrics.VENDOR_CALLS.count(VENDOR, type(error).__name__)
            if isinstance(error, TooManyReads):
                budget.block(error.retry_after)
            raise
        metrics.VENDOR_CALLS.count(VENDOR, "ok")
        return rows
    finally:
        client.close()


def _wait_for(budget: CallBudget, stopping: threading.Event) -> None:
    """Until the team may read once more. Raises Unavailable when that takes too long, BudgetClosed."""
    waited = 0.0
    while (wait := budget.reserve(0)) > 0:
        if waited + wait > WAIT_AT_MOST_S or stopping.wait(wait):
            raise Unavailable(BUSY)
        waited += wait
