"""Duplicates."""

from __future__ import annotations

# Duplicates
DUPLICATES_LIST = "duplicates-list"
DUPLICATES_STATE = "duplicates-state"
DUPLICATES_SEARCH = "duplicates-search"
DUPLICATES_SCORE = "duplicates-score"
DUPLICATES_NEXT = "duplicates-next"
DUPLICATES_FIND = "duplicates-find"
DUPLICATES_RUN = "duplicates-run"
DUPLICATES_PROGRESS = "duplicates-progress"
DUPLICATES_CLOCK = "duplicates-clock"
DUPLICATES_FOUND = "duplicates-found"
DUPLICATES_SHOWN = "duplicates-shown"
DUPLICATES_ADDRESS = "duplicates-address"
