"""Rules of a search, who was left out, how far people have come."""

from __future__ import annotations

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
