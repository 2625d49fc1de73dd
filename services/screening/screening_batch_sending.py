"""People handed over to the vendor by batches: into a file, up, and made a batch of, once."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import BinaryIO

import sql
from services import db
from services.screening import screening_batch_rows as batch_rows
from services.screening import screening_rows as rows
from services.screening.screening_batch_forsaken import delete_files
from services.screening.screening_batch_patience import patiently, refused
from services.screening.screening_batch_rows import Batch
from services.screening.screening_calls import known_result
from services.screening.screening_course import Course
from services.screening.screening_orders import Paused
from services.screening.screening_rows import Item
from services.screening.screening_unanswered import expected
from services.vendors.openai_batches import MOST_BYTES, MOST_REQUESTS, BatchClient
from services.vendors.openai_errors import ModelError, RateLimited, ServerFault, TimedOut, Usage

CHUNK = 40

_Q = sql.queries("batches")


class Sending:
    """stop: why nobody more is handed over, once the budget has no room; what is out is waited for first."""

    def __init__(self, course: Course, client: BatchClient) -> None:
        self._course, self._client, self._rt = course, client, course.rt
        self.stop: Paused | None = None
        self._expected = Usage()

    def hand_over(self) -> bool:
        """Put one batch together and hand it over; whether there may be people left for another.

        Raises Paused where the vendor refuses it, RunCancelled.
        """
        home = self._rt.settings.home
        # Without a name it is gone with this process, whatever ends that: it holds profiles.
        with tempfile.TemporaryFile(dir=home if home.is_dir() else None) as file:
            with self._rt.db.connection() as conn:
                batch = batch_rows.add(conn, self._course.handle, self._rt.settings)
            if not (count := self._put_together(batch, file)):
                self._forget()
                return False
            self._send(batch, file, count)
        return self.stop is None

    def _put_together(self, batch: Batch, file: BinaryIO) -> int:
        count, self._expected = 0, Usage()
        while count < MOST_REQUESTS and file.tell() < MOST_BYTES and self.stop is None:
            self._course.handle.check()
            claimed, asked = self._claim(batch, file)
            count += asked
            if not claimed:
                break
        return count

    def _claim(self, batch: Batch, file: BinaryIO) -> tuple[int, int]:
        """Some who are due, into the file; returns how many there were, and how many the vendor is asked about."""
        course, handle = self._course, self._course.handle
        with self._rt.db.connection() as conn:
            items = rows.claim(conn, handle, course.rubric, course.model, CHUNK)
            known = [known_result(item) for item in items if item.prompt is None]
            course.progress.reused(len(rows.save(conn, handle, course.rubric, course.model, known)) if known else 0)
            if any(item.prompt is not None for item in items):
                course.budget.provide(conn, [item.prompt for item in items])
            asked = [item for item in items if item.prompt is not None and self._afford(item)]
            for item in asked:
                assert item.prompt is not None
                file.write(self._client.line(str(item.candidate_id), item.prompt))
                self._expect(expected(item.prompt, batch=True))
            hashes = [seen(item, batch.prompt_version) for item in asked]
            db.run(conn, _Q.mark_sent, {
                "batch_id": batch.id, "run_id": handle.run_id, "token": handle.token,
                "ids": [item.candidate_id for item in asked], "hashes": hashes})  # fmt: skip
            course.progress.tally.sent += len(asked)
            course.progress.report(conn)
        course.is_changed = course.is_changed or bool(known)
        return len(items), len(asked)

    def _afford(self, item: Item) -> bool:
        """Whether the budget has room for one more; whoever comes after the first for whom it has none waits, too."""
        assert item.prompt is not None
        spent = self._course.progress.tally.cost
        if self.stop is None and self._course.budget.begin(item.prompt, spent) is None:
            self.stop = self._course.out_of_money(item.prompt)
        return self.stop is None

    def _expect(self, more: Usage) -> None:
        so_far = self._expected
        self._expected = replace(
            more,
            input_tokens=so_far.input_tokens + more.input_tokens,
            output_tokens=so_far.output_tokens + more.output_tokens,
        )

    def _send(self, batch: Batch, file: BinaryIO, count: int) -> None:
        wait = self._course.handle.wait
        try:
            input_file = patiently(lambda: self._upload(batch, file), wait)
        except ModelError as error:
            self._forget()
            raise refused(error) from None
        with self._rt.db.connection() as conn:
            batch_rows.set_sending(conn, batch, count, self._expected, input_file)
            # Whoever lost the run makes no batch.
            self._course.progress.report(conn)
        try:
            made = patiently(lambda: self._client.create(input_file, batch.name), wait, (RateLimited,))
        except (ServerFault, TimedOut):
            # Perhaps it is on its way: it is looked for by its name.
            return
        except ModelError as error:
            self._course.handle.insist(lambda conn: batch_rows.refuse(conn, batch))
            delete_files(self._client, [input_file])
            raise refused(error) from None
        self._course.handle.insist(lambda conn: batch_rows.keep(conn, batch, made))

    def _upload(self, batch: Batch, file: BinaryIO) -> str:
        file.seek(0)
        return self._client.upload(file, batch.name)

    def _forget(self) -> None:
        self._course.handle.insist(lambda conn: batch_rows.forget_unsent(conn, self._course.handle.run_id))


def seen(item: Item, prompt_version: str) -> str:
    """What is asked about: the profile as shown, in the words of a version."""
    return f"{prompt_version} {item.input_hash}"
