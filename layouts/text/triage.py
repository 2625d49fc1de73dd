"""Triage."""

from __future__ import annotations

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
