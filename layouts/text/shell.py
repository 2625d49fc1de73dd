"""The frame of every page, errors and messages."""

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
    # Of triage, told by the page after it.
    "left_saved_one": "Your last decision in triage was saved.",
    "left_saved": "Your last {n} decisions in triage were saved.",
    "left_waiting": "Your last decisions in triage are not saved yet: the server does not answer. They are sent again.",
    "left_refused_one": (
        "One decision in triage was not saved: a colleague changed the person first, or they are not there any more. "
        "Look again."
    ),
    "left_refused": (
        "{n} decisions in triage were not saved: colleagues changed the people first, or they are not there any more. "
        "Look again."
    ),
    "left_old_one": (
        "Your last decision in triage may not have been saved before you left. Look at the last person again."
    ),
    "left_old": (
        "Your last {n} decisions in triage may not have been saved before you left. Look at the last people again."
    ),
}
CRITERION_COLUMN_HINT = "{title}: a criterion of the screening ({kind}). Enter on a cell shows its evidence."
KNOWN_HINT = "Already known: in other searches that you may see"
