"""One person."""

from __future__ import annotations

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
PERSON_TELL = "To be told by"
PERSON_TOLD = "Told"
PERSON_KEPT = "Keep until"
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
EVENT_REASON = "{who} gave another reason for the rejection"
EVENT_REASON_BACK = "{who} took back another reason for the rejection"
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
