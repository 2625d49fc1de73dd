"""The list of searches."""

from __future__ import annotations

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
# Where a search came from that nobody made here by hand.
SEARCH_SOURCES = {
    "sample": "Sample data: made-up people",
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
SEARCH_DELETE_PEOPLE = (
    "1 person leaves with it, and is then removed for good unless they are in another search.",
    "{n} people leave with it. Whoever is in no other search is then removed for good; the others stay there.",
)
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
FIRST_SAMPLE_REMOVING = "The sample data is being removed. In a moment it can be loaded again."
SAMPLE_REMOVE = "Remove sample data…"
SAMPLE_REMOVE_TITLE = "Remove the sample data?"
SAMPLE_REMOVE_DO = "Remove"
SAMPLE_REMOVE_HINT = (
    "“{title}” goes with all that is in it: people, stages, notes, criteria, verdicts, exports. "
    "This cannot be taken back."
)
SAMPLE_REMOVE_PEOPLE = (
    "1 person who is in no other search is removed for good.",
    "{n} people who are in no other search are removed for good.",
)
SAMPLE_REMOVE_STAYING = (
    "1 person is in another search and stays there.",
    "{n} people are in other searches and stay there.",
)
SAMPLE_REMOVE_ADDED = (
    "Not all of them are made up: 1 more import or launch brought people here.",
    "Not all of them are made up: {n} more imports or launches brought people here.",
)
SAMPLE_REMOVED_SAID = "The sample data is being removed."
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
