"""Jobs and schools of a person, and what follows from several tellings of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from services.imports.import_dates import MOST_YEARS, months_between
from services.people.text_keys import text_key

# Jobs, and schools, that are kept of what one row tells.
MOST = 60


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

        A current job of which only title or company is said has the other one of the known current job.
        A current job with title and company makes any other current job a former one; it is added
        only where no current job is left. A former job is added, or completes the same one.
        """
        if position.is_current:
            known = next((old for old in self.positions if old.is_current), None)
            if known and bool(position.title) != bool(position.company):
                title, company = position.title or known.title, position.company or known.company
                position = replace(position, title=title, company=company)
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
