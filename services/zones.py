"""The reader's days, weeks and hours: moments are stored in UTC and mean what the reader's clock says. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def known(zone: object) -> str:
    """The name of a time zone; "UTC" for anything that is none."""
    return zone if isinstance(zone, str) and zone in _zones() else "UTC"


def days_ago(moment: datetime, now: datetime, zone: str) -> int:
    """How many midnights of the zone lie between; 0 for today and for what is to come."""
    there = ZoneInfo(zone)
    return max(0, (now.astimezone(there).date() - moment.astimezone(there).date()).days)


def midnight(day: date, zone: str, hour: int = 0) -> datetime:
    """When a day begins in a zone, or its full hour.

    An hour that the clocks leave out is the one behind it; of one that comes twice it is the first.
    """
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def mondays(now: datetime, zone: str, count: int) -> list[date]:
    """The Mondays of this week and of those before it, as the zone has them, the oldest first."""
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in range(count - 1, -1, -1)]


def first_time(now: datetime, every_hours: int, hour: int | None, zone: str) -> datetime:
    """The next such hour of the zone's day, or an interval from now."""
    if hour is None:
        return now + timedelta(hours=every_hours)
    today = now.astimezone(ZoneInfo(zone)).date()
    return next(at for ahead in range(3) if (at := midnight(today + timedelta(days=ahead), zone, hour)) > now)


def next_time(last: datetime, now: datetime, every_hours: int, hour: int | None, zone: str) -> tuple[datetime, int]:
    """The first time after `now` of what was due at `last`, and how many times went by between the two.

    Whole days keep to the hour of the zone, also where a day has 23 or 25 of them; anything else is so many hours on.
    """
    if hour is None or every_hours % 24:
        step = timedelta(hours=every_hours)
        passed = max(0, (now - last) // step)
        return last + step * (passed + 1), passed
    there, days = ZoneInfo(zone), every_hours // 24
    began = last.astimezone(there).date()
    turn = max(1, (now.astimezone(there).date() - began).days // days)
    at = midnight(began + timedelta(days=turn * days), zone, hour)
    if at <= now:
        turn += 1
        at = midnight(began + timedelta(days=turn * days), zone, hour)
    return at, turn - 1


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
