"""A person as either interface of Crustdata tells of them, as the row of a file would say it. Pure.

The row has the headers that imports know (services/imports/import_history.py), so careers from an import and from here
come out the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.vendors.lookups import Contact, Found, objects, part, words

ADDRESSES = ("linkedin_profile_url", "linkedin_flagship_url", "flagship_profile_url")
# Field → columns of the row; what is no field comes from the lists beside them.
COLUMNS = {
    "full_name": ["name"],
    "headline": ["headline"],
    "title": ["title"],
    "company": ["company"],
    "location": ["location"],
    "country": ["country"],
    "summary": ["summary"],
    "skills": ["skills"],
    "started_on": ["started_on"],
}
LISTS = ("current_employers", "past_employers", "education_background")
HEADER = (*(columns[0] for columns in COLUMNS.values()), *LISTS)
# Dates of the schools of either interface, as imports know them.
_YEARS = {"start_year": "start_date", "end_year": "end_date"}


def legacy_person(entry: Mapping[str, Any]) -> Found:
    """entry: one of the former interface's answer."""
    current = _jobs(entry.get("current_employers"))
    past = _jobs(entry.get("past_employers"))
    if not current and not past:
        current, past = _split(_jobs(entry.get("all_employers")))
    row = _row(
        name=entry.get("name"),
        headline=entry.get("headline"),
        title=entry.get("title"),
        location=entry.get("location") or entry.get("region"),
        country="",
        summary=entry.get("summary"),
        skills=entry.get("skills"),
        current=current,
        past=past,
        schools=objects(entry.get("education_background")),
    )
    emails = entry.get("email") or entry.get("business_email")
    return Found(dict(entry), row, _contacts("email", emails, "work"))


def current_person(person: Mapping[str, Any]) -> Found:
    """person: the person_data of the present interface."""
    basic = person.get("basic_profile")
    details = part(person, "experience", "employment_details")
    place = part(basic, "location")
    row = _row(
        name=part(basic, "name") or part(basic, "full_name"),
        headline=part(basic, "headline"),
        title=part(basic, "current_title"),
        location=part(place, "raw") or part(place, "full_location") if isinstance(place, dict) else place,
        country=part(place, "country"),
        summary=part(basic, "summary"),
        skills=part(person, "skills", "professional_network_skills"),
        current=_jobs(part(details, "current")),
        past=_jobs(part(details, "past")),
        schools=objects(part(person, "education", "schools")),
    )
    contact = person.get("contact")
    work = part(contact, "business_emails") or part(contact, "business_email")
    private = part(contact, "personal_emails") or part(contact, "personal_email")
    phones = part(contact, "phone_numbers") or part(contact, "phones")
    return Found(
        dict(person),
        row,
        (*_contacts("email", work, "work"), *_contacts("email", private, "private"), *_contacts("phone", phones, "")),
    )


def _row(
    *,
    name: Any,
    headline: Any,
    title: Any,
    location: Any,
    country: Any,
    summary: Any,
    skills: Any,
    current: list[dict[str, Any]],
    past: list[dict[str, Any]],
    schools: list[dict[str, Any]],
) -> dict[str, Any]:
    now = current[0] if current else {}
    job = words(now.get("title")) or words(now.get("employee_title"))
    return {
        "name": words(name),
        "headline": words(headline),
        "title": job or (words(title) if not current else ""),
        "company": words(now.get("name")) or words(now.get("employer_name")) or words(now.get("company_name")),
        "location": words(location),
        "country": words(country),
        "summary": words(summary),
        "skills": [skill for one in skills if (skill := words(one))] if isinstance(skills, list) else words(skills),
        "started_on": now.get("start_date") or "",
        # A job that is named as a present one is one, whatever it says of its end.
        "current_employers": [{**job, "end_date": None} for job in current],
        "past_employers": past,
        "education_background": [{_YEARS.get(name, name): _year(value) for name, value in school.items()}
                                 for school in schools],
    }  # fmt: skip


def _jobs(value: Any) -> list[dict[str, Any]]:
    """Jobs of a list, the one that counts as the present one first; an object stands for a list of one."""
    jobs = objects([value] if isinstance(value, dict) else value)
    return sorted(jobs, key=lambda job: not job.get("is_default"))


def _split(jobs: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Present and former ones of all jobs: a present one says that it has no end."""
    now = [job for job in jobs if "end_date" in job and not job["end_date"] and job.get("start_date")]
    return now, [job for job in jobs if job not in now]


def _year(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _contacts(kind: str, given: Any, type_: str) -> tuple[Contact, ...]:
    """From a text, a list of texts, or a list of objects that hold one."""
    return tuple(Contact(kind, value, type_) for value in _values(given))


def _values(given: Any) -> Iterable[str]:
    if isinstance(given, str):
        return [part for one in given.split(",") if (part := one.strip())]
    if isinstance(given, list):
        return [value for one in given for value in _values(one)]
    if isinstance(given, dict):
        named = (given.get(name) for name in ("email", "value", "address", "phone", "number", "phone_number"))
        return next(([value] for value in named if isinstance(value, str) and value.strip()), [])
    return []
