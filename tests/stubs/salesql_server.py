"""SalesQL over real HTTP, for tests and the demo: one person, up to 100 in order, the allowance in both shapes.

    with SalesqlStub(per_minute=180, per_day=5000) as stub:
        SalesqlClient(stub.url + "/v1", stub.key)

Every person counts against the day, known or not; a credit is only taken for one who is found.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stubs import vendor_people
from tests.stubs.loopback import Reply, Request
from tests.stubs.vendor_stub import VendorStub

NOT_FOUND = {"error": "Not Found", "message": "No person matches"}


class SalesqlStub(VendorStub):
    """old_allowance: an integer instead of an object. opaque: opaque addresses that it was asked about."""

    key: str | None = "canary-salesql-key"

    def __init__(self, *, credits: int = 100_000, old_allowance: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.credits, self.old_allowance = credits, old_allowance
        self.opaque = 0

    def answer(self, request: Request) -> Reply:
        if not self.signed_in(request):
            return Reply(401, {"message": "Unauthorized"})
        parts = urlsplit(request.path)
        path = parts.path.removeprefix("/v1")
        if path == "/allowance":
            left: Any = self.credits if self.old_allowance else {"emails_and_phones": self.credits, "verifications": 5}
            return Reply(200, {"credits": left, "reset_date": "2027-01-01T00:00:00Z"})
        if path.rstrip("/") == "/persons/enrich" and request.method == "GET":
            (url,) = parse_qs(parts.query).get("linkedin_url", [""])
            person = self._admitted([url])
            return person if isinstance(person, Reply) else Reply(200 if "uuid" in person[0] else 404, person[0])
        if path == "/persons/enrich/bulk" and request.method == "POST":
            asked = [str(one.get("linkedin_url")) for one in json.loads(request.body)]
            if not 1 <= len(asked) <= 100:
                return Reply(400, {"message": "Between 1 and 100 queries"})
            people = self._admitted(asked)
            return people if isinstance(people, Reply) else Reply(200, people)
        return Reply(404, {"message": "no such path"})

    def _admitted(self, urls: list[str]) -> Reply | list[dict[str, Any]]:
        refused = self.admit(len(urls), urls)
        return refused if refused is not None else [self._person(url) for url in urls]

    def _person(self, url: str) -> dict[str, Any]:
        slug = vendor_people.slug_of(url)
        if slug.startswith(("ACw", "ACoAA")):
            self.opaque += 1
        if not vendor_people.knows(slug) or slug.startswith(("ACw", "ACoAA")):
            return dict(NOT_FOUND)
        self.credits -= 1
        told = vendor_people.career(slug)
        first, _, last = told["name"].partition(" ")
        return {
            "uuid": f"uuid-{slug}", "first_name": first, "last_name": last, "full_name": told["name"],
            "linkedin_url": f"https://www.linkedin.com/in/{slug}", "headline": told["headline"],
            "title": told["jobs"][0]["title"], "industry": "Software", "image": None,
            "location": {"city": told["city"], "state": None, "country": told["country"], "country_code": None},
            "organization": {"name": told["jobs"][0]["company"], "website": "https://example.com"},
            "emails": vendor_people.emails(slug), "phones": vendor_people.phones(slug),
        }  # fmt: skip
