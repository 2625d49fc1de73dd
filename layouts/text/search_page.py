"""The page of a search, its grid and cards."""

from __future__ import annotations

# The page of a search
CRUMBS = "Where you are"
IMPORT_OPEN = "Import"
SCREEN_OPEN = "Screen"
ENRICH_OPEN = "Enrich"
FILTER_OPEN = "Filter rules"
EXPORT_OPEN = "Export"
COPY_LINK = "Copy link"
COLUMNS = "Columns"
FILTERS = "Filters"
STATUS = "Status"
STATUS_TABS = {"active": "Active", "shortlisted": "Shortlisted", "filtered": "Filtered out", "all": "All"}
QUICK_SEARCH = "Search name, title, company, skills…  (Ctrl K)"
QUICK_SEARCH_LABEL = "Search name, title, company, location and skills"
MATCH = "Match"
MATCH_JOB = "The job description"
MATCH_JOB_HINT = "Orders the list by how alike people are to it"
MATCH_NO_JOB = "This search has none yet; write one under “Screen”"
MATCH_TASTE = "Like those taken, unlike those rejected"
MATCH_TASTE_HINT = "From shortlisted on, at least 3 people; the job description counts, too"
MATCH_TEXT = "Whom you look for, in a sentence"
MATCH_TEXT_PLACEHOLDER = "Data engineer who has built streaming platforms at a bank"
MATCH_TEXT_START = "Compare"
MATCH_ELSEWHERE = "People of other searches who fit…"
MATCH_HINT = "Compared by meaning, not by words. Filters and the search text still hold; nobody is left out."
MATCH_WAITING = "Reading what people are compared with. The list orders itself in a moment."
MATCH_STOP = "Stop"
MATCH_MAKE = "Read people who were not yet"
MATCH_MAKE_HINT = "Only who was read can be compared; it goes on in the background"
MATCH_MAKING = "People are being read in the background. Refresh the list when newer data is offered."
MATCH_LIKE_JOB = "Most like the job description first"
MATCH_LIKE_OLD_JOB = "Most like an earlier job description first; choose it again for the one of now"
MATCH_LIKE_TEXT = "Most like “{text}” first"
MATCH_LIKE_ONE = "Most like {name} first"
MATCH_LIKE_PEOPLE = ("Most like {n} person first", "Most like {n} people first")
MATCH_LIKE_TASTE = "Most like {liked} taken, least like {unliked} rejected first"
MATCH_MISSING = " ({missing} of {people} cannot be compared, they come last)"
MATCH_GONE = "Compared with something that is not there any more"
MATCH_SECTION = "Likeness"
MATCH_SIMILARITY = "{similarity} of 1"
MATCH_WORDS = "In common:"
MATCH_NO_WORDS = "No words in common: alike in meaning only."
MATCH_NOT_READ = "Not compared: not read yet, or a profile that says nothing of their work."
MATCH_MORE_LIKE = "More like this person"
MATCH_MORE_LIKE_THESE = "More like the selected people"
MATCH_FITTING = "Searches that fit"
MATCH_LOOKED = ("{n} job description compared.", "{n} job descriptions compared.")
MATCH_UNREAD = ("{n} more is being read; look again in a moment.", "{n} more are being read; look again in a moment.")
MATCH_FITS_NONE = "No open search that you see has a job description that was read."
MATCH_IS_IN = "Already there"
REDISCOVER_TITLE = "People of other searches"
REDISCOVER_FOR = "For "
REDISCOVER_HINT = "Those you know already who are most like what this search looks for, and are not in it."
REDISCOVER_READING = "Reading what people are compared with. They appear here in a moment."
REDISCOVER_ASK = "This search has no job description yet. Describe above whom you look for."
REDISCOVER_GONE = "What this link compared with is not there any more, so it was left out."
REDISCOVER_SAID = "{like}: {n} of {among} people of other searches that you see."
REDISCOVER_MANY = "at least {n}"
REDISCOVER_NOBODY = (
    "None of the people of your other searches was read yet, so nobody can be compared. Try again later."
)
REDISCOVER_NO_OTHERS = "There is nobody in other searches that you see who is not in this one already."
REDISCOVER_ADD = "Add the chosen to this search"
REDISCOVER_ADDED = ("{n} person was added to this search.", "{n} people were added to this search.")
REDISCOVER_CHOOSE = "Choose {name}"
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
    "similarity": "Likeness",
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
CARDS_LABEL = "People"
CARDS_PAGES = "Pages of people"
CARDS_PREVIOUS = "Previous 25"
CARDS_NEXT = "Next 25"
CARDS_REJECT = "Reject"
CARDS_SELECT = "Select {name}"
CARDS_LIKENESS = "Likeness {similarity}"
CARDS_NOTES = ("{n} note", "{n} notes")
GRID_TOO_LARGE = "This view is too large to be kept ready: far jumps take longer. Narrow it with a filter."
# Said by grid.js; {n} and the like are filled in there.
GRID_IN_BROWSER = {
    "grid": "People of this search",
    "retry": "Retry now",
    "moved": "The data changed and this view was no longer kept, so it was loaded again.",
    "newer": "Newer data was loaded.",
    "unselected": "Nobody is selected any more: the same places may hold other people now.",
    "place": "{from} – {to} of {n}",
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
    "enrich_most": "At most {n} people can be chosen one by one. Shortlist or filter them, then choose them there.",
    "range_most": "At most {n} people can be selected by Shift. Narrow the view, then select all that match.",
    "except_most": "At most {n} people can be left out one by one. Narrow the view instead.",
    "copied": "Link copied. Colleagues who may see this search see the same rows.",
    "not_copied": "The browser does not let this page copy. The link stands in the address bar.",
    "match_most": "At most {n} people can be compared with, chosen one by one.",
    "match_words": "In common: {words}",
    "match_no_words": "No words in common: alike in meaning only",
    "match_not_read": "Not compared: not read yet, or a profile that says nothing of their work",
    "deleted": "Deleted since",
    "no_name": "No name",
    "yes": "Yes",
    "pass": "Pass",
    "unknown": "Unknown",
    "fail": "Fail",
    "verdict_decided": "Decided by a person; the model said: {said}",
    "fit_decided": "Decided by a person; by the verdicts it is {fit}",
    "fit_decided_alone": "Decided by a person",
    "stale": "Out of date",
    "stale_criteria": "the criteria have changed since",
    "stale_profile": "the profile has changed since",
    "stale_model": "another model or wording is in use since",
    "why": "Show why",
    "known": "In {n} other searches",
    "known_one": "In another search",
    "known_more": "and {n} more",
    "known_by": "by {who}",
    "known_screened": "screened",
    "known_archived": "archived",
}
BULK_LABEL = "Actions on the selected people"
BULK_MORE = "More"
SELECT_ALL = "Select all matching"
SHORTLIST = "Shortlist"
BULK_REJECT = "Reject"
BULK_REJECT_WITHOUT = "Without a reason"
SET_STAGE = "Stage"
ADD_TAG = "Add tag"
TAG_PLACEHOLDER = "Tag"
TAG_MENU = "Tag"
TAG_LABEL = "Tag to add or take away"
REMOVE_TAG = "Remove tag"
TAG_MORE = "Add a tag…"
TAG_MORE_LABEL = "Tag to add, Enter adds it"
TAG_GONE = "Take the tag {tag} away"
EXCLUDE = "Exclude"
EXCLUDE_HINT = "Take out of this search: who should not have been in it. Reject is for who was looked at."
RESTORE = "Restore"
EXPORT_SELECTED = "Export"
CLEAR_SELECTION = "Select nobody"
DRAWER_LABEL = "Person"
DRAWER_KEYS = "← → to walk through, Esc to close"
PREVIOUS = "Previous person"
NEXT = "Next person"
