"""What the interface says. Plain, calm, and about what to do next."""

from __future__ import annotations

PRODUCT = "SourcingX"
NAV_LABEL = "Main"
NAV_SEARCHES = "Searches"
NAV_RUNS = "Runs"
NAV_DUPLICATES = "Duplicates"
SKIP = "Skip to content"
CLOSE = "Close"
CANCEL = "Cancel"
SAVE = "Save"
UNDO = "Undo"

ROLES = {"recruiter": "Recruiter", "admin": "Admin", "viewer": "Viewer"}
THEME = "Light or dark"
SIGN_OUT = "Sign out"
USER_MENU = "Your account"
LOADING = "Loading"
NEEDS_SCRIPT = "SourcingX needs JavaScript. Switch it on for this site and load the page again."

NOT_FOUND_TITLE = "There is no such page"
NOT_FOUND_BODY = "The address may be mistyped, or the page has moved."
FORBIDDEN_TITLE = "Not for you to see"
PROBLEM_TITLE = "This page cannot be shown"
TO_SEARCHES = "Go to your searches"

# Errors
UNEXPECTED = "Something went wrong (reference {reference}). Try again; if it stays, give your admin the reference."
SIGN_IN_FIRST = "Sign in first."
METRICS_TOKEN_WRONG = "Send METRICS_TOKEN as a bearer token."
NOT_ALLOWED = "You are not allowed to do this. Ask an admin for the role that is."
UNKNOWN_CALL = "This page is older than the server. Load it again."
BAD_TOKEN = "This page is older than your sign-in. Load it again."
FOREIGN_ORIGIN = "This request came from another site and was refused."

# Said by app.js
IN_BROWSER = {
    "product": PRODUCT,
    "close": CLOSE,
    "unreachable": "The server does not answer. What you did was perhaps not done; try again in a moment.",
    "expired_title": "Your sign-in has ended",
    "expired_body": "Sign in again in a new tab, then come back: this page and what you typed stay as they are.",
    "sign_in": "Sign in",
}
KNOWN_HINT = "Already known: in other searches that you may see"

# Sign-in pages
LOGIN_TITLE = "Sign in"
LOGIN_EMAIL = "E-mail"
LOGIN_PASSWORD = "Password"
LOGIN_SUBMIT = "Sign in"
LOGIN_HINT = "No password? Ask an admin for a sign-in link."
LOGIN_STALE = "This form was open for too long. Try again."
LINK_TITLE = "Sign in with this link"
LINK_BODY = "The link works once."
LINK_SUBMIT = "Sign in"

# Searches
SEARCHES_TITLE = "Searches"
SEARCHES_ARCHIVED = "Archived searches"
SEARCH_NEW = "New search"
SEARCH_EDIT = "Edit"
SEARCH_EDIT_LABEL = "Edit {title}"
SEARCH_EDIT_TITLE = "Edit search"
SEARCH_TITLE = "Title"
SEARCH_TITLE_HINT = "For example: Backend engineers, Lisbon"
SEARCH_VISIBILITY = "Who may see it"
VISIBILITIES = {"team": "Team", "private": "Only me", "named": "Named people"}
VISIBILITIES_LIST = {"team": "Team", "private": "Private", "named": "Named people"}
SEARCH_MEMBERS = "Their e-mail addresses"
SEARCH_MEMBERS_HINT = "Separate addresses with commas. You and admins see it in any case."
SEARCH_CREATE = "Create search"
SEARCH_CREATED = "Search created."
SEARCH_SAVED = "Search saved."
SEARCH_ARCHIVE = "Archive"
SEARCH_RESTORE = "Restore"
ARCHIVE_STARTED = "The search is being archived. It can be read meanwhile, and stays under “Show archived”."
ARCHIVE_DONE = "“{title}” is archived: find it under “Show archived”."
ARCHIVE_RESTORING = "The search is being restored. Its archive can be read meanwhile."
ARCHIVE_RESTORED = "“{title}” is back."
ARCHIVE_RESTORED_HERE = "This search is back as it was."
ARCHIVE_OPEN = "Open it"
ARCHIVE_RESTORE_LABEL = "Restore {title}"
ARCHIVE_GOES_ON = {"archive": "Archiving", "restore": "Restoring"}
ARCHIVE_STEPS = "{what}: {percent} %"
ARCHIVE_WAITS = "{what}: waits its turn"
ARCHIVE_BEGINS = "{what}…"
ARCHIVE_FAILED = {"archive": "Archiving failed: {reason}", "restore": "Restoring failed: {reason}"}
ARCHIVE_FROZEN = "This search is being archived: until that is done it can be read, but not changed."
ARCHIVE_TITLE = "Archived"
ARCHIVE_BANNER = "Archived {when} by {who}. {count} people, {size} in files. Nothing can be changed here."
ARCHIVE_ASK = "Only the owner, {owner}, or an admin can restore it."
ARCHIVE_TIERS = {"warm": "Warm", "cold": "Cold"}
ARCHIVE_TIER_HINTS = {
    "warm": "The people's raw records are still in the tables: restoring is quick.",
    "cold": "The people's raw records are in files too: the smallest there is, and restoring takes longer.",
}
ARCHIVE_ROWS = "People in this archive, the best score first"
ARCHIVE_EMPTY = "Nobody was in this search."
ARCHIVE_PAGE = "Page"
ARCHIVE_PAGES = "of {pages}"
ARCHIVE_PREVIOUS = "Previous"
ARCHIVE_NEXT = "Next"
ARCHIVE_SUGGESTION = ("One of your searches was not used for {days} days: {titles}.",
                      "{count} of your searches were not used for {days} days: {titles}.")  # fmt: skip
ARCHIVE_SUGGESTED = ("Archive it", "Archive them")
ARCHIVE_SUGGESTED_STARTED = "{count} searches are being archived. They stay under “Show archived”."
COLUMN_ARCHIVED = "Archived"
COLUMN_KEPT = "Kept as"
SHOW_ARCHIVED = "Show archived"
SHOW_MORE = "Show more"
COLUMN_TITLE = "Title"
COLUMN_COUNT = "People"
COLUMN_OWNER = "Owner"
COLUMN_VISIBILITY = "Seen by"
COLUMN_CREATED = "Created"
COLUMN_ACTIONS = "Actions"
EMPTY_TITLE = "No searches yet"
EMPTY_BODY = (
    "A search holds the people you look at for one role. Create one, then upload a file of profiles "
    "(CSV or JSON) into it."
)
EMPTY_VIEWER = "Nobody has shared a search with you yet. Ask a recruiter to share one, or an admin for another role."
EMPTY_DEMO = "Only looking around? Run “make demo” for 10,000 made-up people."
EMPTY_ARCHIVED = "No search is archived."

# The page of a search
CRUMBS = "Where you are"
IMPORT_OPEN = "Import"
SCREEN_OPEN = "Screen"
EXPORT_OPEN = "Export"
COPY_LINK = "Copy link"
COLUMNS = "Columns"
FILTERS = "Filters"
STATUS = "Status"
STATUS_TABS = {"active": "Active", "shortlisted": "Shortlisted", "filtered": "Filtered out", "all": "All"}
QUICK_SEARCH = "Search name, title, company, skills…  (Ctrl K)"
QUICK_SEARCH_LABEL = "Search name, title, company, location and skills"
CHIPS_CLEAR = "Clear all"
CHIPS_LABEL = "Filters of this view"
STALE_PILL = "Newer data – refresh"
STAGES = {
    "new": "New",
    "shortlisted": "Shortlisted",
    "contacted": "Contacted",
    "interviewing": "Interviewing",
    "hired": "Hired",
    "rejected": "Rejected",
}
COLUMN_LABELS = {
    "full_name": "Name",
    "last_name": "Last name",
    "title": "Title",
    "company": "Company",
    "location": "Location",
    "score": "Score",
    "fit": "Fit",
    "stage": "Stage",
    "years_experience": "Experience (y)",
    "current_tenure_months": "Current tenure (mo)",
    "average_tenure_months": "Average tenure (mo)",
    "skills": "Skills",
    "headline": "Headline",
    "industry": "Industry",
    "known": "Known",
    "tags": "Tags",
    "note_count": "Notes",
    "filter_status": "Status",
    "source": "Source",
    "has_email": "E-mail known",
    "added_at": "Added",
    "screened_at": "Screened",
}
EMPTY_FILTERS = "Nobody matches these filters."
EMPTY_FILTERS_CLEAR = "Clear all filters"
EMPTY_TAB = "Nobody stands under this tab."
EMPTY_TAB_ALL = "Show all people"
EMPTY_SEARCH = "There is nobody in this search yet."
EMPTY_SEARCH_IMPORT = "Import people"
PINNED = "Keep at the left"
UNDO_LAST = "Take back your last action in this search"
UNDO_NOTHING = "There is no action of yours in this search that can be taken back."
GRID_TOO_LARGE = "This view is too large to be kept ready: far jumps take longer. Narrow it with a filter."
# Said by grid.js; {n} and the like are filled in there.
GRID_IN_BROWSER = {
    "retry": "Retry now",
    "moved": "The data changed and this view was no longer kept, so it was loaded again.",
    "newer": "Newer data was loaded.",
    "unselected": "Nobody is selected any more: the same places may hold other people now.",
    "away": "The server does not answer. Trying again…",
    "away_later": "The server does not answer. Try again in a moment.",
    "away_person": "The server does not answer. Open the person again in a moment.",
    "refused": "The server refused to answer. Reload the page.",
    "person": "{n} person",
    "people": "{n} people",
    "about": "about {people}",
    "show": "Show {people}",
    "show_all": "Show people",
    "selected": "{n} selected",
    "all_selected": "All {n} selected",
    "all_but": "All {n} but {m} selected",
    "all": "All {n}",
    "select_all": "Select all {n} matching",
    "range_most": "At most {n} people can be selected by Shift. Narrow the view, then select all that match.",
    "except_most": "At most {n} people can be left out one by one. Narrow the view instead.",
    "copied": "Link copied. Colleagues who may see this search see the same rows.",
    "not_copied": "The browser does not let this page copy. The link stands in the address bar.",
    "deleted": "Deleted since",
    "no_name": "No name",
    "yes": "Yes",
    "known": "In {n} other searches",
    "known_one": "In another search",
    "known_more": "and {n} more",
    "known_by": "by {who}",
    "known_screened": "screened",
}
BULK_LABEL = "Actions on the selected people"
SELECT_ALL = "Select all matching"
SHORTLIST = "Shortlist"
SET_STAGE = "Set stage"
ADD_TAG = "Add tag"
TAG_PLACEHOLDER = "Tag"
TAG_MENU = "Tag"
TAG_LABEL = "Tag to add or take away"
REMOVE_TAG = "Remove tag"
EXCLUDE = "Exclude"
RESTORE = "Restore"
EXPORT_SELECTED = "Export"
CLEAR_SELECTION = "Select nobody"
DRAWER_LABEL = "Person"
DRAWER_KEYS = "← → to walk through, Esc to close"
PREVIOUS = "Previous person"
NEXT = "Next person"

# One person
PERSON_UNNAMED = "No name"
PERSON_GONE_TITLE = "Not here any more"
PERSON_GONE = "This person was removed from the search. Go on with the next one, or close this."
PERSON_FAILED_TITLE = "This person cannot be shown"
PERSON_END = "This is the last person of this view."
PERSON_START = "This is the first person of this view."
PERSON_RETRY = "Try again"
PERSON_TITLE_AT = "{title} at {company}"
PERSON_SCORE = "{score} of 10"
PERSON_STAGE = "Stage"
PERSON_YEARS = ("{n} year", "{n} years")
PERSON_MONTHS = ("{n} month", "{n} months")
PERSON_SCREENED = "screened"
PERSON_SUMMARY = "Summary"
PERSON_SKILLS = "Skills"
PERSON_POSITIONS = "Positions"
PERSON_EDUCATIONS = "Education"
PERSON_VERDICTS = "Criteria"
PERSON_KNOWN = "Also in"
PERSON_BY = "{what} by {who}"
SOURCES_TITLE = "Where each value comes from"
SOURCE_COLUMNS = ("Value", "Source", "Known since")
SOURCE_MERGED = "merged"
PERSON_NOTES = "Notes"
PERSON_HISTORY = "History"
PERSON_NOW = "now"
PERSON_EMAIL = "E-mail"
PERSON_PHONE = "Phone"
PERSON_LINKEDIN = "LinkedIn"
PERSON_EXPERIENCE = "Experience"
PERSON_TENURE = "Current tenure"
PERSON_AVERAGE = "Average tenure"
PERSON_TAGS = "Tags"
PERSON_INDUSTRY = "Industry"
PERSON_COUNTRY = "Country"
PERSON_SOURCE = "Source"
PERSON_COLLECTED = "Collected"
PERSON_NO_SOURCE = "not known"
PERSON_FILTERED = "Filtered out: {reason}"
PERSON_FILTERED_OUT = "Filtered out"
PERSON_OVERRIDE = "Set to {fit} by {who}: {reason}"
VERDICTS = {"pass": "Yes", "fail": "No", "unknown": "Not known"}
CRITERION_KINDS = {"must": "Must", "should": "Should", "avoid": "Avoid"}
EVIDENCE_FROM = "({field})"
FIELD_NAMES = {"positions": "positions", "educations": "education", "summary": "summary", "filter_status": "status"}
EVENTS = {"note": "{who} wrote a note", "merge": "{who} merged another profile into this one"}
EVENT_CHANGE = "{who} changed {field}"
EVENT_UNDONE = "undone"
EVENT_NOTHING = "nothing"
NOTE_LABEL = "New note"
NOTE_PLACEHOLDER = "Write a note… (Ctrl + Enter saves)"
NOTE_SAVE = "Save note"
NOTE_SAVED = "Note saved."
NOTE_DELETE = "Delete"
NOTE_DELETE_LABEL = "Delete your note: {start}"
NOTE_DELETED = "Note deleted."
NOTE_DELETED_BACK = "Note deleted. Its text is in the note box, in case you want it back."
RAW_TITLE = "Raw data"
RAW_OPEN = "Show raw data"
RAW_NONE = "No source left raw data for this person."

# Filter panel
FACET_LABELS = {
    "stage_in": "Stage",
    "fit_in": "Fit",
    "title_in": "Title",
    "company_in": "Company",
    "location_in": "Location",
    "skills_in": "Skills",
    "score": "Score",
    "years_experience": "Experience (years)",
    "current_tenure_months": "Current tenure (months)",
    "average_tenure_months": "Average tenure (months)",
    "tags_in": "Tags",
    "industry_in": "Industry",
    "source_in": "Source",
    "has_email": "E-mail known",
    "added_at": "Added",
    "screened_at": "Screened",
    "status_in": "Status",
}
FACET_FIND = {
    "title_in": "Find a title…",
    "company_in": "Find a company…",
    "location_in": "Find a place…",
    "skills_in": "Find a skill…",
    "tags_in": "Find a tag…",
    "industry_in": "Find an industry…",
}
FITS = {"strong": "Strong", "possible": "Possible", "weak": "Weak"}
FLAGS = {True: "Yes", False: "No"}
FACET_BLANK = "Not filled in"
FACET_EMPTY = "Nobody in this view has a value here. Remove a filter to see more."
FACET_NOT_FOUND = "No value contains this."
FACET_MORE = "The 20 most frequent. Find others by name."
FACET_ABOUT = "about"
FACET_ABOUT_NOTE = "Counts are estimates: this view is large. Filter further for exact ones."
FACET_COUNT = "{label}, {count}"
FACET_CLEAR = "Clear"
FACET_CLEAR_LABEL = "Clear the filter on {label}"
FACET_RETRY = "Try again"
FACET_FROM = "From"
FACET_TO = "To"
FACET_FROM_LABEL = "{label}, from"
FACET_TO_LABEL = "{label}, to"
FACET_DAY = "2026-05-31"
FACET_BAR = "{low} to {high}: {count}"
FACET_BAR_ONE = "{value}: {count}"
FACET_BARS = "{label}: {low} to {high}"
FACET_BLANKS = "{count} not filled in"
CHIP_REMOVE = "Remove filter: {sentence}"

# Saved views
VIEWS = "Views"
VIEWS_EMPTY = "No saved views yet. Set filters and sort as you like, then give the view a name."
VIEW_NAME = "Save this view as"
VIEW_NAME_HINT = "For example: Seniors in Lisbon"
VIEW_SHARED = "Share with the team"
VIEW_SHARED_MARK = "shared"
VIEW_SAVE = "Save view"
VIEW_SAVED = "View “{name}” saved."
VIEW_USUAL = "Usual view: everyone active"
VIEW_ACTIONS = "What to do with {name}"
VIEW_DEFAULT_MARK = "opens first"
VIEW_RENAME = "Rename"
VIEW_RENAMED = "The view is now called “{name}”."
VIEW_NEW_NAME = "New name of {name}"
VIEW_SHARE = "Share"
VIEW_UNSHARE = "Stop sharing"
VIEW_SHARED_NOW = "“{name}” is shared: everyone who sees this search may open it."
VIEW_UNSHARED = "“{name}” is only yours again."
VIEW_DEFAULT = "Open first"
VIEW_UNDEFAULT = "Not first"
VIEW_DEFAULT_NOW = "This search opens with “{name}” for you from now on."
VIEW_DEFAULT_GONE = "This search opens with everyone active again."
VIEW_DELETE = "Delete"
VIEW_ASK = "Delete “{name}”?"
VIEW_ASK_SHARED = "Delete “{name}”? Those with whom it is shared lose it, too."
VIEW_KEEP = "Keep"
VIEW_DELETED = "“{name}” is deleted."

# Import
IMPORT_TITLE = "Import people"
IMPORT_INTO = "Into "
IMPORT_FILE = "Files to import"
IMPORT_HINT = (
    "Choose or drop CSV, Excel (XLSX), Parquet or JSON files, such as an export from PhantomBuster or LinkedIn. "
    "Several files become one import."
)
IMPORT_TOO_LARGE = "The file is larger than {megabytes} MB. Split it, or ask your admin to raise MAX_UPLOAD_MB."
IMPORT_BROKEN = "The upload did not arrive. Check the connection and choose the file again."
IMPORT_MAPPING = "What the columns are"
IMPORT_MAPPING_HINT = (
    "Correct what is wrong. Columns marked “Keep only” are not lost: they are kept with the person, "
    "under what the file says."
)
IMPORT_REMEMBERED = "Filled in as {who} did for a file with the same columns on {when} (used {uses}×)."
IMPORT_SOMEONE = "a colleague"
IMPORT_GUESSES = {
    "header": "Known header",
    "remembered": "As last time",
    "similar": "Like “{like}”, {confidence} %",
    "values": "By its values, {confidence} %",
}
IMPORT_UNKNOWN = "Not known"
IMPORT_NO_SAMPLES = "nothing in the first rows"
IMPORT_KINDS = {"csv": "CSV", "xlsx": "Excel workbook", "parquet": "Parquet", "json": "JSON"}
IMPORT_DELIMITER = "Delimiter"
IMPORT_DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
IMPORT_ENCODING = "Encoding"
IMPORT_HEADER_ROW = "Row with the column names"
IMPORT_HEADER_HINT = "0 if no row names the columns"
IMPORT_SHEETS = "Sheets"
IMPORT_ROW = "Row"
IMPORT_DRY_RUN = "Try it out"
IMPORT_DRY_RUN_HINT = "Counts what the import would do, without changing anything."
IMPORT_DRY_RUN_DONE = "What the import would do. Nothing was changed."
IMPORT_NO_FIELD = "Keep only"
IMPORT_PREVIEW = "First {count} rows"
IMPORT_PREVIEW_ONE = "The first row"
IMPORT_START = "Import"
IMPORT_REJECTED = "Download the rows that could not be taken"
IMPORT_SHOW = "Show the people"
IMPORT_ANOTHER = "Import another file"

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
    "propose": "Proposed criteria",
    "export": "Export",
    "bulk": "Bulk action",
    "undo": "Undo",
    "archive": "Archive",
    "restore": "Restore",
    "find_duplicates": "Finding duplicates",
}
RUN_STATES = {
    "queued": "Waiting",
    "running": "Running",
    "paused": "Paused",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
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
    "suppressed": "suppressed",
    "repeated": "again in the files",
    "already_known": "already in other searches",
    "skipped_changed": "left alone, a colleague changed them meanwhile",
    "skipped_gone": "not there any more",
    "skipped_full": "have no room for another tag",
    "compared": "compared",
    "pairs": "pairs that may be one person",
    "waiting": "",
    "screened": "screened",
    "reused": "of them known before",
    "unverified": "verdicts set aside: the quote was not there",
    "calls": "calls",
    "tokens": "tokens",
    "cost": "US dollars",
}

# Duplicates
DUPLICATES_TITLE = "Duplicates"
DUPLICATES_HINT = (
    "Two profiles that may be one person. Nothing is merged until you say so, and every merge can be taken back."
)
DUPLICATES_STATE = "Show"
DUPLICATES_STATES = {"open": "To decide", "merged": "Merged by me", "dismissed": "Not the same person"}
DUPLICATES_SEARCH = "Search"
DUPLICATES_ANY_SEARCH = "All searches"
DUPLICATES_SCORE = "How likely"
DUPLICATES_SCORES = {"60": "Possible and more", "75": "Likely and more", "90": "Very likely"}
DUPLICATES_BANDS = {"very_likely": "Very likely", "likely": "Likely", "possible": "Possible"}
DUPLICATES_FIND = "Find duplicates"
DUPLICATES_NEXT = "Show the next ones"
DUPLICATES_EMPTY = {
    "open": (
        "Nobody to decide about",
        "New and changed people are compared after an import. “Find duplicates” does it now.",
    ),
    "merged": ("Nothing to take back", "Pairs that you merge are listed here, and each merge can be undone."),
    "dismissed": ("No such pairs", "Pairs that are not the same person are listed here, in case someone erred."),
}
DUPLICATES_EMPTY_FILTERED = ("No such pairs", "No pair fits these choices. Take another search or another likelihood.")
DUPLICATES_FAILED = "The list cannot be shown"
DUPLICATE_LABEL = "{a} and {b}, {score} of 100"
DUPLICATE_SCORE = "{score} of 100"
DUPLICATE_FIELD = "What"
DUPLICATE_DIFFERS = "differs"
DUPLICATE_OLDER = "Known first"
DUPLICATE_NEWER = "Known later"
DUPLICATE_BOTH = "Both lists together"
DUPLICATE_BLANK = "–"
DUPLICATE_CHOOSE = "{field}: which one counts"
DUPLICATE_IN = "In "
DUPLICATE_GONE = "Merged away"
DUPLICATE_FROM = "Source: {source}"
DUPLICATE_MERGE = "Merge"
DUPLICATE_DISMISS = "Not the same person"
DUPLICATE_REOPEN = "Decide again"
DUPLICATE_MERGED = "{name} is one person now, in {n} searches."
DUPLICATE_MERGED_ONE = "{name} is one person now."
DUPLICATE_DISMISSED = "Kept as two people. They are not proposed again."
DUPLICATE_REOPENED = "To be decided again."
DUPLICATE_UNDONE = "Two people again, as they were before."
DUPLICATE_UNDONE_KEPT = "Two people again. What was changed since the merge was left as it is: {what}."
DUPLICATE_KEPT = {
    "profiles": "values of the person",
    "candidates": "stages, tags or scores",
    "notes": "notes",
    "verdicts": "verdicts",
}
DUPLICATE_KEPT_REST = "other entries"
DUPLICATE_BY = "{who}, "
DUPLICATE_LATER = "Merged with someone else since: take that back first."
DUPLICATE_READ_ONLY = "You may look, but not decide."
DUPLICATE_FIELDS = {
    "full_name": "Name",
    "headline": "Headline",
    "title": "Title",
    "company": "Company",
    "location": "Location",
    "country": "Country",
    "industry": "Industry",
    "email": "E-mail",
    "phone": "Phone",
    "linkedin_url": "LinkedIn",
    "skills": "Skills",
    "years_experience": "Experience (y)",
    "summary": "Summary",
}
DUPLICATE_REASONS = {
    "name_same": "same name",
    "name_close": "nearly the same name",
    "name_like": "similar name",
    "name_differs": "different name",
    "name_common": "a common name",
    "company_same": "same company",
    "company_like": "similar company",
    "company_earlier": "one worked at the other's company",
    "company_differs": "different company",
    "title_same": "same title",
    "title_like": "similar title",
    "title_differs": "different title",
    "location_same": "same place",
    "location_differs": "different place",
    "email_same": "same e-mail",
    "mailbox_same": "same mailbox name",
    "phone_same": "same phone",
    "phone_differs": "different phone",
    "url_same": "same LinkedIn address",
    "url_differs": "two LinkedIn addresses",
    "skills_shared": "same skills",
}

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

# Export
EXPORT_TITLE = "Export {people}"
EXPORT_ONE = "1 person"
EXPORT_MANY = "{n:,} people"
EXPORT_VARIANT = "What"
EXPORT_VARIANTS = {
    "processed": ("People", "One row a person, with how they were filtered and screened."),
    "combined": ("As imported", "All columns of all files and sources, as they came."),
    "detailed": ("Positions and verdicts", "One row for each position and one for each verdict."),
}
EXPORT_FORMAT = "File"
EXPORT_FORMATS = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "ndjson": "JSON lines"}
EXPORT_COLUMNS = "Columns"
EXPORT_COLUMNS_COUNT = "{n} of {total}"
EXPORT_COLUMNS_ALL = "All"
EXPORT_COLUMNS_GRID = "As in the grid"
EXPORT_ROWS = ("{n:,} row", "{n:,} rows")
EXPORT_FIRST = "The first {n} of them:"
EXPORT_NO_ROWS = {
    "processed": "There is nobody in this view. Remove a filter, or choose people first.",
    "combined": "No file or source left its own columns for these people. Choose another kind of export.",
    "detailed": "These people have no positions and no verdicts yet. Choose another kind of export.",
}
EXPORT_FIRST_NONE = "The first 100 people have none; further ones do."
EXPORT_LEFT_OUT = "and {n} more columns"
EXPORT_TABLE = "First rows of the export"
EXPORT_START = "Make the file"
EXPORT_PAST = "Your files of this search"
EXPORT_PAST_NONE = "Files that you make are kept here for a week."
EXPORT_UNTIL = "kept until"
EXPORT_DELETE = "Delete"
EXPORT_DELETE_LABEL = "Delete {name}"
EXPORT_DELETED = "The file was deleted."
EXPORT_DOWNLOAD_SIZE = "Download ({size})"
EXPORT_KEPT = "It is kept for a week, under your files below and under Runs."

# Screening
SCREEN_TITLE = "Screen"
SCREEN_INTO = "People of "
SCREEN_JOB = "Job description"
SCREEN_JOB_HINT = "Paste the job description here. Names, addresses and pay are not needed."
SCREEN_PROPOSE = "Propose criteria"
SCREEN_PROPOSING = "The model reads the job description…"
SCREEN_PROPOSED = "Proposed criteria: read them, change what is wrong, then save."
SCREEN_CRITERIA = "Criteria"
SCREEN_CRITERIA_HINT = (
    "Each is a question that a profile answers with yes or no. Without a must, someone is a weak fit; "
    "a yes to an avoid counts against them."
)
SCREEN_NO_CRITERIA = "No criteria yet. Let them be proposed from the job description, or add them yourself."
SCREEN_ADD = "Add criterion"
SCREEN_SAVE = "Save and estimate"
SCREEN_REMOVE = "Remove {title}"
SCREEN_THIS = "this criterion"
SCREEN_FIELDS = {"title": "Title", "question": "Question", "kind": "Kind", "weight": "Weight"}
SCREEN_KINDS = {"must": "Must", "should": "Should", "avoid": "Avoid"}
SCREEN_SCOPE = "Who is screened"
SCREEN_SCOPES = {"active": "Everyone active", "shortlisted": "The shortlist", "view": "The view you came from"}
SCREEN_ESTIMATE = "Estimate"
SCREEN_NO_ESTIMATE = "Save the criteria to see what screening would take."
SCREEN_NOBODY = "There is nobody in this view."
SCREEN_ALL_KNOWN = "Everyone here is screened by these criteria already; nobody is asked about again."
SCREEN_FIGURES = {
    "people": "people",
    "known": "already screened by these criteria",
    "calls": "calls of the model",
    "tokens": "tokens",
    "cost": "US dollars",
    "minutes": "at the account's limits",
}
SCREEN_MINUTES = "about {minutes} min"
SCREEN_UNDER_A_MINUTE = "under a minute"
SCREEN_PRICED = "Model {model}, list prices of {date}. An estimate from a sample of the profiles."
SCREEN_NO_PRICE = "Model {model}: its price is not known here, so no cost is estimated."
SCREEN_CUT = "The job description is long: the model reads its first part only."
SCREEN_START = "Start screening"
SCREEN_STARTED = "Screening started. You may leave this page; it goes on."
SCREEN_LATEST = "Latest screening"
SCREEN_SHOW = "Show the best fits"
SCREEN_AGAIN = "Try again"
SCREEN_RESUME = "Go on"
SCREEN_DEAD = "Could not be screened"
SCREEN_DEAD_HINT = "They keep whatever score they had. Nobody is rejected by this."
SCREEN_DEAD_MORE = "The first {count} are shown."
SCREEN_ATTEMPTS = {1: "1 attempt"}
SCREEN_ATTEMPTS_MANY = "{count} attempts"
SCREEN_REASONS = {
    "rate_limited": "The model's rate limit was reached",
    "quota_exhausted": "The account has no credit left",
    "refused": "The model declined to answer",
    "truncated": "The answer was cut off",
    "invalid_answer": "The answer was not usable",
    "server_fault": "The model's server failed",
    "timed_out": "The model did not answer in time",
    "bad_key": "The key was not accepted",
    "request_rejected": "The request was rejected",
}

# Administration
NAV_ADMIN = "Admin"
ADMIN_NAV = "Administration"
ADMIN_USERS = "Users"
ADMIN_SESSIONS = "Sign-ins"
ADMIN_WORKERS = "Workers"
ADMIN_JOBS = "Jobs"
ADMIN_KEYS = "Keys"
ADMIN_NAME = "Name"
ADMIN_EMAIL = "E-mail"
ADMIN_ROLE = "Role"
ADMIN_ROLE_OF = "Role of {name}"
ADMIN_LAST_USE = "Last use"
ADMIN_SIGN_INS = "Signed in"
ADMIN_SINCE = "Since"
ADMIN_NEVER = "never"
ADMIN_DISABLED = "disabled"
ADMIN_INVITE_TITLE = "Invite someone"
ADMIN_INVITE = "Make a sign-in link"
ADMIN_LINK_FOR = "Send this link to {whom}. It works once, within 15 minutes, and is not shown again."
ADMIN_NEW_LINK = "Sign-in link"
ADMIN_THEM = "them"
ADMIN_DISABLE = "Disable"
ADMIN_ENABLE = "Enable"
ADMIN_DISABLED_DONE = "Disabled. All their sign-ins have ended."
ADMIN_ENABLED_DONE = "Enabled. They can sign in again."
ADMIN_ROLE_DONE = "The role is changed, from their next click on."
ADMIN_SESSIONS_HINT = "Where someone's device was lost, end its sign-in here: its next request is refused."
ADMIN_OWN_SESSION = "this one"
ADMIN_END = "End"
ADMIN_END_DONE = "This sign-in has ended."
ADMIN_KINDS = {"web": "Web worker", "worker": "Job worker"}
ADMIN_KIND = "Process"
ADMIN_HOST = "Host and pid"
ADMIN_PSS = "Memory"
ADMIN_RSS = "With shared"
ADMIN_LIMIT = "Limit"
ADMIN_POOL = "Connections"
ADMIN_POOL_OF = "{used} of {size}, {waiting} waiting"
ADMIN_AGE = "Age"
ADMIN_TOTAL = "Memory in all"
ADMIN_PROCESSES = "Processes"
ADMIN_REPLACING = "ends after its requests"
ADMIN_NO_REDIS = "Redis does not answer, and processes tell their figures through it. Each also stands in its log."
ADMIN_NO_WORKERS = "No process has told its figures yet"
ADMIN_NO_WORKERS_HINT = "They do so every FIGURES_S seconds."
ADMIN_SLOW = "Where the database's time goes"
ADMIN_SLOW_HINT = "Statements since the statistics were reset, the most time in all first. $1 stands for a value."
ADMIN_STATEMENT = "Statement"
ADMIN_CALLS = "Calls"
ADMIN_MEAN = "Mean"
ADMIN_MAX = "Longest"
ADMIN_SUM = "In all"
ADMIN_OLDEST = "the oldest for {age}"
ADMIN_SILENCE = "The job worker gave its last sign of life {seconds} s ago."
ADMIN_NO_JOB_WORKER = "No job worker has ever given a sign of life here: start one with sourcingx worker."
ADMIN_QUEUE_EMPTY = "Nothing waits and nothing goes on."
ADMIN_DEAD = "Failed in the last 30 days"
ADMIN_NO_DEAD = "Nothing has failed"
ADMIN_DEAD_CALLS = "Calls to the model that were given up"
ADMIN_ABOUT = "What happened"
ADMIN_ENDED = "Ended"
ADMIN_REASON = "Reason"
ADMIN_PEOPLE = "People"
ADMIN_RETRY = "Try again"
ADMIN_RETRIED = "The job waits in the queue again and goes on where it stopped."
ADMIN_KEYS_HINT = "Keys are set where SourcingX is started, as NAME or NAME_FILE, and are never shown."
ADMIN_KEY = "Key"
ADMIN_KEY_STATE = "Where from"
ADMIN_KEY_ORIGINS = {"environment": "set in the environment", "file": "read from the file that {name}_FILE names",
                     "": "not set"}  # fmt: skip
ADMIN_TEST = "Test connection"
