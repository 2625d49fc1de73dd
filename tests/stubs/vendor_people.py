"""The people whom the stub vendors know: made from the last part of a LinkedIn address, always the same. Pure.

What an address begins with says what a vendor answers: nobody-… it does not know, queued-… Crustdata is still fetching,
broken-… it cannot read, lost-… is missing from its answer, unsure-… has an e-mail that nobody could verify,
bare-… is known without contacts. Any other address is known to everyone.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

CITIES = (("Bern", "Switzerland"), ("Oslo", "Norway"), ("London", "United Kingdom"), ("Berlin", "Germany"))
COMPANIES = ("Northwind", "Contoso", "Fabrikam", "Initech", "Hooli", "Umbrella Example")
TITLES = ("Software Engineer", "Senior Software Engineer", "Data Engineer", "Engineering Manager")
SCHOOLS = ("Example University", "Institute of Examples", "Polytechnic of Samples")
SKILLS = ("Python", "PostgreSQL", "Kubernetes", "Go", "Terraform", "Kafka", "AWS")


def slug_of(url: str) -> str:
    """ana-example of https://www.linkedin.com/in/ana-example/."""
    return url.rstrip("/").rpartition("/")[2]


def knows(slug: str) -> bool:
    return not slug.startswith("nobody-")


def career(slug: str) -> dict[str, Any]:
    """{name, headline, city, country, jobs: [{title, company, start, end}], school, degree, skills}: the present job
    first, without an end."""
    draw = sha256(slug.encode()).digest()
    city, country = CITIES[draw[0] % len(CITIES)]
    name = " ".join(word.capitalize() for word in slug.split("-")[:2])
    began = 2021 + draw[1] % 4
    jobs = [
        {"title": TITLES[draw[2] % 4], "company": COMPANIES[draw[3] % 6], "start": f"{began}-05-01", "end": None},
        {"title": TITLES[draw[4] % 4], "company": COMPANIES[(draw[3] + 1) % 6], "start": f"{began - 3}-02-01",
         "end": f"{began}-04-01"},
        {"title": TITLES[0], "company": COMPANIES[(draw[3] + 2) % 6], "start": f"{began - 5}-09-01",
         "end": f"{began - 3}-01-01"},
    ]  # fmt: skip
    return {
        "name": name, "headline": f"{jobs[0]['title']} at {jobs[0]['company']}", "city": city, "country": country,
        "jobs": jobs, "school": SCHOOLS[draw[5] % 3], "degree": "BSc", "graduated": began - 5,
        "skills": sorted({SKILLS[draw[6] % 7], SKILLS[draw[7] % 7], SKILLS[draw[8] % 7]}),
    }  # fmt: skip


def emails(slug: str) -> list[dict[str, str]]:
    """As SalesQL says them, private before work, in cases of its own."""
    if slug.startswith("bare-"):
        return []
    status = "Unverifiable" if slug.startswith("unsure-") else "Valid"
    return [
        {"email": f"{slug}@home.example", "type": "Direct", "status": status},
        {"email": f"{slug}@work.example", "type": "Professional", "status": status.upper()},
    ]


def phones(slug: str) -> list[dict[str, Any]]:
    if slug.startswith(("bare-", "unsure-")):
        return []
    number = int.from_bytes(sha256(slug.encode()).digest()[:3], "big") % 9_000_000 + 1_000_000
    return [{"phone": f"+41 44 {number}", "type": "Work", "country_code": "CH", "is_valid": True}]
