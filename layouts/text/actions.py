"""Actions on candidates."""

from __future__ import annotations

# Actions on candidates
CHANGED = "{n:,} people changed."
CHANGED_ONE = "1 person changed."
CHANGED_NONE = "Nobody was changed: they were like this already."
CHANGED_NONE_OF = "Nobody was changed: {n:,} were like this already."
CHANGED_NOBODY = "Nobody was changed."
LEFT_NEWER = "{n:,} left alone: a colleague changed them meanwhile. Refresh to see."
LEFT_GONE = "{n:,} are not there any more."
UNDONE = "Undone for {n:,} people."
UNDONE_ONE = "Undone for 1 person."
LEFT_FULL = "{n:,} have no room for another tag."
BULK_STARTED = "Working on {n:,} people. You can go on meanwhile."
UNDO_STARTED = "Undoing the change of {n:,} people."
EXPORT_DONE = "The export is ready. You find it under Runs, too."
RUN_GOES_ON = "Working: {done:,} of {total:,} people…"
RUN_WAITS = "Waiting: number {place} in the queue."
RUN_ENDED = "The job ended early."
