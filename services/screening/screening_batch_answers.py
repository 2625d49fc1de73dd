"""Answers of the vendor's batches taken in: some lines at a time, each once, by the checks of single calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import sql
from services import db
from services.runs.jobs import LeaseLost, RunStopped
from services.screening import screening_rows as rows
from services.screening.screening_answers import result_of
from services.screening.screening_batch_forsaken import chunks, delete_files, record, record_lost
from services.screening.screening_batch_patience import patiently, refused
from services.screening.screening_batch_rows import OTHER_SERVER, Batch
from services.screening.screening_batch_sending import seen
from services.screening.screening_calls import MAX_ATTEMPTS, MOST_REJECTED, is_final
from services.screening.screening_course import Course
from services.screening.screening_orders import Paused
from services.screening.screening_rows import Item, Result
from services.vendors.openai_answers import read_usage
from services.vendors.openai_batches import BatchClient, BatchReply
from services.vendors.openai_errors import (
    BadKey,
    BatchGone,
    InvalidAnswer,
    ModelError,
    QuotaExhausted,
    RequestRejected,
)
from services.vendors.openai_exchange import read_judgement

ENDED = "The vendor ended the batch before everyone was asked about. Go on to ask about the rest the same way."
NO_ROOM = "The vendor has no room for a batch of this size now. Go on later, or cancel and screen now instead."
NOT_TAKEN = "The vendor did not take the batch ({reason}). Go on to try again, or cancel and screen now instead."
GONE = "The vendor does not know the batch any more, so it counts as what was expected of it. Go on to ask once more."
OTHER_MODEL = "The model was changed while people were with the vendor. Go on to ask the new one about the rest."

_Q = sql.queries("batches")


class Answers:
    """stop: why the run shall not go on by itself with those who have no answer."""

    def __init__(self, course: Course, client: BatchClient) -> None:
        self._course, self._client, self._rt = course, client, course.rt
        self._rejected = self._unasked = self._answered = 0
        self.stop: Paused | None = None

    def take_in(self, batch: Batch) -> None:
        """All that a batch says; whoever it says nothing of waits again. Raises ModelError, after which what was
        taken in stays so, and the rest can be taken in later."""
        self._answered = self._unasked = 0
        for file in batch.files:
            patiently(partial(self._read, batch, file), self._wait)
        if self._rejected >= MOST_REJECTED and not self._answered:
            self.stop = self.stop or Paused(RequestRejected().message)
        with self._rt.db.connection() as conn:
            self._end(conn, batch)
        delete_files(self._client, [batch.input_file, *batch.files])

    def _read(self, batch: Batch, file: str) -> None:
        """One file from its beginning; what was taken in of it before is left alone."""
        try:
            for replies in chunks(self._client.replies(file)):
                self._raise_if_ended()
                self._answered += self._keep(batch, replies)
        except BatchGone:
            return

    def _end(self, conn: db.Conn, batch: Batch) -> None:
        if batch.vendor_status == "completed":
            given = {"batch_id": batch.id, "reason": InvalidAnswer.reason, "most": MAX_ATTEMPTS}
            db.run(conn, _Q.fail_sent, given)
        else:
            if batch.is_lost:
                handle = self._course.handle
                record_lost(conn, batch, handle.actor.user_id, handle.search_id)
            left = self._unasked + db.run(conn, _Q.free_sent, {"batch_id": batch.id})
            self.stop = self.stop or _unanswered(batch, left, batch.model != self._course.model)
        db.run(conn, _Q.set_ended, {"batch_id": batch.id})
        self._course.progress.report_exactly(conn)
        rows.bump_version(conn, self._course.handle)

    def _keep(self, batch: Batch, replies: Sequence[BatchReply]) -> int:
        """Write some answers, as what they were asked by; returns how many there were."""
        course, handle = self._course, self._course.handle
        by_id = {int(one.custom_id): one for one in replies if one.custom_id.isdecimal() and len(one.custom_id) < 19}
        with self._rt.db.connection() as conn:
            claimed = db.rows(conn, _Q.claim_sent, {
                "run_id": handle.run_id, "token": handle.token, "batch_id": batch.id, "ids": list(by_id)})  # fmt: skip
            failures = {row["candidate_id"]: row["attempts"] for row in claimed}
            sent = {row["candidate_id"]: row["seen_hash"] for row in claimed}
            known = rows.items_of(conn, handle, course.rubric, batch.model, failures, batch.prompt_version)
            items = [replace(item, call_id=batch.call_id(str(item.candidate_id))) for item in known]
            unasked = [item.candidate_id for item in items if by_id[item.candidate_id].status is None]
            db.run(conn, _Q.release_unasked, {"run_id": handle.run_id, "token": handle.token, "ids": unasked})
            asked = [item for item in items if item.candidate_id not in unasked]
            results = self._results(conn, batch, asked, by_id, sent)
            saved = (
                rows.save(conn, handle, course.rubric, batch.model, results, batch.prompt_version) if results else []
            )
            ours = {str(item.candidate_id) for item in items}
            nobodys = [one for one in replies if one.custom_id not in ours]
            record(conn, batch, handle.actor.user_id, handle.search_id, nobodys)
            course.progress.answered(saved, results)
            course.progress.tally.calls += len(items) - len(unasked)
            course.progress.tally.sent -= len(items)
            self._unasked += len(unasked)
            course.progress.report(conn)
            if saved:
                rows.bump_version(conn, handle)
        return len(results)

    def _results(
        self,
        conn: db.Conn,
        batch: Batch,
        items: Sequence[Item],
        by_id: Mapping[int, BatchReply],
        sent: Mapping[int, str],
    ) -> list[Result]:
        """Of those that were answered; failures are written here."""
        results = []
        for item in items:
            try:
                results.append(self._result(batch, item, by_id[item.candidate_id], sent[item.candidate_id]))
            except ModelError as error:
                self._fail(conn, batch, item, error)
        return results

    def _result(self, batch: Batch, item: Item, reply: BatchReply, sent: str) -> Result:
        """Raises ModelError, with what was billed."""
        if item.prompt is None:
            return Result(item, item.known, replace(read_usage(reply.body), batch=True))
        try:
            judgement, usage = read_judgement(batch.api, reply.status or 500, {}, reply.body, item.prompt)
        except ModelError as error:
            error.usage = replace(error.usage, batch=True)
            raise
        usage = replace(usage, batch=True)
        if sent != seen(item, batch.prompt_version):
            raise InvalidAnswer("The profile has changed since it was sent.", usage=usage)
        return result_of(item, item.prompt, judgement, usage)

    def _fail(self, conn: db.Conn, batch: Batch, item: Item, error: ModelError) -> None:
        course, pause = self._course, refused(error)
        self._rejected += isinstance(error, RequestRejected)
        dead = is_final(error, item) and not isinstance(error, BadKey | QuotaExhausted)
        if pause.held:
            self.stop = pause
        state = "dead" if dead else "retry"
        rows.fail(conn, course.handle, item, batch.model, error.usage, error.reason, state=state, delay_s=0.0)
        course.progress.failed(error.usage, is_dead=dead)

    def _wait(self, seconds: float) -> None:
        self._course.handle.stopping.wait(seconds)
        self._raise_if_ended()

    def _raise_if_ended(self) -> None:
        # Someone who cancels still gets what is answered.
        if self._course.handle.lost.is_set():
            raise LeaseLost
        if self._course.handle.stopping.is_set():
            raise RunStopped


def _unanswered(batch: Batch, people: int, is_other_model: bool) -> Paused | None:
    """What to tell of people whom a batch that is over says nothing of; None where nobody is left."""
    if not people:
        return None
    if is_other_model or batch.reason == OTHER_SERVER:
        return Paused(OTHER_MODEL)
    if batch.vendor_status in ("expired", "cancelled"):
        return Paused(ENDED)
    if batch.is_lost:
        return Paused(GONE)
    told = NO_ROOM if batch.reason == "token_limit_exceeded" else NOT_TAKEN
    return Paused(told.format(reason=batch.reason or batch.vendor_status))
