"""Files that processes share: uploads and exports. A folder today; the interface leaves room for a bucket.

Keys are made here and mean nothing: no name that a person typed ever becomes part of a path.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from services.config import Settings
from services.errors import BadInput, NotFound, Unavailable

# What a disk or a quota that is full says.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# A draft that did not grow for so long is nobody's any more: whoever wrote it was killed, or is stuck.
STILL_WRITTEN_S = 300.0


class TooLarge(BadInput):
    """More bytes than allowed."""

    status = 413


class Storage:
    """A folder of files named by key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, settings: Settings) -> Storage:
        return cls(settings.home / "storage")

    def beside(self, name: str) -> Storage:
        """Another one on the same disk, whose files are nobody's yet."""
        return Storage(self._folder / name)

    def remove_all(self) -> None:
        """The folder with everything in it, as far as that can be removed."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def remove_beside(self, pattern: str) -> None:
        """Those of others that were left, as far as they can be removed."""
        for left in self._folder.glob(pattern):
            shutil.rmtree(left, ignore_errors=True)

    @staticmethod
    def new_key() -> str:
        return str(uuid.uuid4())

    @contextmanager
    def draft(self, key: str) -> Iterator[Path]:
        """A path to write a file at, which stands under the key once the block has ended well.

        Whole or not at all: nothing can be read under the key before the last byte is on disk.
        Raises Unavailable when the disk has no room.
        """
        path = self.place(key)
        draft = path.with_suffix(".part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            yield draft
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            if error.errno in FULL:
                raise Unavailable("The disk has no room for this file; nothing was kept. Tell your admin.") from error
            raise Unavailable("The file could not be stored; nothing was kept. Tell your admin.") from error
        finally:
            draft.unlink(missing_ok=True)

    def save_stream(self, key: str, chunks: Iterable[bytes], max_bytes: int) -> int:
        """Write chunks as they come, as in draft(); returns the number of bytes.

        Raises TooLarge past max_bytes and Unavailable when the disk has no room.
        """
        written = 0
        with self.draft(key) as path, path.open("wb") as file:
            for chunk in chunks:
                written += len(chunk)
                if written > max_bytes:
                    raise TooLarge(f"The file is larger than {max_bytes // 1_000_000} MB.")
                file.write(chunk)
        return written

    def open_read(self, key: str) -> BinaryIO:
        """Raises NotFound."""
        try:
            return self.place(key).open("rb")
        except FileNotFoundError as error:
            raise NotFound("This file is no longer there.") from error

    def size(self, key: str) -> int:
        """In bytes. Raises NotFound."""
        try:
            return self.place(key).stat().st_size
        except FileNotFoundError as error:
            raise NotFound("This file is no longer there.") from error

    @contextmanager
    def held(self, keys: Iterable[str]) -> Iterator[tuple[Storage, list[str]]]:
        """These files as they are now, whatever becomes of them meanwhile: (where they are kept, keys that are not
        there). A second name for each, which costs nothing, or a copy where the disk gives no second names.

        Only one at a time: what an earlier one left when it was killed goes first. Raises Unavailable.
        """
        held, missing = self.beside(f".held-{uuid.uuid4()}"), list[str]()
        try:
            try:
                for left in self._folder.glob(".held-*"):
                    shutil.rmtree(left)
                missing = [key for key in keys if not self._hold(key, held)]
            except OSError as error:
                if error.errno in FULL:
                    raise Unavailable("The disk has no room for this; nothing was kept. Tell your admin.") from error
                raise Unavailable(f"{self._folder} cannot be read or written ({error.strerror}).") from error
            yield held, missing
        finally:
            held.remove_all()

    def _hold(self, key: str, held: Storage) -> bool:
        own, other = self.place(key), held.place(key)
        other.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            try:
                os.link(own, other)
            except FileNotFoundError:
                return False
            except OSError:
                shutil.copyfile(own, other)
        except FileNotFoundError:
            return False
        return True

    def is_being_written(self, key: str) -> bool:
        """Whether somebody is at work on the file: a draft that grew within the last minutes."""
        try:
            return time.time() - self.place(key).with_suffix(".part").stat().st_mtime < STILL_WRITTEN_S
        except FileNotFoundError:
            return False

    def remove_old_drafts(self, hours: int) -> int:
        """Files that were never finished and that nobody has written to for so long; returns how many there were.

        Whoever is killed while writing leaves one. By the clock of the disk: nothing else tells how old a file is.
        """
        removed, oldest = 0, time.time() - hours * 3600
        for draft in self._folder.glob("*/*.part"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < oldest:
                    draft.unlink()
                    removed += 1
        return removed

    def delete(self, key: str) -> None:
        """Also when it is gone already, or not whole yet."""
        path = self.place(key)
        path.with_suffix(".part").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def place(self, key: str) -> Path:
        """The path of a key, whether a file is there or not. Raises NotFound for what is no key."""
        try:
            plain = str(uuid.UUID(key))
        except ValueError as error:
            raise NotFound("This file is no longer there.") from error
        return self._folder / plain[:2] / plain
