"""Analytics."""

from __future__ import annotations

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
    "weeks": "Activity by week",
}  # fmt: skip
ANALYTICS_HINTS = {
    "funnel": "How many people have come how far. All steps but the first count active people only.",
    "sources": "Of the active people from a source, how many are shortlisted or further.",
    "stages": "Days until half of the people who left a stage had left it. What was undone does not count.",
    "scores": "Active people with a score, by a point.",
    "reasons": "Active people who are rejected now, by the reason that was given. What was undone does not count.",
    "costs": "What calls have cost since a search was made, for each who is shortlisted or further now.",
    "team": "People moved to a stage, notes, decisions about verdicts and fits, and jobs started.",
    "weeks": "The same by week, each named by its Monday; days are those of your time zone.",
}
ANALYTICS_NONE = {
    "funnel": "Nobody was added in this time.",
    "sources": "Nobody is shortlisted yet.",
    "stages": "Nobody has left a stage yet: set stages in the grid or in the drawer.",
    "scores": "Nobody has a score yet: screen people.",
    "reasons": "Nobody is rejected.",
    "costs": "Nothing was spent, or nobody is shortlisted yet.",
    "team": "Nothing was done in this time.",
    "weeks": "Nothing was done in this time.",
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
    "weeks": ("Week of", "People moved", "Notes", "Decisions", "Jobs"),
}  # fmt: skip
