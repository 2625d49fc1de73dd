"""Lists that rules use."""

from __future__ import annotations

# Lists that rules use
LISTS_TITLE = "Lists"
LISTS_HINT = "People, companies and schools that filter rules look up. A list can be used in any search."
LISTS_EMPTY_TITLE = "No lists yet"
LISTS_EMPTY_BODY = (
    "A list holds people you must not contact, companies you never want, or schools you look for. "
    "Make one, paste its lines, then use it in a filter rule of a search."
)
LISTS_EMPTY_VIEWER = "Nobody has shared a list with you yet."
LISTS_NAMES = "Other names"
NAMES_TITLE = "Other names"
NAMES_HINT = (
    "Two names of one company or school. A list that has one of them finds people by the other, too: in all lists, "
    "for everyone. Names are compared without legal forms, accents and punctuation."
)
NAMES_EFFECT = (
    "Nothing that was applied changes by this: where rules are in force, their page says that names have changed, "
    "and shows what applying again would do."
)
NAMES_CHAIN = "A pair is no chain: if A is B and B is C, add A and C as well."
NAMES_ADD_TITLE = "Add a pair"
NAMES_HOLDS = "Of"
NAMES_HOLDINGS = {"companies": "a company", "schools": "a school"}
NAMES_NAME = "This name"
NAMES_NAME_HINT = "For example: Facebook"
NAMES_SAME = "means the same as"
NAMES_SAME_HINT = "For example: Meta Platforms"
NAMES_ADD = "Add the pair"
NAMES_ADDED = "“{name}” and “{same_as}” are taken for the same from now on."
NAMES_REMOVED = "The pair is removed. Lists find people by their own names only."
NAMES_COLUMNS = ("Name", "Means the same as", "Of", "Lists with one of them", "Added by")
NAMES_OF = {"companies": "Company", "schools": "School"}
NAMES_LISTS_NONE = "None yet"
NAMES_LISTS_MORE = "{names} and more"
NAMES_FIND = "Find a name…"
NAMES_FIND_LABEL = "Find a name"
NAMES_EMPTY_TITLE = "No other names yet"
NAMES_EMPTY_BODY = "Add a pair when a company was renamed, or when people write its name in two ways."
NAMES_EMPTY_VIEWER = "Nobody has added a pair of names yet."
NAMES_NOT_FOUND = "No name contains this."
NAMES_REMOVE = "Remove: {name} means the same as {same_as}"
LIST_NEW = "New list"
LIST_EDIT = "Rename or share"
LIST_EDIT_TITLE = "Rename or share the list"
LIST_NAME = "Name"
LIST_NAME_HINT = "For example: Clients that must not be approached"
LIST_KIND = "Kind"
LIST_KINDS = {
    "past_candidates": "Past candidates",
    "blacklisted_companies": "Blacklisted companies",
    "not_relevant_companies": "Companies that are not relevant",
    "target_companies": "Target companies",
    "target_universities": "Target universities",
    "do_not_contact": "Do not contact",
    "custom": "A list of your own",
}
LIST_KIND_HINTS = {
    "past_candidates": "People. A rule leaves out who is on it.",
    "blacklisted_companies": "Companies. A rule leaves out who works there.",
    "not_relevant_companies": "Companies. A rule leaves out who works there.",
    "target_companies": "Companies. A rule leaves out who does not work there.",
    "target_universities": "Schools. A rule leaves out who did not study there.",
    "do_not_contact": "People. A rule leaves out who is on it.",
    "custom": "Say what it holds. A rule says what it means.",
}
LIST_HOLDS = "It holds"
LIST_HOLDINGS = {"people": "People", "companies": "Companies", "schools": "Schools"}
LIST_SHARED = "Share with the team"
LIST_CREATE = "Make the list"
LIST_SAVED = "The list is saved."
LIST_COLUMNS = ("Name", "Kind", "Entries", "Version", "From", "Used by", "State")
LIST_SOURCES = {"typed": "Typed in", "file": "File", "sheet": "Google Sheet"}
LIST_SHARED_WITH = {True: "Shared with the team", False: "Only you and admins see it"}
LIST_OWNER = "by {who}"
LIST_USED_BY = "{n} rule sets"
LIST_USED_BY_ONE = "1 rule set"
LIST_USED_NOWHERE = "–"
LIST_STATES = {
    "empty": "Nothing in it yet",
    "typed": "In force",
    "never": "Not read yet",
    "ok": "Read",
    "failed": "Not read",
}
LIST_SYNC_FAILED = "{message} The last good version stays in force."
LIST_FACTS = {"kind": "Kind", "entries": "Entries", "version": "Version", "source": "From", "changed": "Changed",
              "owner": "Owner", "used": "Used by", "state": "State"}  # fmt: skip
LIST_IN_SEARCH = "in “{title}”, an older version"
LIST_DELETE = "Delete"
LIST_DELETE_ASK = (
    "Delete this list? Rules that use it can no longer be applied. What it has done stays in the ledger, and nobody "
    "comes back by it."
)
LIST_DELETE_SURE = "Delete the list"
LIST_KEEP = "Keep it"
LIST_DELETED = "The list “{name}” is deleted."
LIST_ADD_TITLE = "Add entries"
LIST_OF_SHEET = (
    "This list is read from a Google Sheet: whatever is added here goes when the sheet is read next. Change the sheet, "
    "or empty its address below first."
)
LIST_TEXT = "Type or paste, one entry a line"
LIST_TEXT_HINTS = {
    "people": "A LinkedIn address, an e-mail address, or name and company, in any order; a pasted table works, too.",
    "companies": "A company a line. Legal forms, accents and case do not matter.",
    "schools": "A school a line. Accents and case do not matter.",
}
LIST_TEXT_ADD = "Add these"
LIST_TEXT_REPLACE = "Replace the list"
LIST_FILE = "From a file"
LIST_FILE_LABEL = "File with the entries"
LIST_FILE_HINT = "CSV, Excel, Parquet or JSON; the first row may name the columns."
LIST_FILE_READING = "A file is being read"
LIST_FILE_WAITS = "It waits for a job worker."
LIST_FILE_ROWS = "{n:,} rows read"
LIST_FILE_STAYS = "The last good version stays in force meanwhile."
LIST_FILE_CANCELLED = "Reading the file was cancelled. The list is as it was."
LIST_FILE_MODES = {"replace": "Takes the list's place", "add": "Is added to the list"}
LIST_SHEET = "From a Google Sheet"
LIST_SHEET_ADDRESS = "Address of the sheet"
LIST_SHEET_RANGE = "Range"
LIST_SHEET_RANGE_HINT = "The name of its tab, or a part of one, for example Blacklist!A:C."
LIST_SHEET_EVERY = "Read it"
LIST_SHEET_TIMES = {"0": "Only when asked", "60": "Every hour", "1440": "Every day", "10080": "Every week"}
LIST_SHEET_HINT = "Share the sheet with the service account of this installation first; your admin knows its address."
LIST_SHEET_SAVE = "Save and read it now"
LIST_SHEET_GONE = "The list is no longer read from a sheet. Its entries stay."
LIST_SHEET_OFF = (
    "Google Sheets are off: your admin sets them up with GOOGLE_SERVICE_ACCOUNT_FILE. Until then paste the lines, or "
    "export the sheet as a file."
)
LIST_SHEET_STARTED = "The sheet is being read."
LIST_FILLED = "{added:,} added, {removed:,} removed. The list has {entries:,} entries now, version {version}."
LIST_FILLED_SAME = "Nothing changed: the list has these entries already."
LIST_FILLED_LEFT = "{n:,} lines were no entries, or there twice."
LIST_FILLED_ERASED = "{n:,} lines about people who were erased on request were left out."
LIST_REMOVED = "1 entry removed. The list has version {version} now."
LIST_ENTRIES = "Entries"
LIST_ENTRY_COLUMNS = {
    "people": ("Row", "Name", "Company", "Address or e-mail", "As it came"),
    "companies": ("Row", "Company", "As it came"),
    "schools": ("Row", "School", "As it came"),
}
LIST_FIND = "Find in the entries…"
LIST_FIND_LABEL = "Find in the entries"
LIST_EMPTY = "There is nothing in this list yet. Type or paste its first lines above."
LIST_EMPTY_VIEWER = "There is nothing in this list yet."
LIST_NOT_FOUND = "No entry contains this."
LIST_ENTRY_REMOVE = "Remove {label}"
LIST_SHOWN = "{first:,}–{last:,} of {total:,}"
LIST_PREVIOUS = "Previous"
LIST_NEXT = "Next"
LIST_VERSIONS = "Versions"
LIST_VERSION_COLUMNS = ("Version", "When", "Who", "From", "Added", "Removed", "Entries", "What changed")
LIST_VERSIONS_EMPTY = "Each change of the entries becomes a version, listed here."
LIST_CHANGES = "Show"
LIST_CHANGES_LABEL = "Show what version {n} changed"
LIST_CHANGES_ADDED = "Added"
LIST_CHANGES_REMOVED = "Removed"
LIST_CHANGES_MORE = "and {n:,} more"
LIST_READ_ONLY = "You may look at this list, but not change it."
