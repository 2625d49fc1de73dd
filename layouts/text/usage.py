"""Usage and budgets."""

from __future__ import annotations

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
    "What each source cost since they were made for the searches that are not archived, and for each person on their "
    "shortlists or further now."
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
USAGE_OTHERS = ("1 other search, which cost less", "{n} other searches, which cost less")
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
