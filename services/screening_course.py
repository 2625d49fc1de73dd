"""What every way of screening a run's people has in common: the view becomes items, and an end is written.

An end is written for as long as this process lives, however long the database is away: what was
answered is paid for.
"""

from __future__ import annotations

from collections.abc import Callable

from services import db, model_holds
from services import screening_rows as rows
from services.errors import Conflict, Unavailable
from services.grid_view import View
from services.jobs import RunHandle
from services.runtime import Runtime
from services.screening_orders import Budget, Paused
from services.screening_progress import Progress


class Course:
    """One run on its way. Raises Forbidden at the beginning when its starter lost the right.

    is_changed: something was written since the search's version moved on last.
    """

    def __init__(self, rt: Runtime, handle: RunHandle) -> None:
        self.rt, self.handle = rt, handle
        self.model = rt.settings.openai_model
        self.budget = Budget(handle, self.model)
        self.progress = Progress(handle, self.model)
        with rt.db.connection() as conn:
            self.rubric = rows.fetch_rubric(conn, handle)
        # A former worker may have died between a result and its bump.
        self.is_changed = True

    def collect(self) -> None:
        """The view's people become items, once; what a dead worker held is free again."""
        handle = self.handle
        with self.rt.db.connection() as conn:
            if not handle.counts.get("_collected"):
                rows.insert_items(conn, handle, View.from_state(handle.search_id, handle.params["view"]))
            rows.free_items(conn, handle)
            self.progress.report_exactly(conn, _collected=True)

    def end(self, state: str, message: str, pause: Paused | None = None) -> None:
        """The run has come to this state; message: for people, by default what came of it."""

        def end(conn: db.Conn) -> None:
            rows.release_items(conn, self.handle)
            held = model_holds.account_of(self.rt.settings) if pause is not None and pause.held else None
            if pause is not None and pause.held_by is not None:
                model_holds.place(conn, self.rt.settings, pause.held_by.reason, message)
            self.progress.report_exactly(conn, _held=held)
            self.handle.finish(message or self.progress.summary(), state=state, conn=conn)
            rows.bump_version(conn, self.handle)

        self.insist(end)

    def let_go(self) -> None:
        """Someone else decides how the run ends; its rows say where it stands."""
        self.handle.must_finish = True

        def let_go(conn: db.Conn) -> None:
            rows.release_items(conn, self.handle)
            if not self.handle.lost.is_set():
                self.progress.report_exactly(conn)
            if self.is_changed:
                rows.bump_version(conn, self.handle)

        self.insist(let_go)

    def insist(self, write: Callable[[db.Conn], None]) -> None:
        """One transaction, waiting for the database for as long as this process may."""
        while True:
            try:
                with self.rt.db.connection() as conn:
                    return write(conn)
            except (Unavailable, Conflict):
                if self.handle.stopping.wait(1.0):
                    raise
