"""Privacy."""

from __future__ import annotations

# Privacy
ERASE_TITLE = "Erase someone"
ERASE_HINT = (
    "Everything about them goes for good, in every search, list, export and archive: there is no Undo. Hashes of their "
    "addresses stay, so that no import brings them back. What is about others and names them, such as colleagues' "
    "notes and job descriptions, is not looked through."
)
ERASE_ADDRESS = "LinkedIn or e-mail address, or link to them here"
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
REPORT_NOT_TOLD = "not yet, due by"
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
