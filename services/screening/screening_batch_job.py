"""Screening by the vendor's batches in the job worker: half the price, answers within a day.

While a batch is with the vendor nobody holds the run: it is "paused" and takes no worker's place;
batches.look_at_all() wakes it once answers are there. Each time it goes on it takes in the answers
that are there, then hands over whoever is left, if nothing is out; killed at any line, it goes on
from the rows.
"""

from __future__ import annotations

from contextlib import suppress

import sql
from services import db
from services.runs.jobs import LeaseLost, RunCancelled, RunStopped
from services.screening import batches, screening_model
from services.screening import screening_batch_rows as batch_rows
from services.screening import screening_rows as rows
from services.screening.screening_batch_answers import Answers
from services.screening.screening_batch_patience import PASSING, refused
from services.screening.screening_batch_rows import Batch
from services.screening.screening_batch_sending import Sending
from services.screening.screening_course import Course
from services.screening.screening_orders import Paused, obey
from services.vendors.openai_batches import BatchClient
from services.vendors.openai_errors import ModelError

WITH_VENDOR = "At half the price: answers come within 24 hours; nothing needs to be done until then."
CANCELLING = "Taking it back from the vendor. What is answered already is kept."
OTHER_CRITERIA = (
    "The criteria were changed while people were with the vendor, so the rest was not asked about. "
    "What was answered is kept; start a new screening."
)

_Q = sql.queries("batches")


class BatchScreening:
    """A run whose people are asked about by batches."""

    def __init__(self, course: Course) -> None:
        self._course, self._handle, self._rt = course, course.handle, course.rt

    def run(self) -> None:
        course = self._course
        course.collect()
        try:
            with screening_model.batch_client(self._rt.settings) as client:
                self._go_on(client)
        except Paused as pause:
            course.end("paused", pause.message, pause)
        except ModelError as error:
            why = refused(error)
            course.end("paused", why.message, why)
        except (LeaseLost, RunStopped):
            course.let_go()
            raise
        except RunCancelled:
            course.handle.insist(lambda conn: batch_rows.forget_unsent(conn, self._handle.run_id))
            # What is with the vendor is waited for: its answers are paid for. They go to nobody who lost the right.
            if self._out() and not self._handle.barred:
                course.end("paused", CANCELLING)
                return
            course.let_go()
            raise

    def _go_on(self, client: BatchClient) -> None:
        with self._rt.db.connection() as conn:
            batch_rows.forget_unsent(conn, self._handle.run_id)
        self._look(client)
        stop = self._take_in(client)
        if self._out():
            raise Paused(CANCELLING if self._handle.cancelled.is_set() else WITH_VENDOR)
        if self._handle.cancelled.is_set():
            raise RunCancelled
        if self._is_outdated():
            self._course.end("cancelled", OTHER_CRITERIA)
            return
        if stop is not None:
            raise stop
        with self._rt.db.connection() as conn:
            obey(conn, self._rt.settings, self._handle)
        self._hand_over(client)
        self._course.end("done", "")

    def _take_in(self, client: BatchClient) -> Paused | None:
        """What is answered; returns why the run shall not go on by itself after that."""
        answers = Answers(self._course, client)
        for batch in self._open():
            if batch.state == "answered":
                answers.take_in(batch)
        return answers.stop

    def _hand_over(self, client: BatchClient) -> None:
        """Raises Paused unless there was nobody left to ask about."""
        sending = Sending(self._course, client)
        while sending.hand_over():
            continue
        # Also where the vendor refused one as soon as it was made: that is looked into when it is taken in.
        if self._open():
            raise Paused(WITH_VENDOR)
        if sending.stop is not None:
            raise sending.stop

    def _look(self, client: BatchClient) -> None:
        """Where the run's batches stand; a vendor who cannot be asked now is asked again in a minute."""
        for batch in self._open():
            if batch.is_out:
                with suppress(*PASSING):
                    batches.look(self._rt, client, batch, cancel=self._is_unwanted())

    def _is_unwanted(self) -> bool:
        """Whether nobody wants the answers that are still to come."""
        return self._handle.cancelled.is_set() or not self._are_criteria_wanted()

    def _is_outdated(self) -> bool:
        """Whether there are people left, and nobody wants to know this about them any more."""
        if self._are_criteria_wanted():
            return False
        with self._rt.db.connection() as conn:
            return rows.next_due(conn, self._handle) is not None

    def _are_criteria_wanted(self) -> bool:
        with self._rt.db.connection() as conn:
            row = db.one(conn, _Q.fetch_wanted, {"run_id": self._handle.run_id})
        return bool(row and row["wanted"])

    def _open(self) -> list[Batch]:
        with self._rt.db.connection() as conn:
            return batch_rows.open_of(conn, self._handle.run_id)

    def _out(self) -> bool:
        return any(batch.is_out for batch in self._open())
