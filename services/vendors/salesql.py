"""SalesQL: e-mails and telephone numbers by public LinkedIn address, one person or up to 100 in a request.

Every person asked about counts against the account's day, known or not; a credit is only taken for what is found.
404 is an answer: the vendor does not know them; a page that says 404 is none, or a wrong address in the settings would
have everyone remembered as unknown. Opaque addresses (ACw…, ACoAA…) are 404s that count, so none is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2

from services.vendors.http import VendorHttp, failure, is_page
from services.vendors.lookups import Answers, Contact, Found, objects, part, public_key, words
from services.vendors.vendor_errors import NoCredit, NotSetUp, NotUnderstood, VendorError

NAME = "SalesQL"
MOST = 100
# Less than a stopping worker is given: what is under way is still answered then.
TIMEOUT_S = 20.0
NO_KEY = "an admin sets SALESQL_API_KEY."
NOT_NOW = "SalesQL could not look for this person just now (HTTP {status}). Try those again who failed."
# Where an error object has its status; not documented, so wherever one is seen.
_STATUSES = (("status",), ("statusCode",), ("code",), ("error", "status"), ("error", "code"))
# What it calls private and work; compared in lower case.
_TYPES = {"direct": "private", "personal": "private", "private": "private", "professional": "work", "work": "work"}


class SalesqlClient:
    """batch: how many people are asked about at once, 1 to 100; 1 uses the request for one. Raises NotSetUp."""

    def __init__(
        self,
        base_url: str,
        key: str,
        batch: int = MOST,
        *,
        timeout_s: float = TIMEOUT_S,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not key:
            raise NotSetUp(NAME, NO_KEY)
        self.most = max(1, min(batch, MOST))
        headers = {"Authorization": f"Bearer {key}"}
        self._http = VendorHttp(NAME, base_url, headers, timeout_s=timeout_s, transport=transport)

    def close(self) -> None:
        self._http.close()

    def look_up(self, urls: Sequence[str]) -> Answers:
        """See lookups.Enricher. Addresses that are no public ones are not sent, and missed."""
        answers = Answers()
        asked = [url for url in urls if public_key(url)]
        answers.missed.update(url for url in urls if url not in set(asked))
        if len(asked) == 1:
            self._one(asked[0], answers)
        elif asked:
            self._many(asked, answers)
        answers.credits = len(answers.found)
        return answers

    def credits_left(self) -> int | None:
        """Of e-mails and phones, in either shape of the answer."""
        answer = self._http.ask("GET", "/allowance")
        if answer.status != 200:
            raise failure(NAME, answer)
        left = part(answer.body, "credits")
        left = part(left, "emails_and_phones") if isinstance(left, dict) else left
        left = answer.body if left is None else left
        return int(left) if isinstance(left, int | float) and not isinstance(left, bool) else None

    def _one(self, url: str, answers: Answers) -> None:
        answer = self._http.ask("GET", "/persons/enrich/", params={"linkedin_url": url})
        if answer.status == 404 and not is_page(answer):
            answers.missed.add(url)
        elif answer.status == 200 and isinstance(answer.body, dict):
            _sort_in(answers, url, answer.body)
        else:
            raise _failure(answer)

    def _many(self, urls: Sequence[str], answers: Answers) -> None:
        answer = self._http.ask("POST", "/persons/enrich/bulk", body=[{"linkedin_url": url} for url in urls])
        if answer.status == 404 and not is_page(answer):
            answers.missed.update(urls)
            return
        if answer.status != 200:
            raise _failure(answer)
        entries = answer.body if isinstance(answer.body, list) else part(answer.body, "results")
        if not isinstance(entries, list) or len(entries) != len(urls):
            # In the order in which they were asked, says the vendor: with another number nobody knows who is who.
            raise NotUnderstood(NAME, "It has not one entry for each person.")
        by_key = {public_key(url): url for url in urls}
        for place, entry in enumerate(entries):
            told = by_key.get(public_key(part(entry, "linkedin_url")), urls[place])
            if told not in answers.found:
                _sort_in(answers, told, entry)
        answers.missed.update(url for url in urls if url not in answers.found and url not in answers.failed)


def _sort_in(answers: Answers, url: str, entry: Any) -> None:
    contacts = _contacts(entry) if isinstance(entry, dict) else ()
    status = _status(entry)
    if status and status != 404:
        # It was not looked for, so it is no miss that is remembered.
        answers.failed[url] = NOT_NOW.format(status=status)
    elif contacts:
        answers.found[url] = Found(dict(entry), {}, contacts)
        answers.missed.discard(url)
    else:
        # An error object, or a person about whom it has nothing.
        answers.missed.add(url)


def _status(entry: Any) -> int:
    """Of an error object that stands in a person's place; 0 where there is none."""
    given = next((part(entry, *names) for names in _STATUSES if part(entry, *names) is not None), None)
    said = str(given)
    return int(said) if said.isascii() and said.isdecimal() and len(said) == 3 and said >= "400" else 0


def _contacts(entry: dict[str, Any]) -> tuple[Contact, ...]:
    emails = [
        Contact("email", value, _type(one), words(one.get("status")).lower())
        for one in objects(entry.get("emails"))
        if (value := words(one.get("email"))) and "@" in value
    ]
    phones = [
        Contact("phone", value, _type(one), "invalid" if one.get("is_valid") is False else "valid")
        for one in objects(entry.get("phones"))
        if (value := words(one.get("phone")))
    ]
    return (*emails, *phones)


def _type(one: dict[str, Any]) -> str:
    said = words(one.get("type")).lower()
    return _TYPES.get(said, said)[:50]


def _failure(answer: Any) -> VendorError:
    if answer.status == 402:
        return NoCredit(NAME, "(HTTP 402)")
    if answer.status == 200:
        return NotUnderstood(NAME, "It is no person.")
    return failure(NAME, answer)
