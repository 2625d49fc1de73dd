"""Crustdata over real HTTP, for tests and the demo, in either of its two interfaces. Loopback only.

    with CrustdataStub("legacy") as stub:
        CrustdataClient(stub.url, stub.key, "legacy", 3)

Answers of a batch come in reverse; lost-… are missing, nobody-… too or empty; queued-… are being fetched (PE03) until
`ready` is true. In the former interface some are found under an opaque address with the public one beside it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stubs import vendor_people
from tests.stubs.loopback import Reply, Request
from tests.stubs.vendor_stub import VendorStub


class CrustdataStub(VendorStub):
    """ready: those that were being fetched are there now."""

    key: str | None = "canary-crustdata-key"

    def __init__(self, generation: str = "current", *, credits: int = 100_000, **options: Any) -> None:
        super().__init__(**options)
        self.generation, self.credits = generation, credits
        self.ready = False

    def answer(self, request: Request) -> Reply:
        legacy = self.generation == "legacy"
        if not self.signed_in(request, "Token" if legacy else "Bearer"):
            return Reply(401, {"error": "Invalid token"})
        parts = urlsplit(request.path)
        if legacy and parts.path == "/screener/person/enrich" and request.method == "GET":
            (joined,) = parse_qs(parts.query).get("linkedin_profile_url", [""])
            return self._admitted(joined.split(","), self._legacy)
        if not legacy and request.headers.get("x-api-version") != "2025-11-01":
            return Reply(400, {"error": "x-api-version is required"})
        if not legacy and parts.path == "/person/enrich" and request.method == "POST":
            asked = json.loads(request.body).get("professional_network_profile_urls") or []
            return self._admitted(asked, self._current)
        if not legacy and parts.path == "/user/credits":
            return Reply(200, {"credits": self.credits})
        return Reply(404, {"error": "no such path"})

    def _admitted(self, urls: list[str], answer: Any) -> Reply:
        if not 1 <= len(urls) <= 25:
            return Reply(400, {"error": "between 1 and 25 profiles"})
        refused = self.admit(1, urls)
        if refused is not None:
            return refused
        if self.credits <= 0:
            return Reply(403, {"error": "Insufficient credits"})
        reply: Reply = answer(urls)
        return reply

    def _legacy(self, urls: list[str]) -> Reply:
        entries = [self._legacy_entry(url, vendor_people.slug_of(url)) for url in reversed(urls)]
        if len(urls) == 1 and (entries[0] is None or "error" in entries[0]):
            return Reply(404, entries[0] or {"error": "not found"})
        return Reply(200, [entry for entry in entries if entry is not None])

    def _legacy_entry(self, url: str, slug: str) -> dict[str, Any] | None:
        if slug.startswith("lost-") or not vendor_people.knows(slug):
            return {"linkedin_flagship_url": url} if slug.endswith("empty") else None
        if slug.startswith("queued-") and not self.ready:
            return {"error": "PE03: being fetched, ask again later", "linkedin_profile_url": url}
        if slug.startswith("broken-"):
            return {"error": "PE04", "linkedin_profile_url": url}
        self.credits -= 3
        told = vendor_people.career(slug)
        now, *past = told["jobs"]
        opaque = f"https://www.linkedin.com/in/ACwAA{slug.replace('-', '')}XYZ"
        return {
            "name": told["name"], "location": f"{told['city']}, {told['country']}", "email": None,
            "title": now["title"], "last_updated": "2026-05-01T00:00:00+00:00", "headline": told["headline"],
            "summary": None, "num_of_connections": 500, "skills": told["skills"], "languages": [],
            "current_employers": [_legacy_job(now)], "past_employers": [_legacy_job(job) for job in past],
            "all_employers": [now["company"]],
            "education_background": [{"degree_name": told["degree"], "institute_name": told["school"],
                "field_of_study": "Computing", "start_date": f"{told['graduated'] - 3}-09-01T00:00:00+00:00",
                "end_date": f"{told['graduated']}-06-01T00:00:00+00:00"}],
            "linkedin_profile_url": opaque, "linkedin_flagship_url": url,
        }  # fmt: skip

    def _current(self, urls: list[str]) -> Reply:
        entries = [self._current_entry(url, vendor_people.slug_of(url)) for url in reversed(urls)]
        return Reply(200, [entry for entry in entries if entry is not None])

    def _current_entry(self, url: str, slug: str) -> dict[str, Any] | None:
        entry: dict[str, Any] = {"matched_on": url, "match_type": "professional_network_profile_url", "matches": []}
        if slug.startswith("lost-"):
            return None
        if slug.startswith("queued-") and not self.ready:
            return entry | {"error": {"code": "PE03", "message": "being fetched"}}
        if not vendor_people.knows(slug) or slug.startswith("broken-"):
            return entry
        self.credits -= 3
        told = vendor_people.career(slug)
        now, *past = told["jobs"]
        contact = {} if slug.startswith(("bare-", "unsure-")) else {"business_emails": [f"{slug}@crust.example"]}
        person = {
            "basic_profile": {"name": told["name"], "headline": told["headline"], "current_title": now["title"],
                "summary": None, "location": {"raw": f"{told['city']}, {told['country']}", "city": told["city"],
                "country": told["country"]}},
            "professional_network": {"connections": 500},
            "social_handles": {"professional_network_identifier": {"profile_url": url}},
            "experience": {"employment_details": {"current": [_current_job(now)],
                "past": [_current_job(job) for job in past]}},
            "education": {"schools": [{"school": told["school"], "degree": told["degree"],
                "field_of_study": "Computing", "start_year": told["graduated"] - 3, "end_year": told["graduated"]}]},
            "skills": {"professional_network_skills": told["skills"]},
            "contact": contact,
        }  # fmt: skip
        worse = {"confidence_score": 0.2, "person_data": {"basic_profile": {"name": "Somebody Else"}}}
        return entry | {"matches": [worse, {"confidence_score": 1.0, "person_data": person}]}


def _legacy_job(job: dict[str, Any]) -> dict[str, Any]:
    return {
        "employer_name": job["company"], "employee_title": job["title"], "employee_description": None,
        "employee_location": None, "start_date": f"{job['start']}T00:00:00+00:00",
        "end_date": f"{job['end']}T00:00:00+00:00" if job["end"] else None,
    }  # fmt: skip


def _current_job(job: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": job["company"], "title": job["title"], "start_date": f"{job['start']}T00:00:00",
        "end_date": f"{job['end']}T00:00:00" if job["end"] else None, "is_default": job["end"] is None,
    }  # fmt: skip
