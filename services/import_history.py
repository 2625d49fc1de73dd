"""Jobs and schools that a row tells of: the current job, the one before it, lists in vendors' JSON.

Columns are known by their headers (PhantomBuster's present and former exports, Crustdata's lists), not by
the mapping: they come in groups, and a person maps single columns. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.import_dates import MOST_YEARS, Period, months_between, period_of
from services.import_mapping import alias_of
from services.text_keys import text_key

MOST = 60
MAX_NAME, MAX_PLACE, MAX_DESCRIPTION = 300, 300, 5_000
Clean = Callable[..., str]

# Headers of former jobs; {n} is nothing, or 2 to 9 where exports number their columns.
_JOB_GROUPS = (
    {"title": "linkedinpreviousjobtitle", "company": "previouscompanyname linkedinpreviouscompanyname",
     "location": "linkedinpreviousjoblocation", "period": "linkedinpreviousjobdaterange",
     "description": "linkedinpreviousjobdescription"},
    {"title": "pastexperiencecompanytitle", "company": "pastexperiencecompanyname", "period": "pastexperiencedate"},
    *({"title": f"jobtitle{n}", "company": f"company{n} companyname{n}", "location": f"joblocation{n}",
       "period": f"jobdaterange{n}", "description": f"jobdescription{n}"}
      for n in range(2, 10)),
)  # fmt: skip
_SCHOOL_GROUPS = (
    {"school": "linkedinschoolname", "degree": "linkedinschooldegree", "period": "linkedinschooldaterange"},
    {"school": "linkedinpreviousschoolname", "degree": "linkedinpreviousschooldegree",
     "period": "linkedinpreviousschooldaterange"},
    *({"school": f"school{n} schoolname{n}", "degree": f"schooldegree{n} degree{n}", "period": f"schooldaterange{n}"}
      for n in ("", *range(2, 10))),
)  # fmt: skip
_CURRENT_LISTS = {"currentemployers"}
_JOB_LISTS = {"pastemployers", "allemployers", "experiences", "experience", "positions", "employmenthistory"}
_SCHOOL_LISTS = {"educationbackground", "education", "educations", "schools"}
_TITLE = ("title", "employee_title", "job_title", "position", "role")
_COMPANY = ("company", "employer_name", "company_name", "name", "organization", "employer")
_SCHOOL = ("school", "institute_name", "school_name", "institution", "university", "name")
_DEGREE = ("degree", "degree_name")
_FIELD = ("field_of_study", "fieldOfStudy", "major", "field")
_START = ("started_on", "start_date", "startDate", "start", "from")
_END = ("ended_on", "end_date", "endDate", "end", "to")
_RANGE = ("date_range", "dateRange", "period", "dates")


@dataclass(frozen=True)
class Position:
    """One job. Two of the same title and company are one, unless both say when they began and differ."""

    title: str = ""
    company: str = ""
    location: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    is_current: bool = False
    description: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return text_key(self.title), text_key(self.company)

    def is_same(self, other: Position) -> bool:
        return self.key == other.key and (
            self.started_on is None or other.started_on is None or self.started_on == other.started_on
        )


@dataclass(frozen=True)
class Education:
    """One school. Two of the same school and degree are one; a degree that is not said is any."""

    school: str
    degree: str = ""
    field_of_study: str = ""
    started_on: date | None = None
    ended_on: date | None = None

    def is_same(self, other: Education) -> bool:
        degrees = {text_key(self.degree), text_key(other.degree)}
        return text_key(self.school) == text_key(other.school) and (len(degrees) == 1 or "" in degrees)


@dataclass
class History:
    """What is known of a person's jobs and schools, in the order in which it was told."""

    positions: list[Position] = field(default_factory=list)
    educations: list[Education] = field(default_factory=list)

    def copy(self) -> History:
        return History(list(self.positions), list(self.educations))

    def take(self, position: Position) -> None:
        """The rules that sql/imports.sql applies to what is stored.

        A current job with title and company makes any other current job a former one; it is added
        only where no current job is left. A former job is added, or completes the same one.
        """
        if position.is_current:
            if position.title and position.company:
                self.positions = [
                    replace(old, is_current=False) if old.is_current and old.key != position.key else old
                    for old in self.positions
                ]
            for place, old in enumerate(self.positions):
                if old.is_current:
                    self.positions[place] = replace(old, started_on=old.started_on or position.started_on)
                    return
            for place, old in enumerate(self.positions):
                # Nobody had said when it ended: it is the current one again.
                if old.ended_on is None and old.is_same(position) and (position.title or position.company):
                    began = old.started_on or position.started_on
                    self.positions[place] = replace(old, is_current=True, started_on=began)
                    return
        else:
            same = [place for place, old in enumerate(self.positions) if old.is_same(position)]
            for place in same:
                old = self.positions[place]
                self.positions[place] = replace(
                    old,
                    started_on=old.started_on or position.started_on,
                    ended_on=old.ended_on if old.is_current else old.ended_on or position.ended_on,
                    location=old.location or position.location,
                    description=old.description or position.description,
                )
            if same:
                return
        if (position.title or position.company) and len(self.positions) < MOST:
            self.positions.append(position)

    def take_school(self, education: Education) -> None:
        for place, old in enumerate(self.educations):
            if old.is_same(education):
                self.educations[place] = Education(
                    old.school,
                    old.degree or education.degree,
                    old.field_of_study or education.field_of_study,
                    old.started_on or education.started_on,
                    old.ended_on or education.ended_on,
                )
                return
        if education.school and len(self.educations) < MOST:
            self.educations.append(education)

    def absorb(self, other: History) -> None:
        """Take a later row's history, the current job first."""
        for position in sorted(other.positions, key=lambda p: not p.is_current):
            self.take(position)
        for education in other.educations:
            self.take_school(education)

    def average_tenure(self, today: date) -> int | None:
        """Mean months of the jobs whose beginning and end are known; None for fewer than two."""
        months = [
            months_between(job.started_on, today if job.is_current else job.ended_on or today)
            for job in self.positions
            if job.started_on and (job.is_current or job.ended_on)
        ]
        # Halves go up, as round() of Postgres has it.
        return (2 * sum(months) + len(months)) // (2 * len(months)) if len(months) >= 2 else None

    def years(self, today: date) -> float | None:
        """Years in work: the months of all jobs together, those in two jobs once, to one decimal.

        None where the beginning or the end of any job is not said, unless a current job covers it: fewer years
        than someone has worked would be a wrong answer, not half a right one.
        """
        spans: list[tuple[int, int]] = []
        open_from: list[int] = []
        for job in self.positions:
            end = today if job.is_current else job.ended_on
            if job.started_on is None:
                return None
            began = job.started_on.year * 12 + job.started_on.month
            if end is None:
                open_from.append(began)
            else:
                spans.append((began, end.year * 12 + end.month))
        now = today.year * 12 + today.month
        covered = min((began for began, ended in spans if ended == now), default=now + 1)
        if not spans or any(began < covered for began in open_from):
            return None
        months, until = 0, 0
        for began, ended in sorted(spans):
            months += max(0, ended - max(began, until))
            until = max(until, ended)
        return round(min(months / 12, MOST_YEARS), 1)


@dataclass(frozen=True)
class Plan:
    """Which columns of a file tell of jobs and schools: groups of part → columns, and columns with lists."""

    jobs: tuple[dict[str, list[str]], ...] = ()
    schools: tuple[dict[str, list[str]], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.jobs or self.schools or self.lists)

    def tells_career(self, row: Mapping[str, Any]) -> bool:
        """Whether the row lists its jobs. Columns for the present job and the one before say nothing of the rest."""
        return any(kind == "job" and _items(row.get(column)) for kind, column in self.lists)


def plan_of(columns: Sequence[str]) -> Plan:
    """The groups that a file has."""
    by_alias: dict[str, list[str]] = {}
    for column in columns:
        by_alias.setdefault(alias_of(column), []).append(column)

    def groups(known: Iterable[Mapping[str, str]], needed: set[str]) -> tuple[dict[str, list[str]], ...]:
        found = []
        for group in known:
            there = {part: [c for alias in names.split() for c in by_alias.get(alias, ())]
                     for part, names in group.items()}  # fmt: skip
            if any(there[part] for part in needed):
                found.append({part: columns for part, columns in there.items() if columns})
        return tuple(found)

    lists = [(kind, column) for kind, names in (("current", _CURRENT_LISTS), ("job", _JOB_LISTS),
             ("school", _SCHOOL_LISTS)) for name in sorted(names) for column in by_alias.get(name, ())]  # fmt: skip
    return Plan(groups(_JOB_GROUPS, {"title", "company"}), groups(_SCHOOL_GROUPS, {"school"}), tuple(lists))


def history_of(row: Mapping[str, Any], plan: Plan, current: Position, clean: Clean, today: date) -> History:
    """The history of a row. current: the job that the mapped columns tell of."""
    history = History()
    history.take(current)
    if plan.empty:
        return history

    def text(columns: Sequence[str], limit: int = MAX_NAME) -> str:
        for column in columns:
            value = row.get(column)
            if value and (found := clean(value, limit)):
                return found
        return ""

    for group in plan.jobs:
        title, company = text(group.get("title", ())), text(group.get("company", ()))
        if title or company:
            period = period_of(text(group.get("period", ())), today)
            history.take(_former(title, company, text(group.get("location", ())), period,
                                 text(group.get("description", ()), MAX_DESCRIPTION)))  # fmt: skip
    for group in plan.schools:
        if school := text(group["school"]):
            period = period_of(text(group.get("period", ())), today)
            history.take_school(
                Education(school, text(group.get("degree", ())), "", period.started, period.ended))  # fmt: skip
    for kind, column in plan.lists:
        for item in _items(row.get(column)):
            if kind == "school":
                _take_school(history, item, clean, today)
            else:
                _take_job(history, item, kind == "current", clean, today)
    return history


def _former(title: str, company: str, location: str, period: Period, description: str) -> Position:
    return Position(title, company, location, period.started, period.ended, False, description)


def _items(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or of the lists in an object such as {"current": [...], "past": [...]}."""
    if isinstance(value, dict):
        return [item for part in value.values() for item in _items(part)][:MOST]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)][:MOST]
    return []


def _take_job(history: History, item: Mapping[str, Any], current: bool, clean: Clean, today: date) -> None:
    title, company = _of(item, _TITLE, clean), _of(item, _COMPANY, clean)
    period = _period(item, clean, today)
    place = _of(item, ("location", "employee_location", "region"), clean)
    about = _of(item, ("description", "employee_description"), clean, MAX_DESCRIPTION)
    if not (title or company):
        return
    if current or (period.open and not period.ended):
        # Someone may hold two jobs; the first one that is named is the current one here.
        now = Position(title, company, place, period.started, None, True, about)
        if all(p.key == now.key for p in history.positions if p.is_current):
            history.take(now)
            return
        period = Period(period.started, None)
    history.take(_former(title, company, place, period, about))


def _take_school(history: History, item: Mapping[str, Any], clean: Clean, today: date) -> None:
    if school := _of(item, _SCHOOL, clean):
        period = _period(item, clean, today)
        history.take_school(
            Education(school, _of(item, _DEGREE, clean), _of(item, _FIELD, clean), period.started, period.ended)
        )


def _of(item: Mapping[str, Any], names: Sequence[str], clean: Clean, limit: int = MAX_NAME) -> str:
    return next((found for name in names if (found := clean(item.get(name), limit))), "")


def _period(item: Mapping[str, Any], clean: Clean, today: date) -> Period:
    if text := _of(item, _RANGE, clean):
        return period_of(text, today)
    started = period_of(_of(item, _START, clean), today).started
    ended = period_of(_of(item, _END, clean), today).started
    says_end = any(name in item for name in _END)
    return Period(started, ended, started is not None and ended is None and says_end)
