"""Long jobs."""

from __future__ import annotations

# Long jobs
RUNS_TITLE = "Runs"
RUNS_SHOW = "Show runs"
RUNS_EMPTY_TITLE = "Nothing has run yet"
RUNS_EMPTY_BODY = "Imports, screenings and exports appear here with their progress. Start one from a search."
RUN_KIND = "What"
RUN_SEARCH = "Search"
RUN_WHO = "Who"
RUN_STARTED = "Started"
RUN_PROGRESS = "Progress"
RUN_KINDS = {
    "import": "Import",
    "dry_run": "Trial import",
    "screen": "Screening",
    "enrich": "Enrichment",
    "propose": "Proposed criteria",
    "export": "Export",
    "bulk": "Bulk action",
    "undo": "Undo",
    "archive": "Archive",
    "restore": "Restore",
    "find_duplicates": "Finding duplicates",
    "filter": "Filter rules",
    "sheet": "Reading a sheet",
    "list": "Reading a list",
    "fetch": "From PhantomBuster",
    "erase": "Erasing from files",
    "purge": "Removing a deleted search",
    "embed": "Vectors for matching",
}
RUN_STATES = {
    "queued": "Waiting",
    "running": "Running",
    "paused": "Paused",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
RUN_WITH_VENDOR = "With the vendor since "
RUN_VENDOR_PROBLEM = "The vendor could not be asked just now; that is tried every minute. {problem}"
RUN_QUEUED = "Waiting, number {position} in the queue"
RUN_CANCELLING = "Ending"
RUN_CANCELLED = "The job was cancelled. What it had done is kept."
RUN_DONE_OF = "{done} of {total}"
RUN_LEFT = "about {minutes} min left"
RUN_LEFT_SHORT = "less than a minute left"
EXPORT_DOWNLOAD = "Download"
COUNTS = {
    "added": "added",
    "changed": "changed",
    "unchanged": "unchanged",
    "rejected": "could not be taken",
    "suppressed": "kept out, erased on request",
    "repeated": "again in the files",
    "already_known": "already in other searches",
    "do_not_contact": "on a do-not-contact list: exports leave them out",
    "shortened": "values were too long: shortened, or skills beyond the hundredth left out",
    "skipped_changed": "left alone, a colleague changed them meanwhile",
    "skipped_gone": "not there any more",
    "skipped_full": "have no room for another tag",
    "pairs": "pairs that may be one person",
    "made": "vectors made",
    "same": "as they were",
    "model": "",
    "waiting": "",
    "screened": "screened",
    "reused": "of them known before",
    "sent": "with the vendor",
    "unverified": "verdicts set aside: the quote was not there",
    "calls": "calls",
    "tokens": "tokens",
    "cost": "US dollars",
    "rate": "people a minute",
    "suspect": "profiles with text that reads like orders to the model",
    "found": "found",
    "missed": "not known to anyone asked",
    "fresh": "known, or asked about lately",
    "no_address": "without a public LinkedIn address",
    "left_alone": "on a do-not-contact list, so nobody was asked",
    "fetching": "being looked for by the vendor",
    "unknown": "perhaps asked about",
    "credits": "credits",
}
