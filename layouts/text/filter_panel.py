"""The filter panel and saved views."""

from __future__ import annotations

# Filter panel
FACET_LABELS = {
    "similarity": "Likeness",
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
    "rule_in": "Excluded by rule",
    "reason_in": "Reason of rejection",
}
FACET_FIND = {
    "title_in": "Find a title…",
    "company_in": "Find a company…",
    "location_in": "Find a place…",
    "skills_in": "Find a skill…",
    "tags_in": "Find a tag…",
    "industry_in": "Find an industry…",
    "rule_in": "Find a rule…",
}
FITS = {"strong": "Strong", "possible": "Possible", "weak": "Weak"}
FLAGS = {True: "Yes", False: "No"}
FACET_CRITERION = "criterion"
FACET_BLANK = "Not filled in"
FACET_NO_REASON = "No reason given"
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
