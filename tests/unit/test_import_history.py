"""Dates, jobs and schools as files tell of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.imports.import_dates import Period, period_of
from services.imports.import_history import history_of, plan_of
from services.imports.import_mapping import columns_by_field, suggest
from services.imports.import_rows import clean, person_of, phone_key
from services.people.careers import Education, History, Position
from services.people.country_names import country_in

TODAY = date(2026, 11, 15)
NOTHING = Position(is_current=True)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Feb 2026 - Present", Period(day("2026-02-01"), None, True)),
        ("Jan 2019 - Mar 2021", Period(day("2019-01-01"), day("2021-03-01"))),
        ("2014 – 2018", Period(day("2014-01-01"), day("2018-01-01"))),
        ("03/2020", Period(day("2020-03-01"))),
        ("2020-03-17 to 2021-04-01", Period(day("2020-03-01"), day("2021-04-01"))),
        ("févr. 2019 - août 2020", Period(day("2019-02-01"), day("2020-08-01"))),
        ("März 2019 – Dez 2020", Period(day("2019-03-01"), day("2020-12-01"))),
        ("ene 2019 - actualidad", Period(day("2019-01-01"), None, True)),
        ("juillet 2018 - juin 2019", Period(day("2018-07-01"), day("2019-06-01"))),
        ("2025-05-01T00:00:00+00:00", Period(day("2025-05-01"))),
        ("2021 - 2019", Period()),
        ("soon", Period()),
        ("", Period()),
        ("Jan 2031 - Present", Period(None, None, True)),
    ],
)
def test_a_range_of_months(text: str, period: Period) -> None:
    assert period_of(text, TODAY) == period


@pytest.mark.parametrize(
    ("location", "country"),
    [
        ("Porto, Portugal", "Portugal"),
        ("Greater London, England, United Kingdom", "United Kingdom"),
        ("München, Deutschland", "Germany"),
        ("San Francisco, California, USA", "United States"),
        ("PORTUGAL", "Portugal"),
        ("Atlanta, Georgia", ""),
        ("Lisbon", ""),
        ("Portugal Street", ""),
        ("", ""),
    ],
)
def test_the_country_of_a_place_where_it_is_certain(location: str, country: str) -> None:
    assert country_in(location) == country


PHONES = [
    ("+351 912 345 678", "351912345678"),
    ("00351 912-345-678", "351912345678"),
    ("+44 (0)20 7946 0958", "442079460958"),
    ("+1 (415) 555-0100 ext. 12", "14155550100"),
    ("+1 415 555 0100; +1 415 555 0101", "14155550100"),
    ("tel:+14155550100", "14155550100"),
    ("912 345 678", ""),
    ("(415) 555-0100", ""),
    ("+0 12 345 678", ""),
    ("+12 345", ""),
    ("call me", ""),
    ("", ""),
    ("+351 912 345 678 910 111 213", ""),
    ("x +351 912345678", ""),
]


@pytest.mark.parametrize(("phone", "key"), PHONES)
def test_a_telephone_number_with_its_country(phone: str, key: str) -> None:
    assert phone_key(phone) == key


def history(**row: Any) -> History:
    found = person_of(2, row, columns_by_field(suggest(list(row))), today=TODAY, plan=plan_of(list(row)))
    assert found is not None
    return found.history


def test_the_job_before_this_one() -> None:
    found = history(
        fullName="Ana Lima", linkedinJobTitle="Staff Engineer", companyName="Acme",
        linkedinJobDateRange="Feb 2024 - Present", linkedinPreviousJobTitle="Engineer", previousCompanyName="Globex",
        linkedinPreviousJobDateRange="Jan 2020 - Jan 2024", linkedinSchoolName="Porto University",
        linkedinSchoolDegree="BSc", linkedinSchoolDateRange="2014 - 2017",
    )  # fmt: skip
    assert found.positions == [
        Position("Staff Engineer", "Acme", "", day("2024-02-01"), None, True),
        Position("Engineer", "Globex", "", day("2020-01-01"), day("2024-01-01")),
    ]
    assert found.educations == [Education("Porto University", "BSc", "", day("2014-01-01"), day("2017-01-01"))]
    assert found.average_tenure(TODAY) == 41  # of 33 and 48


def test_numbered_jobs_of_former_exports() -> None:
    found = history(
        name="Ana", jobTitle="CTO", company="Acme", jobTitle2="Engineer", company2="Globex",
        jobDateRange2="Jan 2018 - Jan 2020", jobTitle3="", company3="Initech", school="Porto University",
    )  # fmt: skip
    assert [(p.title, p.company, p.is_current) for p in found.positions] == [
        ("CTO", "Acme", True), ("Engineer", "Globex", False), ("", "Initech", False),
    ]  # fmt: skip
    assert [e.school for e in found.educations] == ["Porto University"]


def test_lists_of_employers_and_schools() -> None:
    found = history(
        name="Ana",
        title="Staff Engineer",
        company="Acme",
        current_employers=[{"employer_name": "Acme", "employee_title": "Staff Engineer",
                            "start_date": "2024-02-01T00:00:00+00:00", "end_date": None}],
        past_employers=[
            {"employer_name": "Globex", "employee_title": "Engineer", "start_date": "2020-01-01",
             "end_date": "2024-01-01"},
            {"name": "Initech", "title": "Trainee", "region": "Porto"},
            "no object",
        ],
        all_employers=[{"employer_name": "Globex", "employee_title": "Engineer"}],
        education_background=[{"institute_name": "Porto University", "degree_name": "BSc", "field_of_study": "Maths"}],
    )  # fmt: skip
    assert found.positions == [
        Position("Staff Engineer", "Acme", "", day("2024-02-01"), None, True),
        Position("Engineer", "Globex", "", day("2020-01-01"), day("2024-01-01")),
        Position("Trainee", "Initech", "Porto"),
    ]
    assert found.educations == [Education("Porto University", "BSc", "Maths")]


def test_lists_within_one_column() -> None:
    found = history(name="Ana", experience={"employment_details": {
        "current": [{"title": "CTO", "company_name": "Acme", "start_date": "2024-02"}],
        "past": [{"title": "Engineer", "company_name": "Globex", "start_date": "2020", "end_date": "2024"}],
    }})  # fmt: skip
    assert [(p.title, p.company) for p in found.positions] == [("CTO", "Acme"), ("Engineer", "Globex")]


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [[]], [{"title": {"a": None}}], {"a": {"b": {"c": []}}}])
def test_a_list_that_is_none(value: Any) -> None:
    plan = plan_of(["experience", "education"])
    assert history_of({"experience": value, "education": value}, plan, NOTHING, clean, TODAY) == History()


def test_one_job_alone_gives_no_average() -> None:
    assert History([Position("CTO", "Acme", "", day("2024-02-01"), None, True)]).average_tenure(TODAY) is None


def test_a_former_job_that_is_the_current_one_again() -> None:
    found = History()
    for company in ("Acme", "Globex", "Acme"):
        found.take(Position("CTO", company, is_current=True))
    assert [(p.company, p.is_current) for p in found.positions] == [("Acme", True), ("Globex", False)]


def job(began: str | None, ended: str | None = None, *, current: bool = False) -> Position:
    return Position(
        "CTO", f"{began} {ended}", "", day(began) if began else None, day(ended) if ended else None, current
    )


@pytest.mark.parametrize(("jobs", "years"), [
    ([], None),
    ([job("2024-11-01", current=True)], 2.0),
    ([job("2016-01-01", "2020-07-01")], 4.5),
    # What lies between two jobs is not work; two jobs at once are not twice the time.
    ([job("2010-01-01", "2012-01-01"), job("2022-11-01", current=True)], 6.0),
    ([job("2010-01-01", "2020-01-01"), job("2012-01-01", "2014-01-01")], 10.0),
    ([job("2010-01-01", "2014-01-01"), job("2012-01-01", "2016-01-01")], 6.0),
    ([job("2016-01-01", "2016-01-01")], 0.0),
    # Where something is not said, nothing is.
    ([job(None, "2012-01-01"), job("2022-11-01", current=True)], None),
    ([job("2010-01-01"), job("2022-11-01", current=True)], None),
    ([job(None, current=True), job("2010-01-01", "2012-01-01")], None),
    ([job("2010-01-01")], None),
    # A second job that goes on lies within the first one.
    ([job("2020-11-01", current=True), job("2024-01-01")], 6.0),
    ([job("1950-01-01", current=True)], 76.8),
])  # fmt: skip
def test_years_in_work(jobs: list[Position], years: float | None) -> None:
    assert History(jobs).years(TODAY) == years


EMPLOYERS = [
    {"employer_name": "Globex", "employee_title": "Engineer", "start_date": "2020-01-01", "end_date": "2024-01-01"},
    {"employer_name": "Acme", "employee_title": "CTO", "start_date": "2024-11-01", "end_date": None},
]


@pytest.mark.parametrize(("row", "years"), [
    ({"all_employers": EMPLOYERS}, 6.0),
    # What the file says itself counts.
    ({"all_employers": EMPLOYERS, "years of experience": "15"}, 15.0),
    ({"all_employers": [{**EMPLOYERS[0], "start_date": None}, EMPLOYERS[1]]}, None),
    ({"all_employers": []}, None),
    # The present job and the one before are not a career.
    ({"linkedinJobTitle": "CTO", "companyName": "Acme", "linkedinJobDateRange": "Nov 2024 - Present",
      "linkedinPreviousJobTitle": "Engineer", "previousCompanyName": "Globex",
      "linkedinPreviousJobDateRange": "Jan 2020 - Jan 2024"}, None),
])  # fmt: skip
def test_years_of_experience_follow_from_a_career_that_is_told(row: dict[str, Any], years: float | None) -> None:
    columns = ["name", *row]
    person = person_of(
        1, {"name": "Ana", **row}, columns_by_field(suggest(columns)), today=TODAY, plan=plan_of(columns)
    )
    assert person is not None
    assert person.values["years_experience"] == years
