"""What every way of screening a run's people has in common: the view becomes items, and an end is written.

An end is written for as long as this process lives, however long the database is away: what was
answered is paid for.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services import db
from services.grid.grid_view import View
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.screening import model_holds, prescreen
from services.screening import screening_rows as rows
from services.screening.prompts import JudgePrompt
from services.screening.screening_orders import Budget, Paused
from services.screening.screening_progress import Progress
from services.screening.screening_rows import Item
from services.screening.screening_unanswered import expected, record_cut
from services.spending import prices

BY_ITSELF = "It goes on by itself once there is room."
TRIED_AGAIN = "It is tried again by itself."
# What passes is tried again after a minute, then less and less often.
AGAIN_S, LONGEST_AGAIN_S = 60.0, 900.0
# However much longer the vendor wants it.
MOST_AGAIN_S = 3600.0


class NoMoney(Paused):
    """A budget of a month has no room: the run goes on once it has. needs: for the next call, in US dollars."""

    def __init__(self, message: str, needs: Decimal) -> None:
        super().__init__(f"{message} {BY_ITSELF}")
        self.needs = needs


class Later(Paused):
    """The vendor cannot be asked just now: the run goes on by itself, not before wait_s, in seconds."""

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(f"{message} {TRIED_AGAIN}")
        self.wait_s = wait_s


class Course:
    """One run on its way. Raises Forbidden at the beginning when its starter lost the right.

    is_changed: something was written since the search's version moved on last. cut: who was being asked about when
    the run came to its end, so that nobody knows what came of it; written down with that end.
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
        self.cut: list[Item] = []

    def collect(self) -> None:
        """The view's people become items, once, or those who are picked of them; what a dead worker held is free again.

        Raises Unavailable where people are to be picked by similarity and that cannot be told.
        """
        handle, picked = self.handle, dict[str, Any]()
        view, is_new = View.from_state(handle.search_id, handle.params["view"]), not handle.counts.get("_collected")
        wanted = prescreen.of_params(handle.params)
        query = prescreen.fetch_query(self.rt, handle, self.rubric.job_description) if wanted and is_new else None
        with self.rt.db.connection() as conn:
            if wanted and query:
                picked = {"_prescreen": prescreen.insert_items(conn, handle, view, wanted, query)}
            elif is_new:
                rows.insert_items(conn, handle, view)
            rows.free_items(conn, handle)
            self.progress.report_exactly(conn, _collected=True, **picked)

    def end(self, state: str, message: str, pause: Paused | None = None) -> None:
        """The run has come to this state; message: for people, by default what came of it."""

        def end(conn: db.Conn) -> None:
            record_cut(conn, self.handle, self.model, self.cut)
            rows.release_items(conn, self.handle)
            held = model_holds.account_of(self.rt.settings) if pause is not None and pause.held else None
            if pause is not None and pause.held_by is not None:
                model_holds.place(conn, self.rt.settings, pause.held_by.reason, message)
            self.progress.report_exactly(conn, _held=held, **self._goes_on(pause))
            self.handle.finish(message or self.progress.summary(), state=state, conn=conn)
            rows.cancel_paused(conn, self.handle)
            rows.bump_version(conn, self.handle)

        self.handle.insist(end)
        self.cut.clear()

    def let_go(self) -> None:
        """Someone else decides how the run ends; its rows say where it stands."""
        self.handle.must_finish = True

        def let_go(conn: db.Conn) -> None:
            record_cut(conn, self.handle, self.model, self.cut)
            rows.release_items(conn, self.handle)
            if not self.handle.lost.is_set():
                self.progress.report_exactly(conn)
            if self.is_changed:
                rows.bump_version(conn, self.handle)

        self.handle.insist(let_go)
        self.cut.clear()

    def out_of_money(self, prompt: JudgePrompt) -> Paused:
        """What to raise where the budgets have no room to ask this. The run's own is for a person to raise."""
        pause = self.budget.used_up(self.progress.tally.cost)
        if not self.budget.is_short:
            return pause
        usage = expected(prompt, batch=bool(self.handle.params.get("batch")))
        return NoMoney(pause.message, prices.cost(self.model, usage) or Decimal(0))

    def write_cut(self) -> None:
        """What was cut off after the run's end was written."""
        if self.cut:
            self.handle.insist(lambda conn: record_cut(conn, self.handle, self.model, self.cut))
            self.cut.clear()

    def _goes_on(self, pause: Paused | None) -> dict[str, str | int | None]:
        """When the run goes on without a person, for screening_wake."""
        tries = int(self.handle.counts.get("_tries") or 0)
        needs = str(pause.needs) if isinstance(pause, NoMoney) else None
        if not isinstance(pause, Later):
            return {"_needs": needs, "_again_at": None, "_tries": 0}
        wait_s = max(pause.wait_s, min(LONGEST_AGAIN_S, AGAIN_S * 2**tries))
        again_at = datetime.now(UTC) + timedelta(seconds=min(wait_s, MOST_AGAIN_S))
        return {"_needs": None, "_again_at": again_at.isoformat(), "_tries": min(tries + 1, 10)}
