"""Where a search belongs by its size and by how long nobody has used it: hot, warm or cold.

hot: in the tables. warm: its people and all work on them in files, raw records in the tables, so that it
comes back quickly. cold: raw records in files too, packed as small as they get.
"""

from __future__ import annotations

from typing import Literal

from services.config import Settings

Tier = Literal["hot", "warm", "cold"]


def tier_for(settings: Settings, people: int, idle_days: float) -> Tier:
    """The tier of a search of so many people that was last used so many days ago."""
    return "hot" if idle_days < settings.archive_after_days else away_tier(settings, people, idle_days)


def away_tier(settings: Settings, people: int, idle_days: float) -> Literal["warm", "cold"]:
    """The tier of a search that is put away in any case: cold when it is large or long unused."""
    large, old = people >= settings.archive_cold_rows, idle_days >= settings.archive_cold_days
    return "cold" if large or old else "warm"
