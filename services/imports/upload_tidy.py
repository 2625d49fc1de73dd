"""Once a night: files that nobody imported, and halves of files whose writer was killed, are removed."""

from __future__ import annotations

import logging

from services import faults
from services.errors import ProductError
from services.imports import uploads
from services.runtime import Runtime
from services.storage import Storage

_log = logging.getLogger(__name__)


def run(rt: Runtime) -> None:
    """Uploads as each new one finds them, and drafts of any file that nobody wrote to for a day. Raises nothing."""
    try:
        uploads.purge_uploads(rt)
        halves = Storage.of(rt.settings).remove_old_drafts(uploads.KEEP_HOURS)
        _log.info("tidied away: %d files that were never finished", halves)
    except ProductError as error:
        _log.warning("old uploads were not tidied away: %s", error.message)
    except Exception as error:
        _log.error("old uploads were not tidied away: %s", faults.trace(error))
