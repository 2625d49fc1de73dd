"""The reader's days and hours over the moments at which clocks change, in two zones that change on different days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import zones

ZURICH, NEW_YORK = "Europe/Zurich", "America/New_York"
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
ZONES = st.sampled_from((ZURICH, NEW_YORK, "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"))


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize("said", [None, "", "Nowhere/Land", 5, "UTC "])
def test_what_is_no_zone_is_utc(said: object) -> None:
    assert zones.known(said) == "UTC"


def test_yesterday_is_the_readers_and_not_a_day_of_24_hours() -> None:
    # 00:30 in Zurich, the evening before in New York.
    now = utc("2026-03-29T22:30")
    assert zones.days_ago(utc("2026-03-29T21:30"), now, ZURICH) == 1
    assert zones.days_ago(utc("2026-03-29T21:30"), now, NEW_YORK) == 0
    # The days on which the clocks change have 23 and 25 hours.
    for noon, hours in (("2026-03-29T10:00", 23), ("2026-10-25T11:00", 25)):
        at = utc(noon)
        assert zones.days_ago(at - timedelta(hours=hours), at, ZURICH) == 1
        assert zones.days_ago(at - timedelta(hours=12), at, ZURICH) == (1 if hours == 23 else 0)
    assert zones.days_ago(now + timedelta(hours=5), now, ZURICH) == 0


def test_a_week_begins_at_the_readers_midnight_in_winter_and_in_summer() -> None:
    assert zones.mondays(utc("2026-03-29T23:30"), ZURICH, 2) == [date(2026, 3, 23), date(2026, 3, 30)]
    assert zones.mondays(utc("2026-03-29T23:30"), NEW_YORK, 2) == [date(2026, 3, 16), date(2026, 3, 23)]
    assert [zones.midnight(date(2026, 3, day), ZURICH) for day in (23, 30)] == [
        utc("2026-03-22T23:00"), utc("2026-03-29T22:00"),
    ]  # fmt: skip
    # In New York they change three weeks before.
    assert [zones.midnight(date(2026, 3, day), NEW_YORK) for day in (2, 9)] == [
        utc("2026-03-02T05:00"), utc("2026-03-09T04:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "hour", "around"),
    [
        # An hour that is left out is the one behind it, on that day only.
        (ZURICH, 2, ["2026-03-28T01:00", "2026-03-29T01:00", "2026-03-30T00:00"]),
        (NEW_YORK, 2, ["2026-03-07T07:00", "2026-03-08T07:00", "2026-03-09T06:00"]),
        # Of one that comes twice it is the first, and once.
        (ZURICH, 2, ["2026-10-24T00:00", "2026-10-25T00:00", "2026-10-26T01:00"]),
        (NEW_YORK, 1, ["2026-10-31T05:00", "2026-11-01T05:00", "2026-11-02T06:00"]),
        (ZURICH, 8, ["2026-03-28T07:00", "2026-03-29T06:00", "2026-03-30T06:00"]),
    ],
)
def test_every_day_at_an_hour_stays_at_that_hour(zone: str, hour: int, around: list[str]) -> None:
    times = [utc(one) for one in around]
    for last, due in pairwise(times):
        assert zones.next_time(last, last, 24, hour, zone) == (due, 0)
        assert zones.next_time(last, due - timedelta(seconds=1), 24, hour, zone) == (due, 0)
    # A worker that slept from the first to after the second starts one, and says that the other went by.
    assert zones.next_time(times[0], times[1], 24, hour, zone) == (times[2], 1)
    assert zones.first_time(times[0] - timedelta(hours=2), 24, hour, zone) == times[0]
    assert zones.first_time(times[0], 24, hour, zone) == times[1]


def test_every_week_at_an_hour_stays_at_that_hour_too() -> None:
    monday = utc("2026-03-23T07:00")
    assert zones.next_time(monday, monday, 168, 8, ZURICH) == (utc("2026-03-30T06:00"), 0)
    assert zones.next_time(monday, utc("2026-04-06T06:00"), 168, 8, ZURICH) == (utc("2026-04-13T06:00"), 2)


def test_what_comes_after_so_many_hours_does_so_whatever_the_clocks_say() -> None:
    last = utc("2026-03-28T20:00")
    assert zones.next_time(last, last, 6, 21, ZURICH) == (utc("2026-03-29T02:00"), 0)
    assert zones.next_time(last, last + timedelta(hours=20), 6, None, "UTC") == (utc("2026-03-29T20:00"), 3)
    assert zones.first_time(last, 12, None, ZURICH) == utc("2026-03-29T08:00")


@given(last=MOMENTS, slept=st.integers(0, 60 * 24 * 40), every=st.sampled_from((1, 6, 12, 24, 168)),
       hour=st.none() | st.integers(0, 23), zone=ZONES)  # fmt: skip
def test_the_next_time_lies_ahead_and_is_the_first_that_does(
    last: datetime, slept: int, every: int, hour: int | None, zone: str
) -> None:
    due = zones.first_time(last, every, hour, zone)
    now = due + timedelta(minutes=slept)
    then, passed = zones.next_time(due, now, every, hour, zone)
    assert then > now
    # By going from one time to the next, as if none had been slept through.
    steps = [due]
    while steps[-1] <= now:
        steps.append(zones.next_time(steps[-1], steps[-1], every, hour, zone)[0])
    assert (steps[-1], len(steps) - 2) == (then, passed)
    if hour is not None and every % 24 == 0:
        assert then.astimezone(ZoneInfo(zone)).hour in (hour, (hour + 1) % 24)
