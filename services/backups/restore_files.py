"""A backup's files under their keys, in step with the database: nothing that its rows speak of is ever less there
than before.

What is not there yet is put there first, since nothing leads to it. What is there otherwise waits beside it until the
database is the backup. And where the backup's own copy is known to be damaged, what is there stays.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from services.backups import backup_set
from services.backups.backup_set import Manifest, Named
from services.backups.restore_load import Undecided
from services.storage import Storage


@contextmanager
def in_place(stored: Storage, source: Storage, manifest: Manifest) -> Iterator[None]:
    """The files of a set for the rows that the block brings. Whatever makes the block fail, but Undecided, takes
    those away that were not there before. Raises Unavailable where the disk has no room."""
    stored.remove_beside(".restored-*")
    waiting = stored.beside(f".restored-{uuid.uuid4()}")
    placed, replacing = list[str](), list[str]()
    try:
        for key, wanted in manifest.files.items():
            there = stored.place(key).is_file()
            if there and (key in manifest.damaged or backup_set.sum_of(stored.place(key)) == wanted):
                continue
            with (waiting if there else stored).draft(key) as draft:
                shutil.copyfile(source.place(key), draft)
            (replacing if there else placed).append(key)
        yield
    except Undecided:
        raise
    except BaseException:
        for key in placed:
            stored.delete(key)
        waiting.remove_all()
        raise
    for key in replacing:
        waiting.place(key).replace(stored.place(key))
    waiting.remove_all()


def is_whole(stored: Storage, row: Named) -> bool:
    """Whether a file is what was written, as far as its row tells: the sum of an archive's, the size of others."""
    path = stored.place(row.key)
    return path.is_file() and row.fits(backup_set.sum_of(path))
