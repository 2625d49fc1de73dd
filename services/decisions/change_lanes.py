"""ChangeRun on several connections at once: each lane does its own part of the list, from its first to its last.

Writing is bound by the indexes of candidates, which one connection keeps one core busy with. Lanes share
nothing but the end of a transaction: the run's row, the batch's and the search's version are written one lane
after the other, each up to its commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import UUID

from services import db
from services.decisions import change_rows
from services.decisions.change_run import CONFLICT_RETRIES, ChangeRun
from services.errors import Conflict
from services.runs.jobs import RunHandle
from services.runtime import Runtime

LANES = 2
# A lane of its own is worth it from here on.
LANE_FROM = 4_000

# Gets a connection, and which part of the list is next: behind `after`, up to `until`. Does the first of it;
# returns the place up to which it is done, how many that were, and what became of them.
LaneStep = Callable[[db.Conn, int, int], tuple[int, int, change_rows.Counts]]


def halves(total: int) -> list[tuple[int, int]]:
    """Lanes for the places 1 to `total`; one for few of them."""
    lanes = LANES if total >= LANES * LANE_FROM else 1
    return [(total * lane // lanes, total * (lane + 1) // lanes) for lane in range(lanes)]


class ChangeLanes(ChangeRun):
    """One run at work on the places of a list. In the run's counts: `_lane_0`, `_lane_1`, …: where
    each lane is."""

    def __init__(self, rt: Runtime, handle: RunHandle, search_id: UUID, batch_id: int) -> None:
        super().__init__(rt, handle, search_id)
        self._batch_id = batch_id
        self._places: list[int] = []
        self._ends: list[int] = []
        self._turn = threading.Lock()
        self._broken = threading.Event()

    def work_lanes(self, total: int, lanes: Sequence[tuple[int, int]], step: LaneStep) -> None:
        """To the end: for each lane, the places (behind, up to). The same lanes each time a run is taken up.

        Raises what a step raises first, once all lanes have come to rest, and RunCancelled.
        """
        self._ends = [end for _, end in lanes]
        counts = self._handle.counts
        self._places = [int(counts.get(f"_lane_{lane}", start)) for lane, (start, _) in enumerate(lanes)]
        try:
            with ThreadPoolExecutor(len(lanes), thread_name_prefix="lane") as pool:
                running = [pool.submit(self._lane, lane, total, step) for lane in range(len(lanes))]
            for lane in running:
                lane.result()
        finally:
            if self._unseen:
                self._bump_alone()

    def _lane(self, lane: int, total: int, step: LaneStep) -> None:
        try:
            while self._places[lane] < self._ends[lane] and not self._broken.is_set():
                self._lane_batch(lane, total, step)
        except BaseException:
            self._broken.set()
            raise

    def _lane_batch(self, lane: int, total: int, step: LaneStep) -> None:
        """One transaction, tried again when another writer was in the way."""
        for attempt in range(CONFLICT_RETRIES):
            self._handle.check()
            try:
                # Left in the opposite order: the turn ends after the commit.
                with ExitStack() as turn, self._rt.db.connection() as conn:
                    place, size, counts = step(conn, self._places[lane], self._ends[lane])
                    turn.enter_context(self._turn)
                    self._commit(conn, lane, place, size, total, counts)
                return
            except Conflict:
                if attempt == CONFLICT_RETRIES - 1:
                    raise
                self._handle.wait(0.2 * 2**attempt)

    def _commit(self, conn: db.Conn, lane: int, place: int, size: int, total: int, counts: change_rows.Counts) -> None:
        """The end of a lane's transaction, in its turn."""
        change_rows.add_to_batch(conn, self._batch_id, counts.changed)
        unseen, version = self._unseen or counts.changed > 0, None
        # All places each time: what a transaction that failed had noted in the handle must not be saved by another.
        places = {f"_lane_{n}": at for n, at in enumerate(self._places)} | {f"_lane_{lane}": place}
        self._handle.save(conn, self._done + size, total, **places, **(self.counts + counts).as_dict())
        if unseen and (self._done + size >= total or self._bump_is_due()):
            unseen, version = False, change_rows.bump_version(conn, self._search_id)
        conn.commit()
        self._places[lane], self._done, self._unseen = place, self._done + size, unseen
        self.counts += counts
        self._note(version)
