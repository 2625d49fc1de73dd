"""Jobs and schools that a row tells of: the current job, the one before it, lists in vendors' JSON.

Columns are known by their headers (PhantomBuster's present and former exports, Crustdata's lists), not by
the mapping: they come in groups, and a person maps single columns. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.imports.import_dates import Period, period_of
from services.imports.import_mapping import alias_of
from services.people.careers import MOST, Education, History, Position

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


def is_list(column: str) -> bool:
    """Whether a column of this name holds a list of somebody's jobs or schools."""
    return alias_of(column) in _CURRENT_LISTS | _JOB_LISTS | _SCHOOL_LISTS


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
