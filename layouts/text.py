"""What the interface says. Plain, calm, and about what to do next."""

from __future__ import annotations

PRODUCT = "SourcingX"
NAV_LABEL = "Main"
NAV_MENU = "Menu"
NAV_SEARCHES = "Searches"
NAV_RUNS = "Runs"
NAV_LISTS = "Lists"
NAV_DUPLICATES = "Duplicates"
NAV_USAGE = "Usage"
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
CRITERION_COLUMN_HINT = "{title}: a criterion of the screening ({kind}). Enter on a cell shows its evidence."
KNOWN_HINT = "Already known: in other searches that you may see"

# Sign-in pages
LOGIN_TITLE = "Sign in"
LOGIN_EMAIL = "E-mail"
LOGIN_PASSWORD = "Password"
LOGIN_SUBMIT = "Sign in"
LOGIN_HINT = "No password? Ask an admin for a sign-in link."
LOGIN_STALE = "This form was open for too long. Try again."
LOGIN_PROVIDER = "Sign in with {name}"
LOGIN_EMERGENCY = "Emergency sign-in"
PASSWORD_LINK_TITLE = "Set your password"
PASSWORD_LINK_BODY = "All your other sign-ins will end."
PASSWORD_NEW = "New password"
PASSWORD_AGAIN = "New password once more"
PASSWORD_RULES = "At least 12 characters, and not your name or address. Several words are good."
PASSWORD_SAVE = "Set password"
PASSWORD_CHANGE = "Change your password"
PASSWORD_OLD = "Old password"
PASSWORD_CHANGED = "Your password is set. Your other sign-ins have ended."
PASSWORD_OFF = "Passwords are switched off here: sign in with {name}."
ACCOUNT_TITLE = "Your account"
ACCOUNT_SESSIONS = "Where you are signed in"
ACCOUNT_SESSIONS_HINT = "End what you do not know, and change your password."
PASSWORD_SET = "Your password is set. Sign in with it."
LINK_TITLE = "Sign in with this link"
LINK_BODY = "The link works once."
LINK_SUBMIT = "Sign in"

# Searches
SEARCHES_TITLE = "Searches"
SEARCH_NEW = "New search"
SEARCH_EDIT = "Edit"
SEARCH_EDIT_LABEL = "Edit {title}"
SEARCH_EDIT_TITLE = "Edit search"
SEARCH_TITLE = "Title"
SEARCH_TITLE_HINT = "For example: Backend engineers, Lisbon"
SEARCH_VISIBILITY = "Who may see it"
VISIBILITIES = {"team": "Team", "private": "Only me", "named": "Named people"}
VISIBILITIES_LIST = {"team": "Team", "private": "Private", "named": "Named people"}
SEARCH_MEMBERS = "Named people"
SEARCH_MEMBERS_HINT = "Name or e-mail address"
SEARCH_MEMBERS_ADD = "Add"
SEARCH_MEMBERS_NOTE = "The owner and admins see it in any case. Who is removed is out at once."
MEMBER_ROLES = {"edit": "Can edit", "view": "May look", "none": "Remove"}
MEMBER_MAY = "What {name} may do"
SEARCH_OWNER = "Owner"
SEARCH_OWNER_HINT = "Whoever hands a search over goes on as someone who can edit."
SEARCH_CREATE = "Create search"
SEARCH_CREATED = "Search created."
SEARCH_SAVED = "Search saved."
SEARCH_ARCHIVE = "Archive"
SEARCH_RESTORE = "Restore"
ARCHIVE_STARTED = "The search is being archived. It can be read meanwhile, and stays under “Archived”."
ARCHIVE_DONE = "“{title}” is archived: find it under “Archived”."
ARCHIVE_RESTORING = "The search is being restored. Its archive can be read meanwhile."
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
ARCHIVE_SUGGESTED_STARTED = "{count} searches are being archived. They stay under “Archived”."
COLUMN_ARCHIVED = "Archived"
COLUMN_KEPT = "Kept as"
SEARCH_FIND = "Search titles"
SEARCH_WHOSE = "Whose"
SEARCH_ALL = "Everybody’s"
SEARCH_MINE = "Mine"
SEARCH_STATE = "State"
SEARCH_STATES = {"active": "In use", "archived": "Archived", "deleted": "Deleted"}
SEARCH_PAGES_LABEL = "Pages of searches"
SEARCH_TOTAL = ("{n} search", "{n} searches")
SEARCH_LIST_FAILED = "The searches cannot be shown just now: {reason}"
SEARCH_LIST_RETRY = "Try again"
SEARCH_ADDRESS_IGNORED = "Part of this address is not known here, and was left out."
SEARCH_MORE_FOR = "More to do with {title}"
SEARCH_FROM_LINKEDIN = "Search at LinkedIn"
# Where a search that was moved in came from.
SEARCH_SOURCES = {
    "history": "From the history of searches: {ref}",
    "search": "Moved in from the old SourcingX",
    "job": "Screened in the old SourcingX: {ref}",
    "rest": "Everybody else from the old SourcingX",
}
SEARCH_COPY = "Duplicate…"
SEARCH_COPY_TITLE = "Duplicate “{title}”"
SEARCH_COPY_NAME = "Title of the copy"
SEARCH_COPY_TAKES = (
    "The job description and the newest criteria",
    "Sets of rules, and the rules that were applied last",
    "Saved views",
)
SEARCH_COPY_LEAVES = (
    "Left behind: people with their stages, notes, tags, scores and verdicts; jobs, exports and launches by the clock; "
    "what was spent. Budgets are of people and months, so there is none to copy."
)
SEARCH_COPY_TAKES_HEAD = "The copy takes over:"
SEARCH_COPY_SHARE = "Share the copy as the original is"
SEARCH_COPY_SHARE_HINT = "Otherwise only you and admins see it."
SEARCH_COPY_DO = "Duplicate"
SEARCH_COPIED = "Copied."
SEARCH_COPIED_WITH = "Copied with {parts}."
SEARCH_COPIED_PARTS = {
    "criteria": ("1 criterion", "{n} criteria"),
    "rule_sets": ("1 set of rules", "{n} sets of rules"),
    "views": ("1 saved view", "{n} saved views"),
}
SEARCH_DELETE = "Delete…"
SEARCH_DELETE_TITLE = "Delete “{title}”?"
SEARCH_DELETE_DO = "Delete"
SEARCH_DELETE_HINT = (
    "At once, nobody sees it any more. Its owner and admins can have it back within {days} days, under “Deleted”; "
    "then it is gone for good."
)
SEARCH_DELETE_PEOPLE = "{n} people leave with it. Whoever is in no other search is then erased; the others stay there."
SEARCH_DELETE_JOBS = (
    "1 job that goes on is cancelled, and stays so.",
    "{n} jobs that go on are cancelled, and stay so.",
)
SEARCH_DELETE_FILES = ("1 export can no longer be downloaded.", "{n} exports can no longer be downloaded.")
SEARCH_DELETE_SCHEDULES = ("1 launch by the clock pauses.", "{n} launches by the clock pause.")
SEARCH_DELETE_NAMED = ("1 person it is shared with loses it.", "{n} people it is shared with lose it.")
SEARCH_DELETED_BY = "by {name}"
SEARCH_DELETED_SAID = "“{title}” is deleted."
SEARCH_UNDELETED = "“{title}” is back as it was."
SEARCH_UNDELETE = "Restore"
SEARCH_UNDELETE_LABEL = "Restore {title}"
COLUMN_DELETED = "Deleted"
COLUMN_GONE = "Gone for good"
EMPTY_DELETED = "No search of yours is deleted."
EMPTY_FOUND = "No search fits. Look for fewer words, at everybody’s, or in another state."
COLUMN_TITLE = "Title"
COLUMN_COUNT = "People"
COLUMN_OWNER = "Owner"
COLUMN_VISIBILITY = "Seen by"
COLUMN_CREATED = "Created"
COLUMN_ACTIONS = "Actions"
EMPTY_TITLE = "Three ways to start"
EMPTY_BODY = "A search holds the people you look at for one role. You have none yet; begin with one of these."
EMPTY_VIEWER_TITLE = "No searches yet"
EMPTY_VIEWER = "Nobody has shared a search with you yet. Ask a recruiter to share one, or an admin for another role."
FIRST_SAMPLE = ("Look around with sample data", "300 made-up people with a job description, in a search of your own.")
FIRST_SAMPLE_START = "Load sample data"
FIRST_SAMPLE_OFF = "Only where nobody is known yet: made-up people do not go among real ones."
FIRST_SAMPLE_STARTED = "Sample people are being imported."
FIRST_UPLOAD = (
    "Upload a file",
    "CSV, Excel, Parquet or JSON, from any source. You see its first rows before anything is kept.",
)
FIRST_UPLOAD_START = "Upload a file"
FIRST_VENDOR = (
    "Take people from a vendor",
    "Launch a PhantomBuster agent, or take the result of a run that has ended.",
)
FIRST_VENDOR_START = "Go to PhantomBuster"
FIRST_TITLE = "My first search"
FIRST_STEPS_TITLE = "Your first search"
FIRST_STEPS_IN = "In "
FIRST_STEPS_NEXT = "Next: "
FIRST_STEPS_COUNT = "{n} of {total} steps done"
FIRST_DONE = "done"
FIRST_DISMISS = "Do not show this again"
FIRST_DISMISSED = "The guide is gone for good. What each page is for stands behind its “?”."
FIRST_STEPS = {
    "load": ("Load", "Upload a file, or take people from a vendor."),
    "filter": ("Filter", "Leave out who cannot fit, by rules that first say how many they take."),
    "enrich": ("Enrich", "Ask vendors for e-mails and phones. Optional."),
    "screen": ("Screen", "Let the model answer your criteria for each person, with a quote for every answer."),
    "triage": ("Triage", "Decide one person at a time: shortlist, reject for a reason, or skip."),
    "export": ("Export", "Take the shortlist along as CSV, Excel or Parquet."),
}
EMPTY_ARCHIVED = "No search is archived."

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
REDISCOVER_SAID = "{like}: {n} of {among} people of other searches that you see."
REDISCOVER_MANY = "more than {n}"
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
CARDS_LIKENESS = "Likeness {similarity}"
CARDS_NOTES = ("{n} note", "{n} notes")
GRID_TOO_LARGE = "This view is too large to be kept ready: far jumps take longer. Narrow it with a filter."
# Said by grid.js; {n} and the like are filled in there.
GRID_IN_BROWSER = {
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
REJECT_WHY = "Reject for a reason"
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
PERSON_SOURCES_TITLE = "Where each value comes from"
SOURCE_COLUMNS = ("Value", "Source", "Known since")
SOURCE_MERGED = "merged"
SOURCE_MANUAL = "by hand"
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
PERSON_ARCHIVED = "archived"
PERSON_NO_SOURCE = "not known"
PERSON_FILTERED = "Filtered out: {reason}"
PERSON_FILTERED_OUT = "Filtered out"
PERSON_OVERRIDE = "Set to {fit} by {who}: {reason}"
VERDICTS = {"pass": "Pass", "unknown": "Unknown", "fail": "Fail"}
NOT_SCREENED = "Not screened"
CRITERION_KINDS = {"must": "Must", "should": "Should", "avoid": "Avoid"}
EVIDENCE_FROM = "({field})"
SCORE_OF = "{points} of {best}"
SCORE_SUM = "Together {score} of 10, which is {fit}. By version {version} of the criteria."
SCORE_NONE = "Nothing is known about any criterion, so there is no score: that is not the same as 0."
SCORE_CAPS = {
    "weak": "A must that is not met: at most a weak fit.",
    "possible": "A must that is not known: at most a possible fit.",
}
STALE_BADGE = "Out of date"
STALE = {
    "criteria": "Judged by version {version} of the criteria; the newest is version {newest}.",
    "profile": "The profile has changed since.",
    "model": "Another model or wording is in use since.",
}
SUSPECT_HINT = (
    "The {field} of this profile has text that reads like orders to a model. It was shown to the model as data only; "
    "read it yourself before you rely on these verdicts."
)
STALE_HINT = "Screening again asks only about what changed."
PERSON_EDIT_OPEN = "Edit"
PERSON_EDIT_HINT = "What you write stays, in every search, whatever files and vendors say later."
PERSON_EDIT_SAVE = "Save"
PERSON_EDIT_SAVED = "Saved: {fields}."
PERSON_EDIT_CLEARED = "nothing"
PERSON_EDITED = "Written by hand"
PERSON_EDITED_BY_YOU = "edited by you"
PERSON_EDITED_BY = "edited by {who}"
PERSON_EDITED_BY_SOMEONE = "edited by someone"
PERSON_EDIT_SOURCE = "{source} says “{value}”"
PERSON_EDIT_SOURCE_NOTHING = "{source} says nothing"
PERSON_EDIT_BACK = "Back to the source's value"
PERSON_EDIT_BACK_LABEL = "Give {field} its source's value back"
PERSON_EDIT_BACK_DONE = "{field} is what its source says again."
OVERRIDE_OPEN = "Decide the fit yourself"
OVERRIDE_HINT = "The score stays as it is; your decision and the model's fit are both kept. Screening again leaves it."
OVERRIDE_FIT = "Fit"
OVERRIDE_REASON = "Why"
OVERRIDE_PLACEHOLDER = "What the verdicts miss, in a few words"
OVERRIDE_SAVE = "Save decision"
OVERRIDE_SAVED = "Fit set to {fit}; the model said {model}."
OVERRIDE_SAVED_ALONE = "Fit set to {fit}."
AGREEMENT_TITLE = "Agreement with the model"
AGREEMENT_OPEN = "Agreement with the model"
AGREEMENT_SCREEN = "Screening"
AGREEMENT_HINT = (
    "Where a person agreed with a verdict or decided differently, in the drawer, it is counted here beside what the "
    "model says now. In brackets: where the share lies with 95 % confidence. Each number leads to its people."
)
AGREEMENT_NO_CRITERIA = "This search has no criteria yet. Write some and screen people by them."
AGREEMENT_NOBODY = (
    "Nobody has judged a verdict by these criteria yet. Open a person, and at each verdict press Agree, or decide "
    "differently and say why."
)
AGREEMENT_START = "Show the people"
AGREEMENT_TOTAL = "Over all criteria: {share} of {n} verdicts that people judged."
AGREEMENT_OLDER = "An older version: its numbers lead nowhere, since the grid shows the newest verdicts."
AGREEMENT_VERSION = "Version {version}"
AGREEMENT_VERSIONS = "Versions of the criteria"
AGREEMENT_COLUMNS = ("Criterion", "The model said", "Judged", "Agreed", "Decided instead", "Agreement")
AGREEMENT_CAPTION = "Agreement by criterion and verdict, version {version} of the criteria"
AGREEMENT_NONE = "Nobody has judged a verdict on this yet."
AGREEMENT_ALL = "Anything"
AGREEMENT_INSTEAD = "{verdict}: {n}"
AGREEMENT_FEW = "few"
AGREEMENT_FEW_HINT = "Fewer than 20: too few to tell much."
AGREEMENT_SHARE = "{share} % ({low}–{high} %)"
DRIFT_TITLE = "Agreement from version to version"
DRIFT_HINT = (
    "Each verdict that a person judged counts in the version of the criteria that it was given by. Where a version "
    "agrees less than the one before it, look at what was changed, or at the model."
)
DRIFT_ALL = "All criteria"
DRIFT_OF = "of {n}"
VERDICT_AGREE = "Agree"
VERDICT_AGREE_LABEL = "Agree with the model: {criterion}"
VERDICT_DIFFERENT = "Decide differently"
VERDICT_CHOICE = "Verdict on “{criterion}”"
VERDICT_PLACEHOLDER = "What the model missed, in a few words"
VERDICT_SOMEONE = "A person"
VERDICT_AGREED = "{who} agreed with the model."
VERDICT_DECIDED = "{who} decided this; the model said {said}."
VERDICT_SAVED = "{criterion}: {verdict}. The model said {said}. Score {score}."
VERDICT_SAVED_AGREED = "Noted: you agree on {criterion}."
VERDICT_NO_SCORE = "none"
FIELD_NAMES = {"positions": "positions", "educations": "education", "summary": "summary", "filter_status": "status"}
EVENTS = {
    "note": "{who} wrote a note",
    "merge": "{who} merged another profile into this one",
    "screened": "{who} had this person screened",
}
EVENT_CHANGE = "{who} changed {field}"
EVENT_VERDICT = "{who} judged the verdict on “{criterion}”"
EVENT_UNDONE = "undone"
EVENT_NOTHING = "nothing"
NOTE_LABEL = "New note"
NOTE_PLACEHOLDER = "Write a note… (@ names a colleague, Ctrl + Enter saves)"
NOTE_SAVE = "Save note"
NOTE_SAVED = "Note saved."
NOTE_SAVED_TOLD = "Note saved; {names} will see it."
NOTE_DELETE = "Delete"
NOTE_DELETE_LABEL = "Delete your note: {start}"
NOTE_DELETED = "Note deleted."
NOTE_DELETED_BACK = "Note deleted. Its text is in the note box, in case you want it back."
RAW_TITLE = "Raw data"
RAW_OPEN = "Show raw data"
RAW_NONE = "No source left raw data for this person."

# Notes that name the reader
MENTIONS_TITLE = "Mentions"
MENTIONS_LINK = "Mentions"
MENTIONS_LINK_UNREAD = "Mentions, {n} unread"
MENTIONS_MOST = "{n}+"
MENTIONS_HINT = "Notes in which a colleague wrote @ and your name. Opening the person marks them as read."
MENTIONS_EMPTY_TITLE = "Nobody has mentioned you yet"
MENTIONS_EMPTY_BODY = "When a colleague writes @ and your name in a note, it stands here."
MENTIONS_READ_ALL = "Mark all as read"
MENTIONS_ALL_READ = "Everything is marked as read."
MENTIONS_SAID = "{who} about "
MENTIONS_IN = "in “{title}”"
MENTIONS_UNREAD = "Unread"
MENTIONS_OLDER = "Show older ones"
MENTION_OFFER = "Colleagues who may see this search"

# Triage: one person a screen
TRIAGE_OPEN = "Triage"
TRIAGE_TITLE = "Triage"
TRIAGE_LABEL = "Triage: one person after the other"
TRIAGE_TO_LIST = "Back to the list"
TRIAGE_DRAWER = "Open in the list"
TRIAGE_BAR = "Decide about this person"
TRIAGE_BUTTONS = {
    "prev": ("Previous", "K"),
    "undo": ("Undo", "U"),
    "skip": ("Skip", "X"),
    "reject": ("Reject", "R"),
    "shortlist": ("Shortlist", "S"),
    "next": ("Next", "J"),
}
TRIAGE_BUTTON_LABEL = "{label} (key {key})"
TRIAGE_HELP_OPEN = "Keys"
TRIAGE_HELP_TITLE = "Keys of triage"
TRIAGE_KEYS = (
    ("J or →", "Next person; nothing is decided"),
    ("K or ←", "Previous person"),
    ("S", "Shortlist, and go on"),
    ("R, then 1 to 9", "Reject for a reason, and go on"),
    ("X", "Skip: come back to this person at the end"),
    ("U", "Undo your last decision; again for the one before"),
    ("N", "Write a note; Ctrl + Enter saves it, Esc leaves it"),
    ("?", "Show these keys"),
)
TRIAGE_KEYS_HINT = "Keys count while the focus is on this person: Esc, or a click beside the fields, brings it back."
TRIAGE_REASONS_TITLE = "Why not?"
REFUSE_REASONS = {
    "skills": "Skills are missing",
    "experience": "Too little experience",
    "overqualified": "Too senior for this",
    "background": "Wrong line of work",
    "location": "Location does not fit",
    "salary": "Salary does not fit",
    "tenure": "Changes jobs too often",
    "not_interested": "Not interested",
    "other": "Another reason",
}
TRIAGE_BEFORE = "Known before"
TRIAGE_BEFORE_STAGE = "{stage} by {who}"
TRIAGE_BEFORE_SCREENED = "Screened by {who}"
TRIAGE_WHO_YOU = "you"
TRIAGE_WHO_SOMEONE = "a colleague"
TRIAGE_DAYS = ("today", "yesterday", "{n} days ago")
TRIAGE_IN = "in “{title}”"
TRIAGE_HERE = "in this search"
TRIAGE_REASON = "reason: {reason}"
TRIAGE_EMPTY = "There is nobody to decide about in this view."
TRIAGE_END_TITLE = "That was the last one"
TRIAGE_REVISIT = "Go through the skipped"
TRIAGE_DECIDED_NEWER = "Meanwhile: {what}. Nothing was changed; decide again if you want to."
TRIAGE_NEWER_UNKNOWN = "a colleague changed this person"
TRIAGE_ALREADY = "{stage} already; nothing was changed."
TRIAGE_GONE = "This person was removed from the search; nothing was changed."
TRIAGE_UNDO_LEFT = "A colleague changed this person since, so it was left as it is."
TRIAGE_UNDONE = "Taken back."
TRIAGE_UNDONE_MANY = "Your last action is being taken back; its progress is under Runs."
# Said by triage.js; {n} and the like are filled in there.
TRIAGE_IN_BROWSER = {
    "position": "{n} of {total}",
    "decided": "{n} decided",
    "skipped": "{n} skipped",
    "shortlisted": "Shortlisted.",
    "rejected": "Rejected: {reason}.",
    "saving": "Saving…",
    "failed": "Not saved yet: the server does not answer. What you decide is kept here and sent again.",
    "away": "The server does not answer. Try again in a moment.",
    "start": "This is the first person of this view.",
    "viewer": "You may look at this search and write notes, but not decide.",
    "nothing_skipped": "Nobody is left over.",
    "lost": "Some decisions are not saved yet.",
}

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

# Import
IMPORT_ARCHIVED = "This search is archived. Restore it first. Then files can be imported into it again."
IMPORT_ARCHIVED_LINK = "To the archived search"
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
    "kept": "As you set it",
}
IMPORT_UNKNOWN = "Not known"
IMPORT_NO_SAMPLES = "nothing in the first rows"
IMPORT_KINDS = {"csv": "CSV", "xlsx": "Excel workbook", "parquet": "Parquet", "json": "JSON"}
IMPORT_DELIMITER = "Delimiter"
IMPORT_DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
IMPORT_ENCODING = "Encoding"
IMPORT_HEADER_ROW = "Row with the column names"
IMPORT_HEADER_HINT = "0 if no row names the columns"
IMPORT_HEADER_UNKNOWN = (
    "None of these column names is known. If the row taken for them is a person already, "
    "set “Row with the column names” to 0 above."
)
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
IMPORT_COMPARING = "New and changed people are being compared with everyone known. Possible duplicates are said here."
IMPORT_PAIRS_ONE = "1 pair of profiles may be one person."
IMPORT_PAIRS = "{n:,} pairs of profiles may be one person."
IMPORT_NO_PAIRS = "Nobody new or changed looks like someone else who is known."
IMPORT_NOT_COMPARED = (
    "Comparing them with known people did not come to an end: “Find duplicates” under Duplicates does it."
)
IMPORT_DECIDE = "Look at possible duplicates"

# People from PhantomBuster
SOURCES_OPEN = "From PhantomBuster"
SOURCES_TITLE = "People from PhantomBuster"
SOURCES_FILE = "Import a file instead"
SOURCES_OFF_TITLE = "PhantomBuster is not set up"
SOURCES_OFF = (
    "An admin sets PHANTOMBUSTER_API_KEY (or PHANTOMBUSTER_API_KEY_FILE) and restarts SourcingX. The key is under "
    "Workspace settings → Third-party API keys at PhantomBuster. Until then a file that was downloaded there can be "
    "imported."
)
SOURCES_READ_ONLY = "You may look at this search but not fetch people into it."
SOURCES_LAUNCH_TITLE = "Launch an agent"
SOURCES_AGENT = "Agent"
SOURCES_AGENTS_LOADING = "Asking PhantomBuster for its agents…"
SOURCES_AGENT_CHOOSE = "Choose an agent"
SOURCES_NO_AGENTS = "This PhantomBuster account has no agents yet. Make one there, then ask again."
SOURCES_AGAIN = "Ask again"
SOURCES_AGENT_IDLE = "Free"
SOURCES_LAST = "Last run: {ended},"
SOURCES_AGENT_NEVER = "Free; it never ran"
SOURCES_AGENT_ELSEWHERE = "Busy: it runs at PhantomBuster and was not launched from here"
SOURCES_AGENT_BUSY = "Busy: {who}"
SOURCES_URL = "Address of the search"
SOURCES_URL_HINT = (
    "As the browser shows it. It is used for this launch only; what the agent has saved stays, its session cookie "
    "too. Leave it empty to launch the agent as it is set up."
)
SOURCES_URL_LIKE = "https:// …/sales/search/people?query=…"
SOURCES_MORE = "More"
SOURCES_ARGUMENT = "Name of the setting that holds the search"
SOURCES_ARGUMENT_HINT = "Only where SourcingX does not find it by itself, for example “searches”."
SOURCES_CHECK = "Let me look at the columns before anything is imported"
SOURCES_LAUNCH = "Launch"
SOURCES_LATEST = "Take its latest result"
SOURCES_LATEST_HINT = "Of the newest run that succeeded and that this search does not have yet."
SOURCES_STARTED = "Started. It goes on when you leave this page."
SOURCES_EARLIER = "Earlier runs of this agent"
SOURCES_EARLIER_NONE = "PhantomBuster knows no earlier run of this agent."
SOURCES_EARLIER_LOADING = "Asking PhantomBuster for earlier runs…"
SOURCES_CONTAINER = "Or the id of a run"
SOURCES_TAKE = "Take the result"
SOURCES_TAKE_OF = "Take the result of the run of {when}"
SOURCES_TAKEN = "In this search"
SOURCES_STATES = {
    "launching": "Being launched",
    "unknown": "Being looked for",
    "running": "Running",
    "finished": "Taking the result",
    "failed": "Failed",
    "taken": "Taken",
}
SOURCES_ENDS = {"": "", "finished": "Ended", "killed": "Stopped", "unknown": "Ended"}
SOURCES_SUCCEEDED = "Succeeded"
SOURCES_FAILED = "Failed (exit code {code})"
SOURCES_RUNS = "Running"
SOURCES_COLUMNS = ("When", "How it ended", "Took")
SOURCES_LATEST_TITLE = "Fetched into this search"
SOURCES_NONE = "Nothing was fetched into this search yet. Launch an agent, or take a result that is there already."
SOURCES_WHAT = {"launch": "Launch", "container": "Earlier run", "latest": "Latest result"}
SOURCES_BY_CLOCK = "by the clock"
SOURCES_CONSOLE = "End of its console"
SOURCES_TO_IMPORT = "Show the import"
SOURCES_SAY_COLUMNS = "Say what its columns are"
SOURCES_MINUTES = "{n} min"
SOURCES_SECONDS = "{n} s"
SOURCES_SCHEDULES = "By the clock"
SOURCES_SCHEDULES_HINT = (
    "For the agent chosen above. What cannot be started in time, because the agent is busy, is told here and not "
    "made up for."
)
SOURCES_SCHEDULES_NONE = "Nothing is fetched by the clock."
SOURCES_SCHEDULE_WHAT = {"launch": "Launch it with the address above", "latest": "Take its latest result"}
SOURCES_SCHEDULE_DO = "What"
SOURCES_EVERY = "How often"
SOURCES_TIMES = {
    "24": "Every day",
    "168": "Every week",
    "12": "Every 12 hours",
    "6": "Every 6 hours",
    "1": "Every hour",
}
SOURCES_HOUR = "First at"
SOURCES_HOUR_LATER = "One interval from now"
SOURCES_SCHEDULE_ADD = "Add"
SOURCES_SCHEDULE_ADDED = "Added."
SOURCES_NEXT = "Next"
SOURCES_PAUSED = "Paused"
SOURCES_MISSED = "{n} times in a row not started"
SOURCES_MISSED_ONE = "Not started the last time"
SOURCES_ACTS = {"pause": "Pause", "resume": "Resume", "delete": "Delete"}
SOURCES_ACTS_LABEL = "{act}: {what}"

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
DUPLICATE_CUT = "{shown}… ({length:,} characters)"
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

# Filter rules of a search
FILTER_TITLE = "Filter rules"
FILTER_INTO = "People of "
FILTER_TABS = {"filter": "Rules", "ledger": "Filtered out", "funnel": "Funnel"}
FILTER_HINT = (
    "A rule says whom to leave out. The first rule that says so is the reason. Nothing changes until you apply."
)
FILTER_FROM = "Start from"
FILTER_FROM_SETS = "Rule set: {name}"
FILTER_FROM_SET_OWNER = "Rule set: {name} (by {who})"
FILTER_FROM_SEARCH = "As applied in “{title}”"
FILTER_FROM_HERE = "As applied here last"
FILTER_FROM_NONE = "Choose rules to start from"
FILTER_FROM_OPEN = "Open"
FILTER_RULES = "Rules"
FILTER_NO_RULES = "No rules yet. Add one below, or start from rules that were saved or applied before."
FILTER_NO_RULES_VIEWER = "No rules were applied to this search yet."
FILTER_ADD_KIND = "Kind of rule"
FILTER_ADD = "Add rule"
FILTER_SAVE_TITLE = "Keep these rules"
FILTER_NAME = "Name of the rule set"
FILTER_NAME_HINT = "For example: Usual exclusions"
FILTER_SHARED = "Share with the team"
FILTER_SCOPES = {"all": "For all searches", "search": "For this search only"}
FILTER_SCOPE = "Where it is offered"
FILTER_SAVE = "Save"
FILTER_SAVED = "The rule set “{name}” is saved."
FILTER_DELETE = "Delete the rule set"
FILTER_DELETED = "The rule set is deleted. What it did stays in the ledger, and the rules stay on this page."
FILTER_OPENED = "Opened: {what}. Nothing is applied yet."
FILTER_RULE = "Rule {n}: {label}"
FILTER_UP = "Move up"
FILTER_DOWN = "Move down"
FILTER_REMOVE = "Remove"
RULE_ON = "In use"
RULE_UNKNOWN = "Where it is not known"
RULE_UNKNOWNS = {"keep": "keep them", "drop": "leave them out", "flag": "keep and flag them"}
RULE_FIELDS = {
    "terms": "Words, one a line",
    "has": "Leave out who",
    "list_id": "List",
    "listed": "Leave out who",
    "match": "Compare",
    "threshold": "Alike by at least (0.5–1)",
    "scope": "Which employer",
    "low": "Less than",
    "high": "More than",
    "average": "Stays less than (months on average)",
    "moves": "Moved at least (times)",
    "years": "within (years)",
    "levels": "Levels to leave out",
    "days": "In the last (days)",
    "fields": "Leave out who has no",
}
RULE_UNITS = {"experience": "years", "current_tenure": "months"}
RULE_HAS = {True: "has any of these", False: "has none of these"}
RULE_LISTED = {True: "is on the list", False: "is not on the list"}
RULE_MATCHES = {"exact": "the whole name", "contains": "by words of the name", "fuzzy": "alike names"}
RULE_SCOPES = {"now": "the present one", "before": "an earlier one", "ever": "any"}
RULE_LEVELS = {
    "junior": "Junior", "individual": "Individual", "senior": "Senior", "lead": "Lead", "manager": "Manager",
    "director": "Director", "executive": "Executive",
}  # fmt: skip
RULE_MISSING = {
    "email": "e-mail", "phone": "phone", "linkedin_url": "LinkedIn address", "title": "title", "company": "company",
    "location": "location", "skills": "skills", "years_experience": "years of experience",
    "current_tenure_months": "time in the present job",
}  # fmt: skip
RULE_NO_LISTS = "There are no lists yet. Make one on the page Lists first."
RULE_CHOOSE_LIST = "Choose a list"
RULE_LIST_GONE = "A list that is gone"
DRY_RUN_TITLE = "What these rules would do"
DRY_RUN_START = "Try it out"
DRY_RUN_NONE = "Try it out to see, before anything changes, whom each rule would leave out."
DRY_RUN_STALE = "These figures are older than the rules, the lists or the people. Try it out again."
DRY_RUN_LEFT = "{left} of {people} would be left out; {stay} stay."
DRY_RUN_NOBODY = "Nobody is active in this search, so there is nobody to leave out."
DRY_RUN_ABOUT = "Counted from one person of {n}: figures are estimates."
DRY_RUN_GUARDED = "{n} stay although a rule says otherwise: a person brought them back."
DRY_RUN_FLAGGED = "{n} stay and are flagged: it is not known."
DRY_RUN_COLUMNS = ("Rule", "Alone", "In order", "Not known", "Without it")
DRY_RUN_HINTS = (
    "", "It says yes to so many, whatever the others say", "It is the first to leave them out", "It cannot say",
    "So many more would stay without this rule",
)  # fmt: skip
DRY_RUN_WITHOUT = "+{n}"
DRY_RUN_SAMPLES = "Whom, for example"
DRY_RUN_UNSURE = "Not known, for example"
DRY_RUN_NO_SAMPLES = "Nobody."
DRY_RUN_CAUGHT = "Caught by “{entry}”, row {row}"
DRY_RUN_GUARD = "brought back: {n}"
DRY_RUN_BLANK = "nothing there"
ALIKE_ASK = "What it takes for the same"
ALIKE_NONE = "It takes no name of this search for an entry."
ALIKE_COLUMNS = ("Name in this search", "Entry of the list", "Alike", "People")
FILTER_HOW = {
    "bring_back": "Bring back whom rules left out before, where these rules keep them",
    "again": "Leave out again whom a person had brought back",
}
FILTER_APPLY = "Apply these rules"
FILTER_APPLIED = "The rules are being applied. You may leave this page; it goes on."
FILTER_RESTORING = "They are being brought back. You may leave this page; it goes on."
FILTER_LATEST = {"apply": "Latest application", "restore": "Latest restore", "undo": "Taking it back"}
FILTER_SHOW_OUT = "Show who is out"
FILTER_SHOW_IN = "Show who is in"
FILTER_SHOW_LEDGER = "Show why"
FILTER_UNDO = "Undo"
FILTER_UNDONE = "The change of {n:,} people is being taken back."
FILTER_LISTS_OFF = "As a viewer you may look, but not change or apply rules."
BEHIND_LIST = "“{name}” has version {newest} now; version {version} was applied."
BEHIND_LIST_GONE = "“{name}” does not exist any more, or is not shared with you."
BEHIND_TITLE = "Lists have changed since the rules were applied on {when} by {who}. Nothing was done about it."
BEHIND_SEARCH = "A list has changed since rules were applied here."
BEHIND_LINK = "See what would change"
BEHIND_LOOK = "What would change?"
BEHIND_CHANGES = "Applied again now, {leave} would be left out and {back} would come back."
BEHIND_SAME = "Applied again now, nobody would be left out and nobody would come back."
BEHIND_APPLIED = "Rules were applied here on {when} by {who}."
BEHIND_UNDONE = "Rules were applied here on {when} by {who}, and taken back since."
BEHIND_NAMES = "Other names of companies or schools were added or removed."
BEHIND_LEAVING = "Would be left out"
BEHIND_COMING = "Would come back"

# Who was left out
LEDGER_TITLE = "Filtered out"
LEDGER_HINT = "Everyone who was left out of this search: by which rule and entry, by whom, and who came back."
LEDGER_EMPTY_TITLE = "Nobody was left out"
LEDGER_EMPTY_BODY = "When rules are applied or someone is excluded by hand, each person is listed here with the reason."
LEDGER_EMPTY_LINK = "Set up rules"
LEDGER_NOT_FOUND = "No line fits these choices."
LEDGER_COLUMNS = ("Person", "Why", "Entry", "Who and when", "Now")
LEDGER_FIND = "Find a person, company or entry…"
LEDGER_FIND_LABEL = "Find by name, company or entry"
LEDGER_DOWNLOAD = "Download these {n:,} lines (CSV)"
LEDGER_DOWNLOAD_ONE = "Download this line (CSV)"
LEDGER_RULE = "Reason"
LEDGER_ANY_RULE = "All reasons"
LEDGER_STATE = "Show"
LEDGER_STATES = {"open": "Who is out now", "all": "Everything", "closed": "Who came back"}
LEDGER_BY_HAND = "Excluded by hand"
LEDGER_BY_HAND_WHY = "Excluded by hand: {reason}"
LEDGER_UNKNOWN = "not known, and the rule leaves those out"
LEDGER_LIST = "“{name}”, version {version}"
LEDGER_ROW = "row {row}"
LEDGER_OUT = "Out"
LEDGER_BACK = {
    "person": "Brought back by {who}",
    "undo": "Taken back by {who}",
    "rules": "Kept by later rules",
    "merge": "Closed: two profiles of one person, both out, were merged",
}
LEDGER_RESTORE = "Restore"
LEDGER_RESTORE_LABEL = "Restore {name}"
LEDGER_RESTORE_RULE_LABEL = "Restore everyone left out by: {sentence}"
LEDGER_RESTORE_ALL = "Restore everyone"
LEDGER_RESTORED = "{name} is in again. The same entry does not leave them out again, unless asked."
LEDGER_RESTORED_NOT = "Nobody was changed: they are in already, or a colleague changed them meanwhile."
LEDGER_BY_RULE = "Who is out now, by reason"
LEDGER_PEOPLE = "{n:,} people"
LEDGER_PEOPLE_ONE = "1 person"
FILTER_STATUSES = {
    "active": "Active",
    "filtered": "Excluded by hand",
    "filtered_manual": "Excluded by hand",
    "filtered_past_candidate": "Past candidate",
    "filtered_blacklist": "Blacklisted company",
    "filtered_not_relevant_company": "Company not relevant",
    "filtered_not_target_company": "Not a target company",
    "filtered_not_target_university": "Not a target university",
    "filtered_do_not_contact": "Do not contact",
    "filtered_list": "On a list",
    "filtered_title": "Title",
    "filtered_keyword": "Keywords",
    "filtered_location": "Location",
    "filtered_experience": "Years of experience",
    "filtered_tenure": "Time in the present job",
    "filtered_job_hopper": "Job hopper",
    "filtered_level": "Management level",
    "filtered_freelance": "Freelance",
    "filtered_consulting": "Consulting",
    "filtered_school": "School",
    "filtered_contacted": "Contacted by a colleague",
    "filtered_missing": "Data missing",
}
PERSON_WHY = "Why this person is out"
PERSON_WHY_BEFORE = "Was left out before"
PERSON_FLAGS = "Not known, so kept"
PERSON_RESTORE = "Restore"
PERSON_WHY_BY = "by {who}, "

# How far people have come
FUNNEL_TITLE = "Funnel"
FUNNEL_HINT = "How many people of this search have come how far. All steps but the first count active people only."
FUNNEL_STEPS = {
    "loaded": "Loaded",
    "active": "Active",
    "enriched": "E-mail known",
    "screened": "Screened",
    "shortlisted": "Shortlisted",
}
FUNNEL_CHART = "Funnel of this search: {steps}"
FUNNEL_COLUMNS = ("Step", "People", "Of all", "Of active")
FUNNEL_EMPTY = "There is nobody in this search yet. Import people first."
FUNNEL_OUT = "Filtered out, by reason"

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
ENRICH_TITLE = "Enrich"
ENRICH_INTO = "People of "
ENRICH_LATEST = "Latest enrichment"
ENRICH_WHAT = "What to look for"
ENRICH_WANTS = {"history": "Careers: jobs, schools, skills", "email": "E-mails", "phone": "Telephone numbers"}
ENRICH_SCOPE = "Whom to look for"
ENRICH_SCOPES = {
    "selected": "The {n} people you selected",
    "view": "The view you came from",
    "shortlisted": "The shortlist",
    "active": "Everyone active",
}
ENRICH_AGAIN = "Also people who are known already, or were asked about within {days} days"
ENRICH_ACTIVE_ONLY = "People who were filtered out are left alone, and what someone wrote by hand stays."
ENRICH_ESTIMATE = "Estimate"
ENRICH_NO_ESTIMATE = "Choose what to look for."
ENRICH_NOBODY = "There is nobody active in this choice."
ENRICH_ALL_KNOWN = "Nobody would be asked about: all of them are known, or have no public address."
ENRICH_FIGURES = {
    "people": "people",
    "known": "have it already",
    "fresh": "were asked about within {days} days",
    "no_address": "have no public LinkedIn address, so nobody can look for them",
}
ENRICH_VENDOR = "{label}: about {people} people{later}, at most {credits}{cost}, {minutes}."
ENRICH_LATER = " ({later} of them after an earlier source had nothing)"
ENRICH_EXPECTED = "About {credits}{cost} if it knows as many as lately: {known} of {rated}."
ENRICH_EXPECTED_NEW = "About {credits}{cost} if it knows every second one; nobody has been asked about yet."
ENRICH_TOTAL = "In all about ${expected}, at most ${cost}."
ENRICH_COST = " (${cost})"
ENRICH_CREDIT_COUNT = ("{n} credit", "{n} credits")
ENRICH_LONG = "Today there is room for {left} of them: it pauses then, and goes on by itself the next day."
ENRICH_STANDING = "{label}: {asked} of {limit} people today"
ENRICH_STANDING_FREE = "{label}: {asked} people today, no limit set"
ENRICH_KEPT = ", {reserve} of them kept back for runs of at most {few} and whoever has had less of today"
ENRICH_CREDITS = ", {credits} credits left"
ENRICH_CLOSED = "{label} says that today's allowance is used. The next day begins at {when}."
ENRICH_START = "Start"
ENRICH_STARTED = "It has started. You may leave this page; it goes on."
ENRICH_PAUSE = "Pause"
ENRICH_PAUSING = "It pauses as soon as the request that is under way is answered."
ENRICH_GO_ON = "Go on now"
ENRICH_TRY_AGAIN = "Try those again who failed"
ENRICH_ASK_AGAIN = "Ask again about those who were perhaps asked about"
ENRICH_SHOW = "Show people"
ENRICH_FAILED = "Could not be asked about"
ENRICH_FAILED_HINT = "They keep what they have. Where an answer was lost, it may have cost a credit all the same."
ENRICH_REASONS = {
    "unknown": "the job worker died meanwhile: perhaps asked about",
    "unanswered": "no answer came in time: perhaps asked about",
    "not_understood": "the answer could not be read: perhaps asked about",
    "server_fault": "the vendor's server failed each time",
}
ENRICH_RESERVES = "Kept back of each day"
ENRICH_RESERVES_HINT = (
    "Who has had this many of a vendor's day leaves the rest of them alone, but for runs of at most {few} people: so "
    "that there is room for colleagues who come late. What several want at the same time is shared anyway."
)
ENRICH_RESERVE_OF = "{label}, of {limit} people a day"
ENRICH_RESERVE_SAVE = "Save what is kept back: {label}"
ENRICH_RESERVE_SAVED = "Saved: {n} people are kept back of each day."
ENRICH_SELECTED = "Enrich…"
PERSON_CONTACTS = "Contacts found"
PERSON_CONTACT_OWN = "Used"
PERSON_CONTACT_TYPES = {"work": "work", "private": "private"}
PERSON_ASKED = "{vendor} was asked {outcome}"
PERSON_ASKED_OUTCOMES = {"found": "and knew them", "missed": "and did not know them"}
VENDOR_NAMES = {
    "salesql": "SalesQL", "crustdata": "Crustdata", "openai": "OpenAI", "phantombuster": "PhantomBuster",
    "embeddings": "Embeddings",
}  # fmt: skip
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
PRESET_FROM = "Start from"
PRESET_CHOOSE = "An earlier version, or criteria that the team keeps"
PRESET_CHOOSE_FIRST = "Choose first what to start from."
PRESET_LOAD = "Use these"
PRESET_LOADED = "{count} criteria taken over. Read them, change what is wrong, then save."
PRESET_DELETE = "Delete"
PRESET_DELETED = "“{name}” is not kept any more. Searches that use these criteria keep them."
PRESET_VERSIONS_STAY = "Versions stay, so that any score can be explained; only kept criteria can be deleted."
PRESET_VERSION = "Version {version} · {date} · {who} · {count}"
PRESET_OPTION = "{name} · {count}"
PRESET_KEEP = "Keep these criteria for other searches"
PRESET_NAME = "Name"
PRESET_NAME_HINT = "for example Backend, senior"
PRESET_SAVE = "Keep"
PRESET_SAVED = "Kept. Everyone in the team can start from these criteria."
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
    "cost": "US dollars now",
    "batch_cost": "US dollars tonight, at half the price",
    "minutes": "at the account's limits",
}
SCREEN_MINUTES = "about {minutes} min"
SCREEN_UNDER_A_MINUTE = "under a minute"
SCREEN_PRICED = "Model {model}, list prices of {date}. How long profiles are is estimated."
SCREEN_NO_PRICE = (
    "The price of the model {model} is not known here: no cost is estimated, and no budget can be kept. An admin can "
    "set it as OPENAI_PRICES."
)
SCREEN_ABOUT = "Many profiles have changed since they were screened: how many are asked about is estimated."
SCREEN_CUT = "The job description is long: the model reads its first part only."
PRESCREEN_REACH = "How many of them"
PRESCREEN_REACHES = {
    "all": "All of them",
    "similar": "Those most like the job, and some of the others at random",
}
PRESCREEN_TOP = "Most like the job"
PRESCREEN_SAMPLE = "Of the others, at random"
PRESCREEN_HINT = (
    "Who is most like the job is told by comparing what profiles and the job description are about. The others, drawn "
    "at random, show how many good people that leaves out."
)
PRESCREEN_SAVING = "{picked} of {people} people are screened: about ${saved} less than for all ({share} %)."
PRESCREEN_SAVING_CALLS = "{picked} of {people} people are screened: about {calls} calls fewer than for all ({share} %)."
PRESCREEN_EVERYONE = "These are all there are: nobody is left out, and nothing is saved."
PRESCREEN_HIGHEST = (
    "If none of those drawn at random passes, at most {share} % of the others would (95 % certain). Draw more to know "
    "it better."
)
PRESCREEN_MISSING = "{n} of them cannot be compared yet (no vector): only the draw can reach them."
PRESCREEN_TITLE = "What choosing by similarity left out"
PRESCREEN_PICKED = (
    "{similar} most like the job and {control} of the other {others} were chosen; {unasked} were not asked "
    "about{saved}."
)
PRESCREEN_SAVED = ", which saved about ${saved}"
PRESCREEN_COLUMNS = ("The model calls them", "Most like the job", "Drawn", "Among all others", "Left out")
PRESCREEN_FITS = {"strong": "Strong", "possible": "Strong or possible"}
PRESCREEN_OF = "{found} of {n}"
PRESCREEN_ABOUT = "about {about} ({low}–{high})"
PRESCREEN_SHARE = "about {share} % ({low}–{high} %)"
PRESCREEN_EXACT = "{share} %"
PRESCREEN_UNKNOWN = "not known"
PRESCREEN_UNKNOWN_HINT = "Nobody who was screened passed, or nobody was drawn."
PRESCREEN_INTERVAL = "In brackets: 95 % intervals (Wilson) from those who were drawn."
PRESCREEN_LAST = "The last strong one among the most similar stood at place {place} of {similar}."
PRESCREEN_UNCOMPARED = "{n} had no vector and counted among the others."
PRESCREEN_FAILED = "{n} of them could not be screened and count in neither column."
PRESCREEN_NOT_YET = "It is measured once all of them are screened."
PRESCREEN_SEED = "Drawn by the number {seed}; the next draw contains this one."
PRESCREEN_MORE = (
    "To be surer, start again with more at random; to have the others too, start again with all of them. Nobody is "
    "asked about twice."
)
PRESCREEN_HISTORY = "Chosen by similarity"
PRESCREEN_HISTORY_HINT = "How many strong people the last choices by similarity left out, as far as draws can tell."
PRESCREEN_HISTORY_COLUMNS = ("Screening", "Criteria", "Most like the job", "Drawn", "Strong people left out")
SCREEN_WHEN = "When"
SCREEN_WHENS = {"now": "Now", "batch": "Tonight, at half the price: answers come within 24 hours"}
SCREEN_START = "Start screening"
SCREEN_STARTED = "Screening started. You may leave this page; it goes on."
SCREEN_STARTED_BATCH = "It is handed over to the vendor. You may leave this page; answers come within 24 hours."
SCREEN_LATEST = "Latest screening"
SCREEN_BEGUN = "Begun by {who}, "
SCREEN_SHOW = "Show the best fits"
SCREEN_AGAIN = "Try again"
SCREEN_RESUME = "Go on"
SCREEN_LOOK = "Look for answers now"
SCREEN_PAUSE = "Pause"
SCREEN_PAUSING = "It pauses as soon as the calls that are under way are answered."
SCREEN_BUDGET = "Pause at a cost of"
SCREEN_BUDGET_HINT = "US dollars; empty: no limit"
SCREEN_HOLD = ("{message} One screening waits for it.", "{message} {n} screenings wait for it, everyone's.")
SCREEN_HOLD_ALONE = "{message}"
SCREEN_LIFT = "Try again now"
SCREEN_LIFTED = "Trying again. {n} waiting go on."
SCREEN_DEAD = "Could not be screened"
SCREEN_SUSPECTS = "Text that reads like orders to the model"
SCREEN_SUSPECTS_HINT = "It is shown to the model as data only, and changes no verdict by itself. Read these yourself."
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
    "answer_lost": "The connection broke before the answer came",
    "bad_key": "The key was not accepted",
    "request_rejected": "The request was rejected",
}

# Rejecting by score alone
REJECT_TITLE = "Reject by score alone?"
REJECT_ASK = "{n} people would be rejected. Nothing but a score chose them: nobody has to have looked at any of them."
REJECT_UNSCORED = "have no score"
REJECT_UNKNOWN = "have a verdict that is unknown: the profile does not say"
REJECT_STALE = "were scored by older criteria or another model"
REJECT_NO_DOUBTS = "All of them have a score by the criteria of today, and no verdict is unknown."
REJECT_KEPT = "Your name, the reason and that it was by score are kept. Undo takes it back as any other change."
REJECT_REASON = "Why are they rejected?"
REJECT_REASON_HINT = "For example: no work permit, which is the only must of this job."
REJECT_CANCEL = "Cancel"
REJECT_CONFIRM = "Reject them"
HISTORY_BY_SCORE = "by score alone: {reason}"
HISTORY_REASON = "because: {reason}"

# Usage and budgets
USAGE_TITLE = "Usage"
USAGE_HINT = (
    "What you used yourself, and what the searches that you may see cost in all. US dollars at list prices; "
    "months are by UTC."
)
USAGE_HINT_ALL = "What everyone used. US dollars at list prices; months are by UTC."
USAGE_MONTH = "Month"
USAGE_ALL = "All months"
USAGE_CSV = "Download every call as CSV"
USAGE_TOTAL = "spent by you in {month}, for {calls} calls."
USAGE_TOTAL_ALL = "spent by everyone in {month}, for {calls} calls."
USAGE_EMPTY_TITLE = "Nothing has been spent yet"
USAGE_EMPTY_BODY = "Screen or enrich people of a search: what each call cost appears here."
USAGE_NOTHING = "Nothing in this month."
USAGE_UNPRICED = "Calls whose price is not known here: {n}. They are counted, their cost is not."
USAGE_BY_MONTH = "By month"
USAGE_CHART = "Cost by month. The highest is {most}; the table below has all of them."
USAGE_TABLE = "Show as a table"
USAGE_BY_SEARCH = "By search"
USAGE_BY_SEARCH_HINT = (
    "Whoever spent it. Cost per shortlisted person: all that a search has cost since it was made, divided by the "
    "active people who are shortlisted, contacted, interviewing or hired now."
)
USAGE_BY_SOURCE = "By source"
USAGE_BY_SOURCE_HINT = (
    "What each source cost for the searches above since they were made, and for each person on their shortlists or "
    "further now."
)
USAGE_BY_PERSON = "By person"
USAGE_BY_MODEL = "By vendor and model"
USAGE_SEARCH = "Search"
USAGE_SOURCE = "Source"
USAGE_SEARCHES = "Searches"
USAGE_PERSON = "Person"
USAGE_MODEL = "Vendor and model"
USAGE_CALLS = "Calls"
USAGE_FAILED = "Brought nothing"
USAGE_TOKENS = "Tokens"
USAGE_INPUT = "Tokens in"
USAGE_CACHED = "Of them cached"
USAGE_OUTPUT = "Tokens out"
USAGE_COST = "Cost"
USAGE_COST_EVER = "Cost in all"
USAGE_SHORTLISTED = "Shortlisted"
USAGE_PER_SHORTLISTED = "Per shortlisted"
USAGE_ARCHIVED = "archived"
USAGE_GONE = "Searches that were deleted or are not yours to see, and calls for no search"
USAGE_NO_PRICE = "not known"
USAGE_UNITS = {"credits": "{n} credits", "seconds": "{hours} hours"}
BUDGET_LEFT = {
    "own": "{left} left of your budget of {amount} for {month}; {spent} spent",
    "team": "{left} left of the team's budget of {amount} for {month}; {spent} spent",
}
BUDGET_HELD = ", {held} set aside for calls under way"
BUDGET_OVER = "This costs more than is left: it will pause when the budget is used, and nobody is lost by that."
BUDGET_TITLE = "Budgets a month"
BUDGET_HINT = (
    "US dollars a month, by UTC; empty: no limit. Calls are made only while there is room in all budgets that hold. "
    "A run that has used one up pauses, and goes on after a raise or in the next month."
)
BUDGET_TEAM = "The whole team"
BUDGET_TEAM_HINT = "all people together"
BUDGET_EACH = "Each person"
BUDGET_EACH_HINT = "who has no budget of their own below"
BUDGET_SPENT = "{spent} spent this month"
BUDGET_NONE = "no limit"
BUDGET_SAVE = "Save"
BUDGET_SAVE_OF = "Save the budget: {name}"
BUDGET_SAVED = "Saved: {amount} a month. It holds from the next calls on."
BUDGET_GONE = "Saved: no limit of its own."

# Analytics
NAV_ANALYTICS = "Analytics"
ANALYTICS_TITLE = "Analytics"
ANALYTICS_OPEN = "Analytics"
ANALYTICS_EVERY = "All searches"
ANALYTICS_HINT = "All searches that you may see and that are not archived. The days say when people were added."
ANALYTICS_HINT_ONE = "This search only. The days say when people were added."
ANALYTICS_PERIOD = "People added in"
ANALYTICS_PERIODS = {30: "30 days", 90: "90 days", 365: "A year", None: "All time"}
ANALYTICS_EMPTY = "There is nobody to count yet. Import people first."
ANALYTICS_CSV = "CSV"
ANALYTICS_CSV_OF = "{name} as CSV"
ANALYTICS_TABLE = "As a table"
ANALYTICS_VENDOR = "Vendor"
ANALYTICS_COLLEAGUES = "Colleagues"
ANALYTICS_TITLES = {
    "funnel": "Funnel", "sources": "Sources", "stages": "Time in stage", "scores": "Scores",
    "reasons": "Reasons of rejections", "costs": "Cost per shortlisted person", "team": "Team activity",
}  # fmt: skip
ANALYTICS_HINTS = {
    "funnel": "How many people have come how far. All steps but the first count active people only.",
    "sources": "Of the active people from a source, how many are shortlisted or further.",
    "stages": "Days until half of the people who left a stage had left it. What was undone does not count.",
    "scores": "Active people with a score, by a point.",
    "reasons": "Active people who are rejected now, by the reason that was given. What was undone does not count.",
    "costs": "What calls have cost since a search was made, for each who is shortlisted or further now.",
    "team": "People moved to a stage, notes, decisions about verdicts and fits, and jobs started, by week.",
}
ANALYTICS_NONE = {
    "funnel": "Nobody was added in this time.",
    "sources": "Nobody is shortlisted yet.",
    "stages": "Nobody has left a stage yet: set stages in the grid or in the drawer.",
    "scores": "Nobody has a score yet: screen people.",
    "reasons": "Nobody is rejected.",
    "costs": "Nothing was spent, or nobody is shortlisted yet.",
    "team": "Nothing was done in this time.",
}
ANALYTICS_STEPS = {
    "loaded": "Loaded", "active": "Active", "enriched": "With e-mail", "screened": "Screened",
    "shortlisted": "Shortlisted", "contacted": "Contacted", "interviewing": "Interviewing", "hired": "Hired",
}  # fmt: skip
ANALYTICS_COLUMNS = {
    "funnel": ("Step", "People", "Of all, %"),
    "sources": ("Source", "Loaded", "Active", "Screened", "Average score", "Shortlisted", "Of active, %",
                "Interviewing", "Hired"),
    "stages": ("Stage", "Left it", "Days, half", "Days, nine of ten", "There now", "For days, half"),
    "scores": ("Score", "People", "Of all, %"),
    "reasons": ("Reason", "People", "Of all, %"),
    "costs": ("Search", "Cost, $", "Shortlisted", "Each, $"),
    "team": ("Person", "People moved", "Notes", "Decisions", "Jobs"),
}  # fmt: skip

# What terms mean: (term, one sentence), behind a "?"
HELP_LABEL = "What this is: {term}"
HELP = {
    "search": ("Search", "Holds the people you look at for one role; one person can be in several searches."),
    "candidates": (
        "Tabs",
        "Active are the people who are left, Filtered out are those whom a rule or a colleague took out, All are both.",
    ),
    "import": ("Import", "Adds the people of a file; who is known already is brought up to date, not added twice."),
    "rule": (
        "Filter rule",
        "Leaves people out by one plain condition; they stay under “Filtered out” and can come back.",
    ),
    "ledger": (
        "Ledger",
        "For each person who was left out: by which rule or colleague, when, and by what entry of a list.",
    ),
    "funnel": ("Funnel", "How many people each rule took, in the order in which the rules were applied."),
    "enrich": ("Enriching", "Asks vendors for e-mails, phones and newer profiles, and skips what is still fresh."),
    "rubric": (
        "Criteria",
        "Questions that the model answers for each profile: pass, fail or unknown, with a quote from the profile.",
    ),
    "agreement": ("Agreement", "How often people who judged a verdict said the same as the model, by criterion."),
    "likeness": (
        "Likeness",
        "How near the meaning of two texts is, from 0 to 1; it orders people and decides nothing.",
    ),
    "list": ("List", "Names or companies that rules refer to; each change of it is a version of its own."),
    "alias": ("Other names", "Two spellings of one company or place that count as the same in rules."),
    "duplicate": ("Duplicates", "Two profiles that may be one person; merging them can be taken back."),
    "run": ("Run", "A job in the background: it goes on when you close the page, and after a restart."),
    "usage": ("Usage", "What calls of vendors and of the model have cost, and what is left of the budgets."),
    "analytics": ("Analytics", "Sums over the people whom you may see; what was undone does not count."),
    "erasure": ("Erasing", "Removes a person everywhere and keeps a keyed hash, so that no import brings them back."),
    "fairness": (
        "Impact ratio",
        "A group's selection rate divided by the highest one; under four fifths it is marked for a closer look.",
    ),
}

# Administration
NAV_ADMIN = "Admin"
ADMIN_NAV = "Administration"
ADMIN_USERS = "Users"
ADMIN_SESSIONS = "Sign-ins"
ADMIN_WORKERS = "Workers"
ADMIN_JOBS = "Jobs"
ADMIN_MATCHING = "Matching"
MATCHING_ON = "Matching is on: people are compared by {model}."
MATCHING_BUILDING = "{model} is built beside it: {made} of {people} people are up to date."
MATCHING_COMPLETE = "It can be switched to."
MATCHING_NAMED = "The settings name {model}: the next run begins to build it beside the one in use."
MATCHING_MADE = "Up to date"
MATCHING_MISSING = "Missing"
MATCHING_RATE = "People a minute, last run"
MATCHING_WAITING = "Texts that wait"
MATCHING_RUN = "The newest run"
MATCHING_MODELS = "Models"
MATCHING_MODELS_HINT = (
    "A model that the settings name anew is built beside the one in use. Switch when it knows everyone; the old one "
    "stays until you drop it."
)
MATCHING_MODEL = "Model"
MATCHING_STATE = "State"
MATCHING_STATES = {"live": "in use", "building": "being built", "retired": "not in use"}
MATCHING_SIZE = "On disk"
MATCHING_SINCE = "Since"
MATCHING_PROVIDERS = {"local": "on this machine", "openai": "at the embeddings endpoint"}
MATCHING_BUILD = "Make missing vectors"
MATCHING_SWITCH = "Switch to the new model"
MATCHING_DROP = "Drop"
MATCHING_STARTED = "Started. Vectors are made in the background, and pages go on meanwhile."
MATCHING_SWITCHED = "Switched: people are compared by {model} from now on."
MATCHING_DROPPED = "{model} and its vectors are gone."
MATCHING_NO_MODELS = "No vectors yet"
MATCHING_NO_MODELS_HINT = "Make them here; with EMBEDDINGS=auto they are made by themselves after the first import."
ADMIN_KEYS = "Keys"
ADMIN_PRIVACY = "Privacy"
ADMIN_FAIRNESS = "Fairness"
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
ADMIN_PASSWORD_LINK = "Password link"
ADMIN_PASSWORD_LINK_FOR = (
    "Send this link to {whom}: it sets a new password. It works once, within an hour, and is not shown again."
)
ADMIN_WAYS = "Signs in by"
ADMIN_WAY_LINK = "link"
ADMIN_WAY_PASSWORD = "password"
ADMIN_WAY_BREAK_GLASS = "password in an emergency"
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
ADMIN_POOL_WAITED = "so far {waited} waited, {refused} got none"
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

# Privacy
ERASE_TITLE = "Erase someone"
ERASE_HINT = (
    "Everything about them goes for good, in every search, list, export and archive: there is no Undo. Hashes of their "
    "addresses stay, so that no import brings them back."
)
ERASE_ADDRESS = "LinkedIn or e-mail address"
ERASE_CONFIRM = "Type “erase” to confirm"
ERASE_START = "Erase for good"
PERSON_DO_NOT_CONTACT = "Do not contact"
PERSON_ERASE = "Erase this person…"
ERASE_DONE = "Erased: {people}, from {searches}."
ERASE_FILES = "A job now takes them out of files as well; see Runs."
ERASURES_TITLE = "Erasures"
ERASURES_SUM = "{people} erased so far. Whom is kept nowhere."
ERASURES_NONE = "Nobody was erased yet"
ERASURES_NONE_HINT = "When somebody asks to be forgotten, erase them above."
ERASURE_WHEN = "When"
ERASURE_WHY = "Why"
ERASURE_PEOPLE = "People"
ERASURE_SEARCHES = "Searches"
ERASURE_WHO = "By"
ERASURE_FILES = "Files"
ERASURE_FILES_LEFT = "{n} to be seen to"
ERASURE_FILES_DONE = "done"
ERASURE_NOBODY = "the product"
ERASURE_REASONS = {
    "request": "asked for",
    "retention": "time was over",
    "replay": "again, after a restore",
    "search": "with a deleted search",
}
REPORT_TITLE = "What is held of someone"
REPORT_HINT = (
    "Everything, with where it came from and who did what about them, colleagues' notes included. Look through it "
    "before you hand it on: notes may name others."
)
REPORT_SHOW = "Show"
REPORT_JSON = "Download as JSON"
REPORT_PRINT = "Print"
REPORT_MADE = "As of"
REPORT_VALUE_COLUMNS = ("What", "Value", "From", "Since")
REPORT_SEARCHES = "Searches"
REPORT_SEARCH_COLUMNS = ("Search", "Owner", "Stage", "Fit and score", "Added")
REPORT_ARCHIVED = "archived: what was said and done there is in the archive's files, restore it to see that"
REPORT_EVENTS = "Who did what"
REPORT_EVENT_COLUMNS = ("When", "Who", "What", "Search", "")
REPORT_EVENT = {
    "note": "wrote a note", "verdict": "judged a criterion", "decision": "scored", "override": "decided differently",
    "exclusion": "left them out", "merge": "merged another profile into this one", "stage": "set the stage",
    "tags": "changed tags", "filter_status": "took them out or in",
}  # fmt: skip
REPORT_LISTS = "Lists"
REPORT_LIST_COLUMNS = ("List", "Kind", "Entry")
REPORT_FILES = "Exports that may hold them"
REPORT_FILE_COLUMNS = ("Search", "Format", "By", "Made", "Kept until")
REPORT_RAW = "As files and vendors brought it"
REPORT_RECORDS = "In all {rows} rows in {tables} tables; the JSON has every one."
REPORT_TOLD = "Told that they are kept here"
REPORT_NOT_TOLD = "not yet"
OVERDUE_TITLE = "Overdue"
OVERDUE_NONE = "Nobody is overdue"
OVERDUE_SUM = "{over} kept longer than the rules below say, {untold} not told in time that they are kept."
OVERDUE_FIRST = "The first {n}, the longest overdue first."
OVERDUE_COLUMNS = ("Person", "From", "Collected", "To be told by", "Kept until")
OVERDUE_TOLD = "Was told"
OVERDUE_TOLD_ALL = "All of them were told"
OVERDUE_TOLD_DONE = "Noted for {people}."
RETENTION_TITLE = "How long people are kept"
RETENTION_HINT = (
    "From when they were last collected, or last got to another stage. What is right where you are, your data "
    "protection officer says."
)
RETENTION_COLUMNS = ("Where they are", "Countries", "Months")
RETENTION_OTHERS = "all that no other rule is about"
RETENTION_MONTHS_OF = "Months for {name}"
RETENTION_CHANGE = "Save"
RETENTION_REMOVE = "Remove"
RETENTION_CHANGED = "Saved."
RETENTION_NEW = "Add a rule"
RETENTION_NAME = "Name"
RETENTION_COUNTRIES = "Countries, with commas"
RETENTION_MONTHS = "Months"
RETENTION_ADD = "Add"
RETENTION_PURGE = "Erase every night whose time is over"
RETENTION_DECISIONS = "Months that the log of the model's decisions is kept after people are gone (6 at least)"
RETENTION_EXPORT = "Exports hold people who are on a do-not-contact list, too"
RETENTION_SAVE = "Save"
FAIRNESS_TITLE = "Adverse impact"
FAIRNESS_HINT = (
    "Whether groups of people get on at different rates. Hand in counts that people told of themselves, by their own "
    "free will and apart from their applications: sums only. They are linked to nobody here, and the file is not kept."
)
FAIRNESS_NEW = "Hand in counts"
FAIRNESS_FORMAT = (
    "A line a group, with the columns group, applicants, selected. Where there are scores, also scored, above_median "
    "(those whose score is above the median of all) and mean_score. With several characteristics in one table, a "
    "column attribute says which a group belongs to."
)
FAIRNESS_ABOUT = "What they are about"
FAIRNESS_SEARCH = "Search"
FAIRNESS_ALL = "Several searches"
FAIRNESS_FILE = "CSV file"
FAIRNESS_TABLE = "Table"
FAIRNESS_EXAMPLE = "attribute,group,applicants,selected\nsex,women,120,36\nsex,men,140,42"
FAIRNESS_ADD = "Compare"
FAIRNESS_TOO_LARGE = "This file is larger than a table of groups can be (100 KB)."
FAIRNESS_NOT_TEXT = "This file is no text: save the table as CSV and choose that, or paste it."
FAIRNESS_REPORTS = "Reports"
FAIRNESS_NONE = "No report yet"
FAIRNESS_NONE_HINT = "Hand in counts above; what comes out stays here until it is deleted."
FAIRNESS_LIST_COLUMNS = ("Report", "Search", "Made", "By", "Groups")
FAIRNESS_CSV = "Download as CSV"
FAIRNESS_DELETE = "Delete…"
FAIRNESS_DELETE_SURE = "Delete for good"
FAIRNESS_SELECTION = "Selection"
FAIRNESS_SCORING = "Scores above the median"
FAIRNESS_COLUMNS = {
    "selection": ("Group", "Applicants", "Selected", "Selection rate", "Impact ratio", "Four-fifths rule"),
    "scoring": ("Group", "Scored", "Above the median", "Scoring rate", "Impact ratio", "Four-fifths rule"),
}
FAIRNESS_TOTAL = "All shown"
FAIRNESS_NOT_SHOWN = "hidden: too few people"
FAIRNESS_NO_SCORES = "no scores of five people or more"
FAIRNESS_ABOVE = "not below"
FAIRNESS_BELOW = "Below four fifths"
FAIRNESS_CHANCE = "chance may explain it"
FAIRNESS_NO_CHANCE = "chance hardly explains it"
FAIRNESS_P = "p = {p}"
FAIRNESS_P_TINY = "p < 0.001"
FAIRNESS_NO_TWO = "There are not two groups of five people or more, so nothing can be compared."
FAIRNESS_FLAGGED = "Groups below four fifths of the highest rate: {n}. Look at what these people were judged by."
FAIRNESS_FINE = "No group is below four fifths of the highest rate."
FAIRNESS_HIDDEN = (
    "Groups hidden: {n}. Those of fewer than 5 people are, and where only one would be, the next smallest too, so "
    "that nobody can be told from a total. Rates and totals are of the groups that are shown."
)
FAIRNESS_MEANS = "Average scores"
FAIRNESS_MEAN_COLUMNS = ("Group", "Average score", "To the highest")
FAIRNESS_SOURCE = (
    "Selection rate = selected ÷ applicants. Impact ratio = a group’s rate ÷ the highest rate. A ratio below four "
    "fifths is generally taken as evidence of adverse impact (Uniform Guidelines on Employee Selection Procedures, "
    "29 CFR 1607.4 D). Scoring rate = people with a score above the median of all ÷ people with a score (New York City "
    "Local Law 144, 6 RCNY 5-300). p: how likely chance alone makes such a difference to the highest rate, by the "
    "z-test of two proportions, or Fisher’s exact test where counts are small. A flag is a reason to look, no verdict."
)
PEOPLE_COUNT = ("{n} person", "{n} people")
SEARCHES_COUNT = ("{n} search", "{n} searches")
