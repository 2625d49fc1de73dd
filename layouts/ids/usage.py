"""Usage and budgets."""

from __future__ import annotations

# Usage and budgets
USAGE = "usage"
USAGE_MONTH = "usage-month"
USAGE_CSV = "usage-csv"
USAGE_LEFT = "usage-left"
ANALYTICS = "analytics"
ANALYTICS_FUNNEL = "analytics-funnel"
ANALYTICS_SOURCES = "analytics-sources"
ANALYTICS_STAGES = "analytics-stages"
ANALYTICS_SCORES = "analytics-scores"
ANALYTICS_REASONS = "analytics-reasons"
ANALYTICS_COSTS = "analytics-costs"
ANALYTICS_TEAM = "analytics-team"
ANALYTICS_WEEKS = "analytics-weeks"
ANALYTICS_OPEN = "analytics-open"
BUDGET_ANSWER = "budget-answer"
