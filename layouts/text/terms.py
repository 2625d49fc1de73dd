"""What terms mean, behind a ?."""

from __future__ import annotations

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
