"""Duplicates."""

from __future__ import annotations

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
