"""Uploaded files: streamed to storage as they arrive, kept until they are imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, BinaryIO
from uuid import UUID

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound
from services.imports.import_rows import clean
from services.runtime import Runtime
from services.storage import Storage, TooLarge

# What a multipart body holds besides the file.
ENVELOPE_BYTES = 100_000
# A file that nobody imported is deleted after this; the person may have gone away.
KEEP_HOURS = 24
_CHUNK = 64 * 1024

_Q = sql.queries("uploads")


def refuse_early(rt: Runtime, content_length: int | None) -> None:
    """Before a byte is read. Raises TooLarge."""
    if content_length is not None and content_length > max_bytes(rt) + ENVELOPE_BYTES:
        raise TooLarge(f"The file is larger than {rt.settings.max_upload_mb} MB.")


def max_bytes(rt: Runtime) -> int:
    return rt.settings.max_upload_mb * 1_000_000


def save_upload(rt: Runtime, actor: Actor, read: Callable[[int], bytes], boundary: str) -> str:
    """Store the one file of a multipart body as it comes, see store(); returns the upload's id.

    read(n) gives at most n bytes, none at the end. Raises Forbidden for viewers, BadInput for a body
    without a file, TooLarge, Unavailable (disk full).
    """
    if not actor.may_edit:
        raise Forbidden("Viewers cannot upload files. Ask an admin for another role.")
    purge_uploads(rt)
    source = _Multipart(read, boundary)
    chunks = source.chunks()
    # The name comes with the first bytes, and what is to be stored has to be known before it is.
    first = next(filter(None, chunks), b"")
    if not first:
        raise BadInput("The file is empty.")
    return store(rt, actor, source.file_name, chain((first,), chunks), max_bytes(rt))[0]


def store(rt: Runtime, actor: Actor, file_name: str, chunks: Iterable[bytes], most: int) -> tuple[str, int]:
    """Write a file of at most so many bytes; returns the upload's id and its size.

    Known before its first byte: what a kill leaves of it goes with other old uploads. Raises as Storage.save_stream().
    """
    storage, key = Storage.of(rt.settings), Storage.new_key()
    upload_id = record_upload(rt, actor, file_name, 0, key)
    try:
        size = storage.save_stream(key, chunks, most)
    except BaseException:
        delete_upload(rt, {"id": upload_id, "storage_key": key})
        raise
    with rt.db.connection() as conn:
        db.run(conn, _Q.set_size, {"upload_id": upload_id, "bytes": size})
    return upload_id, size


def record_upload(rt: Runtime, actor: Actor, file_name: str, size: int, key: str) -> str:
    """Make a stored file known; its name is for people and never part of a path."""
    name = clean(file_name.replace("\\", "/").rpartition("/")[2], 200) or "file"
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.insert_upload, {"file_name": name, "bytes": size, "storage_key": key, **actor.params})
    assert row is not None
    return str(row["id"])


@contextmanager
def opened_upload(rt: Runtime, actor: Actor, upload_id: str) -> Iterator[tuple[dict[str, Any], BinaryIO]]:
    """The upload's row and its file. Raises NotFound for what is gone or another person's."""
    with rt.db.connection() as conn:
        row = find_upload(conn, actor, upload_id)
    with Storage.of(rt.settings).open_read(row["storage_key"]) as file:
        yield row, file


def find_upload(conn: db.Conn, actor: Actor, upload_id: str) -> dict[str, Any]:
    """The upload's row, locked until the transaction ends. Raises NotFound."""
    try:
        wanted = str(UUID(upload_id))
    except (ValueError, AttributeError, TypeError) as error:
        raise NotFound("This file is no longer there. Upload it again.") from error
    row = db.one(conn, _Q.fetch_upload, {"upload_id": wanted, **actor.params})
    if row is None:
        raise NotFound("This file is no longer there. Upload it again.")
    return row


def purge_uploads(rt: Runtime) -> None:
    """Delete files that were imported, or uploaded a day ago and are not waiting to be imported."""
    with rt.db.connection() as conn:
        old = db.rows(conn, _Q.fetch_old_uploads, {"hours": KEEP_HOURS})
    for row in old:
        delete_upload(rt, row)


def discard(rt: Runtime, actor: Actor, upload_id: str) -> None:
    """Delete an upload of the actor's, also when it is gone already; not while another run has to read it."""
    try:
        with rt.db.connection() as conn:
            row = find_upload(conn, actor, upload_id)
            used = db.one(conn, _Q.fetch_awaited, {"upload_id": upload_id})
    except NotFound:
        return
    if used and used["awaited"]:
        return
    delete_upload(rt, row)


def delete_upload(rt: Runtime, row: dict[str, Any]) -> None:
    """First the file: what is cut short in between leaves a row, and so is found again."""
    Storage.of(rt.settings).delete(row["storage_key"])
    with rt.db.connection() as conn:
        db.run(conn, _Q.delete_upload, {"upload_id": row["id"]})


class _Multipart:
    """The first file of a multipart body, never held as a whole. Fields and further files are passed over."""

    def __init__(self, read: Callable[[int], bytes], boundary: str) -> None:
        if not 1 <= len(boundary) <= 70 or not boundary.isascii():
            raise BadInput("Send the file as multipart/form-data.")
        self._read, self.file_name = read, ""
        self._decoder = MultipartDecoder(boundary.encode(), max_form_memory_size=4 * _CHUNK, max_parts=20)

    def chunks(self) -> Iterator[bytes]:
        """Raises BadInput for a body that is cut short, damaged or without a file."""
        found = ours = False
        other = 0
        try:
            for event in self._events():
                if isinstance(event, File):
                    if found:
                        raise BadInput("Send one file at a time.")
                    ours = found = True
                    self.file_name = event.filename
                elif isinstance(event, Field):
                    ours = False
                elif isinstance(event, Data) and ours:
                    yield event.data
                elif isinstance(event, Data) and (other := other + len(event.data)) > ENVELOPE_BYTES:
                    raise BadInput("Send the file and nothing else.")
        except (ValueError, RequestEntityTooLarge) as error:
            raise BadInput("The upload was cut short or damaged. Try again.") from error
        if not found:
            raise BadInput("There is no file in this upload.")

    def _events(self) -> Iterator[Any]:
        while True:
            event = self._decoder.next_event()
            if isinstance(event, NeedData):
                self._decoder.receive_data(self._read(_CHUNK) or None)
            elif isinstance(event, Epilogue):
                return
            else:
                yield event
