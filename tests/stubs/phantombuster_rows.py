"""Result files of PhantomBuster's agents, in the layouts that they have. Nobody in them exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

NAVIGATOR = (
    "profileUrl", "fullName", "firstName", "lastName", "companyName", "title", "companyId", "companyUrl",
    "regularCompanyUrl", "summary", "titleDescription", "industry", "companyLocation", "location", "durationInRole",
    "durationInCompany", "pastExperienceCompanyName", "pastExperienceCompanyUrl", "pastExperienceCompanyTitle",
    "pastExperienceDate", "pastExperienceDuration", "connectionDegree", "profileImageUrl", "sharedConnectionsCount",
    "name", "vmid", "linkedInProfileUrl", "isPremium", "isOpenLink", "query", "timestamp", "defaultProfileUrl",
)  # fmt: skip
SCRAPER = (
    "firstName", "lastName", "profileUrl", "linkedinProfileUrl", "linkedinProfileUrn", "linkedinProfileSlug",
    "linkedinHeadline", "linkedinDescription", "location", "connectionDegree", "linkedinJobTitle",
    "linkedinJobDateRange", "companyName", "companyIndustry", "linkedinCompanyName", "linkedinPreviousJobTitle",
    "linkedinPreviousJobDateRange", "previousCompanyName", "linkedinSchoolName", "linkedinSchoolDegree",
    "linkedinSkillsLabel", "professionalEmail", "refreshedAt", "error",
)  # fmt: skip
LEGACY = (
    "profileUrl", "fullName", "headline", "location", "jobTitle", "jobDateRange", "jobDuration", "company", "jobTitle2",
    "company2", "jobDateRange2", "school", "allSkills", "skill1", "endorsement1",
)  # fmt: skip
SEARCH_EXPORT = ("url", "name", "job", "location", "additionalInfo", "query", "timestamp")

_FIRST = ("Ana", "Ben", "Chloe", "Deniz", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas")
_LAST = ("Lima", "Okoro", "Sato", "Novak", "Moreau", "Haddad", "Weber", "Rossi", "Silva", "Kowalski")
_WORK = (("Backend Engineer", "Acme"), ("Data Engineer", "Globex"), ("Product Manager", "Initech"))


def people(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Rows as Sales Navigator's export has them; the number makes each another person."""
    return [_person(number) for number in range(start, start + count)]


def _person(number: int) -> dict[str, Any]:
    first, last = _FIRST[number % 10], f"{_LAST[number // 10 % 10]}{number // 100 or ''}"
    title, company = _WORK[number % 3]
    return {
        "profileUrl": f"https://www.linkedin.com/sales/lead/ACwAA{number:06},NAME_SEARCH,x",
        "fullName": f"{first} {last}", "firstName": first, "lastName": last, "companyName": company, "title": title,
        "industry": "Software Development", "location": "London, United Kingdom", "durationInRole": "2 years 3 months",
        "durationInCompany": "4 years", "pastExperienceCompanyName": "Hooli", "pastExperienceCompanyTitle": "Engineer",
        "vmid": f"ACwAA{number:06}", "linkedInProfileUrl": f"https://www.linkedin.com/in/ACwAA{number:06}",
        "defaultProfileUrl": f"https://www.linkedin.com/in/{first}-{last}-{number}".lower(),
        "query": "engineers in London", "timestamp": "2026-11-20T10:00:00.000Z",
    }  # fmt: skip


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows with a header; what a row does not have is empty."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
