"""Ids of the components that callbacks and browser tests name. docs/ids.md is compared with it by a test.

Widgets that stand in a row of a list have a dict id, made by a function below.
"""

from __future__ import annotations

from typing import Any

# Sign-in page
LOGIN_EMAIL = "login-email"
LOGIN_PASSWORD = "login-password"
LOGIN_SUBMIT = "login-submit"
LOGIN_PROVIDER = "login-provider"

# Setting a password: by a link, and on one's own page
PASSWORD_OLD = "password-old"
PASSWORD_NEW = "password-new"
PASSWORD_AGAIN = "password-again"
PASSWORD_SAVE = "password-save"
PASSWORD_PROBLEM = "password-problem"
ACCOUNT_SESSIONS = "account-sessions"


def account_end(session_id: Any) -> dict[str, Any]:
    """The button that ends one of one's own sign-ins. session_id may be dash.ALL."""
    return {"type": "account-end", "id": session_id}


# Shell, on every page
URL = "url"
PAGE = "page"
NAV = "nav"
NAV_MENU = "nav-menu"
USER_MENU = "user-menu"
SIGN_OUT = "sign-out"
THEME_TOGGLE = "theme-toggle"
MENTIONS = "mentions"
MENTIONS_CLOCK = "mentions-clock"
MENTIONS_LIST = "mentions-list"
MENTIONS_READ_ALL = "mentions-read-all"
MENTION_REQUEST = "mention-request"
MENTION_OFFER = "mention-offer"
TOAST = "toast"
UNDO = "undo"
UNDO_BATCH = "undo-batch"

# Searches
SEARCH_LIST = "search-list"
SEARCH_Q = "search-q"
SEARCH_WHOSE = "search-whose"
SEARCH_STATE = "search-state"
SEARCH_PAGER = "search-pager"
SEARCH_PAGE = "search-page"
SEARCH_PAGES = "search-pages"
SEARCH_PAGE_COUNT = "search-page-count"
SEARCH_PREVIOUS = "search-previous"
SEARCH_NEXT = "search-next"
SEARCH_COPY_FORM = "search-copy-form"
SEARCH_COPIED = "search-copied"
SEARCH_COPY_NAME = "search-copy-name"
SEARCH_COPY_SHARE = "search-copy-share"
SEARCH_COPY_PROBLEM = "search-copy-problem"
SEARCH_COPY_CANCEL = "search-copy-cancel"
SEARCH_COPY_DO = "search-copy-do"
SEARCH_DELETE_FORM = "search-delete-form"
SEARCH_DELETED = "search-deleted"
SEARCH_DELETE_PROBLEM = "search-delete-problem"
SEARCH_DELETE_CANCEL = "search-delete-cancel"
SEARCH_DELETE_DO = "search-delete-do"
NEW_SEARCH = "new-search"
FIRST_SAMPLE = "first-sample"
FIRST_UPLOAD = "first-upload"
FIRST_VENDOR = "first-vendor"
FIRST_PROBLEM = "first-problem"
FIRST_STEPS = "first-steps"
FIRST_DISMISS = "first-dismiss"
SEARCH_FORM = "search-form"
SEARCH_TITLE = "search-title"
SEARCH_VISIBILITY = "search-visibility"
SEARCH_MEMBERS = "search-members"
SEARCH_MEMBERS_BOX = "search-members-box"
SEARCH_MEMBERS_ADD = "search-members-add"
SEARCH_MEMBERS_LIST = "search-members-list"
SEARCH_COLLEAGUES = "search-colleagues"
SEARCH_OWNER = "search-owner"
SEARCH_PROBLEM = "search-problem"
SEARCH_SAVE = "search-save"
SEARCH_CANCEL = "search-cancel"
SEARCH_ARCHIVE = "search-archive"
SEARCH_EDITED = "search-edited"
SEARCH_SAVED = "search-saved"

# Archived searches: on the list, and the page of one
ARCHIVE_CLOCK = "archive-clock"
ARCHIVE_WATCH = "archive-watch"
ARCHIVE_SUGGESTION = "archive-suggestion"
ARCHIVE_SUGGESTED = "archive-suggested"
ARCHIVE_STATE = "archive-state"
ARCHIVE_ROWS = "archive-rows"
ARCHIVE_PAGE = "archive-page"
ARCHIVE_PREVIOUS = "archive-previous"
ARCHIVE_NEXT = "archive-next"
ARCHIVE_SEARCH = "archive-search"
ARCHIVE_PAGE_CLOCK = "archive-page-clock"

# Import
IMPORT_FILE = "import-file"
UPLOAD_PROGRESS = "upload-progress"
IMPORT_PREVIEW = "import-preview"
IMPORT_MAPPING = "import-mapping"
IMPORT_START = "import-start"
IMPORT_REPORT = "import-report"
REJECTED_DOWNLOAD = "rejected-download"
IMPORT_SLOT = "import-slot"
IMPORT_SETUP = "import-setup"
IMPORT_PROBLEM = "import-problem"
IMPORT_UPLOAD = "import-upload"
IMPORT_SEARCH = "import-search"
IMPORT_RUN = "import-run"
IMPORT_CLOCK = "import-clock"
IMPORT_FILES = "import-files"
IMPORT_DRY_RUN = "import-dry-run"
IMPORT_DRY_RUN_RUN = "import-dry-run-run"
IMPORT_DRY_RUN_CLOCK = "import-dry-run-clock"
IMPORT_DRY_RUN_REPORT = "import-dry-run-report"

# People from PhantomBuster
SOURCES_SEARCH = "sources-search"
SOURCES_AGENT = "sources-agent"
SOURCES_AGENT_STATE = "sources-agent-state"
SOURCES_AGAIN = "sources-again"
SOURCES_URL = "sources-url"
SOURCES_ARGUMENT = "sources-argument"
SOURCES_CHECK = "sources-check"
SOURCES_LAUNCH = "sources-launch"
SOURCES_LATEST = "sources-latest"
SOURCES_EARLIER = "sources-earlier"
SOURCES_CONTAINER = "sources-container"
SOURCES_TAKE = "sources-take"
SOURCES_PROBLEM = "sources-problem"
SOURCES_LAUNCHES = "sources-launches"
SOURCES_CLOCK = "sources-clock"
SOURCES_STARTED = "sources-started"
SOURCES_SEEN = "sources-seen"
SOURCES_SCHEDULES = "sources-schedules"
SOURCES_SCHEDULE_WHAT = "sources-schedule-what"
SOURCES_EVERY = "sources-every"
SOURCES_HOUR = "sources-hour"
SOURCES_SCHEDULE_ADD = "sources-schedule-add"
SOURCES_SCHEDULE_PROBLEM = "sources-schedule-problem"

# Candidates
CANDIDATE_GRID = "candidate-grid"
CANDIDATE_CARDS = "candidate-cards"
CARDS_REQUEST = "cards-request"
CARDS_PAGER = "cards-pager"
CARDS_PLACE = "cards-place"
GRID_VIEW = "grid-view"
STATUS_TABS = "status-tabs"
QUICK_SEARCH = "quick-search"
MATCH_MENU = "match-menu"
MATCH_TEXT = "match-text"
MATCH_ELSEWHERE = "match-elsewhere"
MATCH_WAIT = "match-wait"
MATCH_MAKE = "match-make"
MATCH_WHY = "match-why"
MATCH_FITTING = "match-fitting"
MATCH_FITTING_LIST = "match-fitting-list"
REDISCOVER_SEARCH = "rediscover-search"
REDISCOVER_TEXT = "rediscover-text"
REDISCOVER_START = "rediscover-start"
REDISCOVER_JOB = "rediscover-job"
REDISCOVER_MATCH = "rediscover-match"
REDISCOVER_BODY = "rediscover-body"
REDISCOVER_CLOCK = "rediscover-clock"
REDISCOVER_ADD = "rediscover-add"


def rediscover_choice(profile_id: Any) -> dict[str, Any]:
    """The box that chooses someone of another search. profile_id may be dash.ALL."""
    return {"type": "rediscover-choice", "id": profile_id}


FILTER_PANEL = "filter-panel"
FILTER_CHIPS = "filter-chips"
FACET_PANEL = "facet-panel"
FACET_CHOICE = "facet-choice"
ROW_COUNT = "row-count"
STALE_PILL = "stale-pill"
SELECT_ALL_MATCHING = "select-all-matching"
BULK_BAR = "bulk-bar"
BULK_COUNT = "bulk-count"
BULK_TAG = "bulk-tag"
GRID_NOTICE = "grid-notice"
FILTER_TOGGLE = "filter-toggle"
FILTER_CLOSE = "filter-close"
GRID_EMPTY = "grid-empty"
UNDO_LAST = "undo-last"
COLUMN_CHOICE = "column-choice"
COLUMN_PINNED = "column-pinned"
COLUMN_STATE = "column-state"
IMPORT_OPEN = "import-open"
SAVED_VIEWS = "saved-views"
SAVED_VIEW_LIST = "saved-view-list"
SAVED_VIEW_NAME = "saved-view-name"
SAVED_VIEW_SHARED = "saved-view-shared"
SAVED_VIEW_SAVE = "saved-view-save"
COPY_LINK = "copy-link"
TRIAGE_TOGGLE = "triage-toggle"
TRIAGE = "triage"
TRIAGE_VIEW = "triage-view"
TRIAGE_REQUEST = "triage-request"
TRIAGE_CHANGE = "triage-change"
TRIAGE_NOTE = "triage-note"
TRIAGE_NOTE_REQUEST = "triage-note-request"
TRIAGE_NOTE_SAVE = "triage-note-save"
TRIAGE_ANSWER = "triage-answer"
TRIAGE_DONE = "triage-done"
TRIAGE_AHEAD_REQUEST = "triage-ahead-request"
TRIAGE_AHEAD = "triage-ahead"
TRIAGE_BODY = "triage-body"
TRIAGE_POSITION = "triage-position"
TRIAGE_TALLY = "triage-tally"
TRIAGE_SAID = "triage-said"
TRIAGE_REASONS = "triage-reasons"
TRIAGE_END = "triage-end"
TRIAGE_HELP = "triage-help"
TRIAGE_TO_LIST = "triage-to-list"
DRY_RUN = "dry-run"
LEDGER = "ledger"

# Lists that rules use: all of them, and the page of one
LISTS = "lists"
LIST_NEW = "list-new"
LIST_FORM = "list-form"
LIST_NAME = "list-name"
LIST_KIND = "list-kind"
LIST_KIND_HINT = "list-kind-hint"
LIST_HOLDS = "list-holds"
LIST_HOLDS_BOX = "list-holds-box"
LIST_SHARED = "list-shared"
LIST_PROBLEM = "list-problem"
LIST_SAVE = "list-save"
LIST_CANCEL = "list-cancel"
LIST_EDITED = "list-edited"
LIST_ID = "list-id"
LIST_FACTS = "list-facts"
LIST_EDIT = "list-edit"
LIST_DELETE = "list-delete"
LIST_DELETE_ASK = "list-delete-ask"
LIST_DELETE_SURE = "list-delete-sure"
LIST_DELETE_KEEP = "list-delete-keep"
LIST_TEXT = "list-text"
LIST_TEXT_ADD = "list-text-add"
LIST_TEXT_REPLACE = "list-text-replace"
LIST_FILE_SLOT = "list-file-slot"
LIST_FILE_PROGRESS = "list-file-progress"
LIST_UPLOAD = "list-upload"
LIST_FILE_MODE = "list-file-mode"
LIST_FILE_STATE = "list-file-state"
LIST_FILE_FIGURES = "list-file-figures"
LIST_FILE_CLOCK = "list-file-clock"
LIST_FILE_SEEN = "list-file-seen"
LIST_SHEET = "list-sheet"
LIST_SHEET_RANGE = "list-sheet-range"
LIST_SHEET_EVERY = "list-sheet-every"
LIST_SHEET_SAVE = "list-sheet-save"
LIST_SHEET_CLOCK = "list-sheet-clock"
LIST_SHEET_RUN = "list-sheet-run"
LIST_SHEET_STATE = "list-sheet-state"
LIST_ENTRY_PROBLEM = "list-entry-problem"
LIST_FIND = "list-find"
LIST_ENTRIES = "list-entries"
LIST_AT = "list-at"
LIST_PREVIOUS = "list-previous"
LIST_NEXT = "list-next"
LIST_VERSIONS = "list-versions"
LIST_FILLED = "list-filled"
NAMES = "names"
NAMES_FIND = "names-find"
NAMES_HOLDS = "names-holds"
NAMES_NAME = "names-name"
NAMES_SAME = "names-same"
NAMES_ADD = "names-add"
NAMES_PROBLEM = "names-problem"
NAMES_CHANGED = "names-changed"
NAMES_AT = "names-at"
NAMES_PREVIOUS = "names-previous"
NAMES_NEXT = "names-next"

# Filter rules of a search: editor, dry run, applying
FILTER_OPEN = "filter-open"
FILTER_SEARCH = "filter-search"
FILTER_FROM = "filter-from"
FILTER_FROM_OPEN = "filter-from-open"
FILTER_RULES = "filter-rules"
FILTER_ADD_KIND = "filter-add-kind"
FILTER_ADD = "filter-add"
FILTER_NAME = "filter-name"
FILTER_SHARED = "filter-shared"
FILTER_SCOPE = "filter-scope"
FILTER_SET = "filter-set"
FILTER_SAVE = "filter-save"
FILTER_DELETE = "filter-delete"
FILTER_PROBLEM = "filter-problem"
FILTER_BEHIND = "filter-behind"
FILTER_LOOK = "filter-look"
FILTER_CHANGES = "filter-changes"
DRY_RUN_START = "dry-run-start"
DRY_RUN_STALE = "dry-run-stale"
DRY_RUN_SEEN = "dry-run-seen"
DRY_RUN_CLOCK = "dry-run-clock"
FILTER_HOW = "filter-how"
FILTER_APPLY = "filter-apply"
FILTER_RUN = "filter-run"
FILTER_SEEN = "filter-seen"
FILTER_CLOCK = "filter-clock"
FILTER_PROGRESS = "filter-progress"
FILTER_UNDO = "filter-undo"

# Who was left out, and how far people have come
LEDGER_SEARCH = "ledger-search"
LEDGER_FIND = "ledger-find"
LEDGER_RULE = "ledger-rule"
LEDGER_STATE = "ledger-state"
LEDGER_AT = "ledger-at"
LEDGER_PREVIOUS = "ledger-previous"
LEDGER_NEXT = "ledger-next"
LEDGER_BY_RULE = "ledger-by-rule"
LEDGER_RESTORE_ALL = "ledger-restore-all"
LEDGER_CHANGED = "ledger-changed"
FUNNEL = "funnel"
FUNNEL_TABLE = "funnel-table"

# What the grid's page and server say to each other (Stores)
GRID_ANSWER = "grid-answer"
COUNT_REQUEST = "count-request"
COUNT_ANSWER = "count-answer"
VERSION_CLOCK = "version-clock"
VERSION_REQUEST = "version-request"
VERSION_ANSWER = "version-answer"
URL_QUERY = "url-query"
URL_ANSWER = "url-answer"
VIEW_SHOWN = "view-shown"
CHANGE_REQUEST = "change-request"
CHANGE_ANSWER = "change-answer"
MATCH_REQUEST = "match-request"
MATCH_WATCH = "match-watch"
MATCH_ANSWER = "match-answer"
RUN_WATCH = "run-watch"
RUN_STATE = "run-state"
RUN_FIGURES = "run-figures"
PERSON_REQUEST = "person-request"
PERSON_ANSWER = "person-answer"

# One person
DRAWER_CLOSE = "drawer-close"
PERSON_BODY = "person-body"
NOTE_SAVE = "note-save"
RAW_OPEN = "raw-open"
RAW_BODY = "raw-body"
CANDIDATE_DRAWER = "candidate-drawer"
CANDIDATE_EVIDENCE = "candidate-evidence"
DRAWER_NEXT = "drawer-next"
DRAWER_PREV = "drawer-prev"
NOTE_INPUT = "note-input"
TAG_INPUT = "tag-input"
PERSON_EDIT_OPEN = "person-edit-open"
PERSON_EDIT_SHOWN = "person-edit-shown"
PERSON_EDIT_SAVE = "person-edit-save"
PERSON_EDIT_PROBLEM = "person-edit-problem"
OVERRIDE_OPEN = "override-open"
OVERRIDE_FIT = "override-fit"
OVERRIDE_REASON = "override-reason"
OVERRIDE_SAVE = "override-save"
OVERRIDE_PROBLEM = "override-problem"
VERDICT_PROBLEM = "verdict-problem"
STAGE_SELECT = "stage-select"

# Duplicates
DUPLICATES_LIST = "duplicates-list"
DUPLICATES_STATE = "duplicates-state"
DUPLICATES_SEARCH = "duplicates-search"
DUPLICATES_SCORE = "duplicates-score"
DUPLICATES_NEXT = "duplicates-next"
DUPLICATES_FIND = "duplicates-find"
DUPLICATES_RUN = "duplicates-run"
DUPLICATES_PROGRESS = "duplicates-progress"
DUPLICATES_CLOCK = "duplicates-clock"
DUPLICATES_FOUND = "duplicates-found"

# Screening, enrichment, export, runs
AGREEMENT = "agreement"
AGREEMENT_DRIFT = "agreement-drift"
SCREEN_OPEN = "screen-open"
SCREEN_JOB_DESCRIPTION = "screen-job-description"
SCREEN_CRITERIA = "screen-criteria"
SCREEN_ESTIMATE = "screen-estimate"
SCREEN_START = "screen-start"
SCREEN_SEARCH = "screen-search"
SCREEN_VIEW = "screen-view"
SCREEN_SCOPE = "screen-scope"
SCREEN_PROPOSE = "screen-propose"
SCREEN_PROPOSAL = "screen-proposal"
SCREEN_PROPOSAL_CLOCK = "screen-proposal-clock"
SCREEN_PROPOSAL_NOTE = "screen-proposal-note"
SCREEN_ADD = "screen-add"
SCREEN_SAVE = "screen-save"
SCREEN_RUBRIC = "screen-rubric"
SCREEN_PROBLEM = "screen-problem"
SCREEN_RUN = "screen-run"
SCREEN_CLOCK = "screen-clock"
SCREEN_SEEN = "screen-seen"
SCREEN_AGAIN = "screen-again"
SCREEN_PAUSE = "screen-pause"
SCREEN_BUDGET = "screen-budget"
SCREEN_WHEN = "screen-when"
SCREEN_REACH = "screen-reach"
SCREEN_TOP = "screen-top"
SCREEN_SAMPLE = "screen-sample"
PRESCREEN = "prescreen"
SCREEN_TICK = "screen-tick"
SCREEN_HOLD = "screen-hold"
SCREEN_LIFT = "screen-lift"
PRESET_CHOICE = "preset-choice"
PRESET_LOAD = "preset-load"
PRESET_DELETE = "preset-delete"
PRESET_NAME = "preset-name"
PRESET_SAVE = "preset-save"
RUN_PROGRESS = "run-progress"
RUN_CANCEL = "run-cancel"
RUNS_LIST = "runs-list"
RUNS_SEEN = "runs-seen"
RUNS_CLOCK = "runs-clock"
RUN_CANCEL_REQUEST = "run-cancel-request"
RUN_UNDO_REQUEST = "run-undo-request"
ENRICH_OPEN = "enrich-open"
ENRICH_START = "enrich-start"
ENRICH_SEARCH = "enrich-search"
ENRICH_VIEW = "enrich-view"
ENRICH_WANTS = "enrich-wants"
ENRICH_SCOPE = "enrich-scope"
ENRICH_AGAIN = "enrich-again"
ENRICH_ESTIMATE = "enrich-estimate"
ENRICH_STANDING = "enrich-standing"
ENRICH_PROBLEM = "enrich-problem"
ENRICH_RUN = "enrich-run"
ENRICH_CLOCK = "enrich-clock"
ENRICH_TICK = "enrich-tick"
ENRICH_SEEN = "enrich-seen"
ENRICH_PAUSE = "enrich-pause"
ENRICH_GO_ON = "enrich-go-on"
ENRICH_ASK_AGAIN = "enrich-ask-again"
ENRICH_RESERVES = "enrich-reserves"
ENRICH_RESERVE_ANSWER = "enrich-reserve-answer"
EXPORT_OPEN = "export-open"
EXPORT_START = "export-start"
EXPORT_DOWNLOAD = "export-download"
EXPORT_DIALOG = "export-dialog"
EXPORT_BODY = "export-body"
EXPORT_REQUEST = "export-request"
EXPORT_TARGET = "export-target"
EXPORT_VARIANT = "export-variant"
EXPORT_FORMAT = "export-format"
EXPORT_COLUMNS = "export-columns"
EXPORT_COLUMNS_BOX = "export-columns-box"
EXPORT_COLUMNS_COUNT = "export-columns-count"
EXPORT_COLUMNS_ALL = "export-columns-all"
EXPORT_COLUMNS_GRID = "export-columns-grid"
EXPORT_PREVIEW = "export-preview"
EXPORT_PROBLEM = "export-problem"
EXPORT_RUN = "export-run"
EXPORT_PROGRESS = "export-progress"
EXPORT_CLOCK = "export-clock"
EXPORT_PAST = "export-past"

# Rejecting by score alone
REJECT_DIALOG = "reject-dialog"
REJECT_BODY = "reject-body"
REJECT_REASON = "reject-reason"
REJECT_PROBLEM = "reject-problem"
REJECT_CANCEL = "reject-cancel"
REJECT_CONFIRM = "reject-confirm"
REJECT_PEOPLE = "reject-people"

# Usage and budgets
USAGE = "usage"
USAGE_MONTH = "usage-month"
USAGE_CSV = "usage-csv"
USAGE_LEFT = "usage-left"
ANALYTICS = "analytics"
ANALYTICS_FUNNEL = "analytics-funnel"
ANALYTICS_SOURCES = "analytics-sources"
ANALYTICS_STAGES = "analytics-stages"
ANALYTICS_SCORES = "analytics-scores"
ANALYTICS_REASONS = "analytics-reasons"
ANALYTICS_COSTS = "analytics-costs"
ANALYTICS_TEAM = "analytics-team"
ANALYTICS_OPEN = "analytics-open"
BUDGET_ANSWER = "budget-answer"

# Administration
ADMIN_USERS = "admin-users"
ADMIN_SESSIONS = "admin-sessions"
ADMIN_WORKERS = "admin-workers"
ADMIN_USAGE = "admin-usage"
ADMIN_JOBS = "admin-jobs"
ADMIN_KEYS = "admin-keys"
ADMIN_LINK = "admin-link"
ADMIN_LINK_TEXT = "admin-link-text"
ADMIN_PROBLEM = "admin-problem"
ADMIN_INVITE = "admin-invite"
ADMIN_INVITE_EMAIL = "admin-invite-email"
ADMIN_INVITE_NAME = "admin-invite-name"
ADMIN_INVITE_ROLE = "admin-invite-role"
ADMIN_CLOCK = "admin-clock"
ADMIN_JOBS_CLOCK = "admin-jobs-clock"
ADMIN_KEY_ANSWER = "admin-key-answer"
MATCHING_FIGURES = "matching-figures"
MATCHING_ANSWER = "matching-answer"
MATCHING_MODELS = "matching-models"
MATCHING_CLOCK = "matching-clock"
MATCHING_BUILD = "matching-build"
MATCHING_SWITCH = "matching-switch"
MATCHING_RUN = "matching-run"
MATCHING_SEEN = "matching-seen"
ADMIN_ERASURES = "admin-erasures"
ERASE_ADDRESS = "erase-address"
ERASE_CONFIRM = "erase-confirm"
ERASE_START = "erase-start"
ERASE_ANSWER = "erase-answer"
REPORT_ADDRESS = "report-address"
REPORT_SHOW = "report-show"
REPORT_JSON = "report-json"
REPORT_PRINT = "report-print"
REPORT_PRINTED = "report-printed"
REPORT_ANSWER = "report-answer"
REPORT_DOWNLOAD = "report-download"
RETENTION = "retention"
RETENTION_ANSWER = "retention-answer"
RETENTION_TOLD_ALL = "retention-told-all"
RETENTION_PURGE = "retention-purge"
RETENTION_EXPORT = "retention-export"
RETENTION_DECISIONS = "retention-decisions"
RETENTION_SAVE = "retention-save"
RETENTION_NAME = "retention-name"
RETENTION_COUNTRIES = "retention-countries"
RETENTION_NEW_MONTHS = "retention-new-months"
RETENTION_ADD = "retention-add"
ADMIN_FAIRNESS = "admin-fairness"
FAIRNESS_NAME = "fairness-name"
FAIRNESS_SEARCH = "fairness-search"
FAIRNESS_FILE = "fairness-file"
FAIRNESS_TEXT = "fairness-text"
FAIRNESS_ADD = "fairness-add"
FAIRNESS_ANSWER = "fairness-answer"
FAIRNESS_REPORT = "fairness-report"
FAIRNESS_ID = "fairness-id"
FAIRNESS_DELETE = "fairness-delete"
PERSON_ERASE = "person-erase"
PERSON_ERASE_CONFIRM = "person-erase-confirm"
PERSON_ERASE_ANSWER = "person-erase-answer"


def admin_act(row: Any, do: Any) -> dict[str, Any]:
    """A button of a row of an admin page; do: link, password, disable, enable, end, retry, test or drop-model.

    row may be dash.ALL.
    """
    return {"type": f"admin-{do}", "id": row}


def retention_row(row: Any, what: Any) -> dict[str, Any]:
    """A part of a row of the page on privacy; what: told (a person), months, change or remove (a rule).

    row may be dash.ALL.
    """
    return {"type": f"retention-{what}", "id": row}


def admin_role(user_id: Any) -> dict[str, Any]:
    """The role of one user; user_id may be dash.ALL."""
    return {"type": "admin-role", "id": user_id}


def budget_amount(whose: Any) -> dict[str, Any]:
    """The field of one budget; whose: "team", "each", a user's id, or dash.ALL."""
    return {"type": "budget-amount", "id": whose}


def budget_save(whose: Any) -> dict[str, Any]:
    """The button beside it."""
    return {"type": "budget-save", "id": whose}


def vendor_reserve(vendor: Any) -> dict[str, Any]:
    """The field of what is kept back of a vendor's day. vendor may be dash.ALL."""
    return {"type": "vendor-reserve", "id": vendor}


def vendor_reserve_save(vendor: Any) -> dict[str, Any]:
    """The button beside it."""
    return {"type": "vendor-reserve-save", "id": vendor}


def search_member(email: Any) -> dict[str, Any]:
    """What a named person may do in the search of the form. email may be dash.ALL."""
    return {"type": "search-member", "email": email}


def search_edit(search_id: Any) -> dict[str, Any]:
    """The edit button of one search in the list; search_id may be dash.ALL."""
    return {"type": "search-edit", "id": search_id}


def search_copy(search_id: Any) -> dict[str, Any]:
    """The menu's line that asks for a copy of one search; search_id may be dash.ALL."""
    return {"type": "search-copy", "id": search_id}


def search_delete(search_id: Any) -> dict[str, Any]:
    """The menu's line that asks to delete one search; search_id may be dash.ALL."""
    return {"type": "search-delete", "id": search_id}


def search_undelete(search_id: Any, at: Any) -> dict[str, Any]:
    """The button that brings a deleted search back, in the list or in a message (at); both may be dash.ALL."""
    return {"type": "search-undelete", "id": search_id, "at": at}


def search_restore(search_id: Any) -> dict[str, Any]:
    """The button that brings an archived search back; search_id may be dash.ALL."""
    return {"type": "search-restore", "id": search_id}


def view_action(action: Any, view_id: Any) -> dict[str, Any]:
    """A button of one saved view: rename, keep, share, default, delete, remove; or leave. Both may be dash.ALL."""
    return {"type": "view-action", "action": action, "id": view_id}


def view_new_name(view_id: Any) -> dict[str, Any]:
    """The field with the new name of a saved view; view_id may be dash.ALL."""
    return {"type": "view-new-name", "id": view_id}


def note_delete(note_id: Any) -> dict[str, Any]:
    """The delete button of one's own note; note_id may be dash.ALL."""
    return {"type": "note-delete", "id": note_id}


def export_delete(export_id: Any) -> dict[str, Any]:
    """The delete button of one file; export_id may be dash.ALL."""
    return {"type": "export-delete", "id": export_id}


def import_map(place: Any) -> dict[str, Any]:
    """The field of one column of an uploaded file; place counts columns from 0 and may be dash.ALL."""
    return {"type": "import-map", "place": place}


def import_option(place: Any, name: Any) -> dict[str, Any]:
    """How one uploaded file is read: name is delimiter, encoding, header_row or sheets; both may be dash.ALL."""
    return {"type": "import-option", "place": place, "name": name}


def duplicate_card(card: Any) -> dict[str, Any]:
    """One pair of people; card is p<pair> or m<merge>, or dash.MATCH."""
    return {"type": "duplicate-card", "card": card}


def duplicate_act(card: Any, do: Any) -> dict[str, Any]:
    """A button of a pair; do: merge, dismiss, reopen, or undo-<merge>; may be dash.ALL."""
    return {"type": "duplicate-act", "card": card, "do": do}


def duplicate_choice(card: Any, field: Any) -> dict[str, Any]:
    """Whose value of a field counts; field may be dash.ALL."""
    return {"type": "duplicate-choice", "card": card, "field": field}


def person_edit(field: Any) -> dict[str, Any]:
    """The box of one field in the form that edits a person; field may be dash.ALL, as in the next one."""
    return {"type": "person-edit", "field": field}


def person_edit_back(field: Any) -> dict[str, Any]:
    """Gives a field its source's value back."""
    return {"type": "person-edit-back", "field": field}


def verdict_agree(criterion: Any) -> dict[str, Any]:
    """Agrees with the model's verdict on one criterion; criterion may be dash.ALL, as in the next three."""
    return {"type": "verdict-agree", "criterion": criterion}


def verdict_choice(criterion: Any) -> dict[str, Any]:
    """What a person decides instead."""
    return {"type": "verdict-choice", "criterion": criterion}


def verdict_reason(criterion: Any) -> dict[str, Any]:
    """And why."""
    return {"type": "verdict-reason", "criterion": criterion}


def verdict_save(criterion: Any) -> dict[str, Any]:
    """Saves that."""
    return {"type": "verdict-save", "criterion": criterion}


def facet(key: Any) -> dict[str, Any]:
    """The values or bars of one facet; key may be dash.MATCH."""
    return {"type": "facet", "key": key}


def facet_ask(key: Any) -> dict[str, Any]:
    """The Store in which the browser asks for one facet."""
    return {"type": "facet-ask", "key": key}


def facet_done(key: Any) -> dict[str, Any]:
    """The Store that says which question was answered."""
    return {"type": "facet-done", "key": key}


def facet_find(key: Any) -> dict[str, Any]:
    """The box that finds values of a long facet."""
    return {"type": "facet-find", "key": key}


def facet_from(key: Any) -> dict[str, Any]:
    """The lower end of a range."""
    return {"type": "facet-from", "key": key}


def facet_to(key: Any) -> dict[str, Any]:
    """The upper end of a range."""
    return {"type": "facet-to", "key": key}


def screen_field(field: str, place: Any) -> dict[str, Any]:
    """A field of the criterion at a place (0, 1, …) of the rubric; place may be dash.ALL."""
    return {"type": "screen-criterion", "field": field, "place": place}


def screen_remove(place: Any) -> dict[str, Any]:
    """The button that removes the criterion at a place; place may be dash.ALL."""
    return {"type": "screen-remove", "place": place}


def name_remove(alias_id: Any) -> dict[str, Any]:
    """The button that removes a pair of names."""
    return {"type": "name-remove", "id": alias_id}


def list_entry_remove(entry_id: Any) -> dict[str, Any]:
    """The button that takes an entry out of a list; entry_id may be dash.ALL."""
    return {"type": "list-entry-remove", "id": entry_id}


def list_changes(version: Any) -> dict[str, Any]:
    """What one version of a list changed; version may be dash.MATCH."""
    return {"type": "list-changes", "version": version}


def list_changes_ask(version: Any) -> dict[str, Any]:
    """The button that shows it; version may be dash.MATCH."""
    return {"type": "list-changes-ask", "version": version}


def rule_kind(place: Any) -> dict[str, Any]:
    """The Store with the kind of the rule at a place (0, 1, …); place may be dash.ALL."""
    return {"type": "rule-kind", "place": place}


def rule_field(place: Any, name: Any) -> dict[str, Any]:
    """A parameter of the rule at a place, or on_unknown or enabled; both may be dash.ALL."""
    return {"type": "rule-field", "place": place, "name": name}


def rule_act(place: Any, do: Any) -> dict[str, Any]:
    """A button of the rule at a place: up, down or remove; both may be dash.ALL."""
    return {"type": "rule-act", "place": place, "do": do}


def rule_sentence(place: Any) -> dict[str, Any]:
    """What the rule at a place does, in words, or what is wrong with it; place may be dash.ALL."""
    return {"type": "rule-sentence", "place": place}


def sample_ask(place: Any) -> dict[str, Any]:
    """The button that shows some of whom the rule at a place leaves out; place may be dash.MATCH."""
    return {"type": "sample-ask", "place": place}


def sample(place: Any) -> dict[str, Any]:
    """Some of whom the rule at a place leaves out, with why; place may be dash.MATCH."""
    return {"type": "sample", "place": place}


def ledger_restore(candidate_id: Any) -> dict[str, Any]:
    """The button that brings one person back; candidate_id may be dash.ALL."""
    return {"type": "ledger-restore", "id": candidate_id}


def ledger_restore_rule(rule_id: Any) -> dict[str, Any]:
    """The button that brings back whom one rule left out; rule_id may be dash.ALL."""
    return {"type": "ledger-restore-rule", "id": rule_id}


def sample_of(place: Any) -> dict[str, Any]:
    """The Store with what to show of the rule at a place; place may be dash.MATCH."""
    return {"type": "sample-of", "place": place}


def sources_take(container_id: Any) -> dict[str, Any]:
    """The button that takes the result of an earlier run; container_id may be dash.ALL."""
    return {"type": "sources-take-one", "id": container_id}


def schedule_act(schedule_id: Any, do: Any) -> dict[str, Any]:
    """A button of a schedule: pause, resume or delete; both may be dash.ALL."""
    return {"type": "schedule-act", "id": schedule_id, "do": do}
