"""The loop of jobs that change many candidates: a batch, its checkpoint and the version in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from uuid import UUID

from services import db
from services.decisions import change_rows
from services.decisions.change_rows import Counts
from services.errors import Conflict, ProductError
from services.operations import maintenance
from services.runs.jobs import RunHandle
from services.runtime import Runtime

# Others' pages ask for newer data: once in a while is enough for them.
BUMP_EVERY_S = 0.5
CONFLICT_RETRIES = 5
VACUUM_AFTER = 50_000

_log = logging.getLogger(__name__)

# Gets a connection and the position to go on from, and does at most change_rows.MOST_AT_ONCE
# candidates. Returns the next position, how many candidates that were, and what became of them.
Step = Callable[[db.Conn, int], tuple[int, int, Counts]]


class ChangeRun:
    """One run at work. In the run's counts: those of Counts, and `_position`.

    `_before` and `_after`: the search's version around the run; `_alone` is false once someone else
    moved the version on in between.
    """

    def __init__(self, rt: Runtime, handle: RunHandle, search_id: UUID) -> None:
        self._rt, self._handle, self._search_id = rt, handle, search_id
        self.counts = Counts.of(handle.counts)
        # Held here, not in the handle: a transaction that is rolled back must not count.
        self._done = handle.done
        self._position = int(handle.counts.get("_position", 0))
        # What an earlier worker committed last may not be known to others yet.
        self._unseen = handle.done > 0
        self._bumped_at = float("-inf")

    def work(self, total: int, step: Step) -> None:
        """To the end. Raises what the step raises, and RunCancelled."""
        try:
            while self._done < total and self._batch(total, step):
                pass
        finally:
            if self._unseen:
                self._bump_alone()

    def finish(self, conn: db.Conn) -> None:
        """The run's last transaction."""
        self._handle.save(conn, self._done, **self.counts.as_dict())
        self._handle.finish(conn=conn)

    def _batch(self, total: int, step: Step) -> bool:
        """One transaction, tried again when another writer was in the way; False: nothing was left."""
        for attempt in range(CONFLICT_RETRIES):
            self._handle.check()
            try:
                with self._rt.db.connection() as conn:
                    position, size, counts = step(conn, self._position)
                    unseen, version = self._unseen or counts.changed > 0, None
                    self._handle.save(
                        conn, self._done + size, total, _position=position, **(self.counts + counts).as_dict()
                    )
                    if unseen and (self._done + size >= total or self._bump_is_due()):
                        unseen, version = False, change_rows.bump_version(conn, self._search_id)
            except Conflict:
                if attempt == CONFLICT_RETRIES - 1:
                    raise
                self._handle.wait(0.2 * 2**attempt)
            else:
                self._position, self._done, self._unseen = position, self._done + size, unseen
                self.counts += counts
                self._note(version)
                return size > 0
        return False

    def _bump_is_due(self) -> bool:
        return time.monotonic() - self._bumped_at >= BUMP_EVERY_S

    def _bump_alone(self) -> None:
        try:
            with self._rt.db.connection() as conn:
                version = change_rows.bump_version(conn, self._search_id)
        except ProductError as error:
            # The run goes on elsewhere, which begins with this.
            _log.warning("the version was not moved on: %s", error.message)
        else:
            self._unseen = False
            self._note(version)

    def _note(self, version: int | None) -> None:
        if version is None:
            return
        self._bumped_at = time.monotonic()
        counts = self._handle.counts
        counts["_alone"] = counts.get("_alone", True) and counts.get("_after", version - 1) == version - 1
        counts.setdefault("_before", version - 1)
        counts["_after"] = version


def vacuum_if_many(rt: Runtime, counts: Counts) -> None:
    """After more changes than Postgres itself would tidy up soon."""
    if counts.changed > VACUUM_AFTER:
        maintenance.vacuum(rt)
