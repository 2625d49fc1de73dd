"""Crustdata: careers by public LinkedIn address, up to 25 people a request, in either of its two interfaces.

Answers of a batch come in any order, and some may be missing: they are matched by address, never by their place.
PE03 says that the vendor is fetching someone now: ask again after an hour, at no cost until then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx2

from services.vendors import crustdata_people
from services.vendors.http import Answer, VendorHttp, failure, is_page
from services.vendors.lookups import Answers, objects, part, public_key, words
from services.vendors.vendor_errors import BadKey, NoCredit, NotSetUp, NotUnderstood, ServerFault

NAME = "Crustdata"
MOST = 25
VERSION = "2025-11-01"
QUEUED_S = 3600.0
# Less than a stopping worker is given: what is under way is still answered then.
TIMEOUT_S = 20.0
NO_KEY = "an admin sets CRUSTDATA_API_KEY."
UNREAD = "Crustdata could not read this person's page (PE04)."

_CODE = re.compile(r"\bPE0[1-4]\b")
_FIELDS = ["basic_profile", "professional_network", "social_handles", "experience", "education", "skills", "contact"]


class CrustdataClient:
    """generation: "legacy" or "current". credits_each: what a person costs whom it knows. Raises NotSetUp."""

    most = MOST

    def __init__(
        self,
        base_url: str,
        key: str,
        generation: str,
        credits_each: int,
        *,
        timeout_s: float = TIMEOUT_S,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not key:
            raise NotSetUp(NAME, NO_KEY)
        self._legacy, self._credits_each = generation == "legacy", credits_each
        headers = {"Authorization": f"Token {key}" if self._legacy else f"Bearer {key}"}
        if not self._legacy:
            headers["x-api-version"] = VERSION
        self._http = VendorHttp(NAME, base_url, headers, timeout_s=timeout_s, transport=transport)

    def close(self) -> None:
        self._http.close()

    def look_up(self, urls: Sequence[str]) -> Answers:
        """See lookups.Enricher. urls: at most 25 public addresses, no two of one person."""
        asked = {public_key(url): url for url in urls}
        if self._legacy:
            answers = self._legacy_answers(asked)
        else:
            answers = self._current_answers(asked)
        answered = {*answers.found, *answers.missed, *answers.queued, *answers.failed}
        answers.missed |= set(urls) - answered
        answers.credits = self._credits_each * len(answers.found)
        answers.retry_s = QUEUED_S
        return answers

    def credits_left(self) -> int | None:
        """Only the current interface says so."""
        if self._legacy:
            return None
        answer = self._http.ask("GET", "/user/credits")
        if answer.status != 200:
            raise _failure(answer)
        left = part(answer.body, "credits")
        return int(left) if isinstance(left, int | float) else None

    # -- the former interface -------------------------------------------------------------------

    def _legacy_answers(self, asked: dict[str, str]) -> Answers:
        answer = self._http.ask(
            "GET", "/screener/person/enrich", params={"linkedin_profile_url": ",".join(asked.values())}
        )
        answers = Answers()
        if len(asked) == 1 and answer.status >= 400 and _code(answer.body) == "PE04":
            answers.failed[next(iter(asked.values()))] = UNREAD
            return answers
        if answer.status == 404 and not is_page(answer):
            # Of one person: not there, or being fetched. Of several: nobody is.
            everyone = set(asked.values())
            (answers.queued if _code(answer.body) == "PE03" else answers.missed).update(everyone)
            return answers
        if answer.status != 200:
            raise _failure(answer)
        entries = [answer.body] if isinstance(answer.body, dict) else answer.body
        # One object is one person, or says what is wrong: anything else would be taken for a miss, and remembered.
        if not isinstance(entries, list) or (isinstance(answer.body, dict) and not _told(answer.body)):
            raise NotUnderstood(NAME, "It is no list of people.")
        for entry in objects(entries):
            keys = {public_key(entry.get(name)) for name in crustdata_people.ADDRESSES} - {""}
            url = next((asked[key] for key in keys if key in asked), None)
            if url is None and not keys and len(asked) == 1:
                url = next(iter(asked.values()))
            if url is not None:
                _sort_in(answers, url, entry)
        return answers

    # -- the present interface ------------------------------------------------------------------

    def _current_answers(self, asked: dict[str, str]) -> Answers:
        body = {"professional_network_profile_urls": list(asked.values()), "fields": _FIELDS}
        answer = self._http.ask("POST", "/person/enrich", body=body)
        answers = Answers()
        if answer.status == 404 and not is_page(answer):
            answers.missed.update(asked.values())
            return answers
        if answer.status != 200:
            raise _failure(answer)
        if not isinstance(answer.body, list):
            raise NotUnderstood(NAME, "It is no list of people.")
        for entry in objects(answer.body):
            url = asked.get(public_key(entry.get("matched_on")))
            if url is None and len(asked) == len(answer.body) == 1 and not public_key(entry.get("matched_on")):
                url = next(iter(asked.values()))
            if url is None:
                continue
            matches = objects(entry.get("matches"))
            best = max(matches, key=_confidence, default=None)
            person = part(best, "person_data")
            if isinstance(person, dict) and person:
                answers.found[url] = crustdata_people.current_person(person)
            else:
                _without(answers, url, _code(entry))
        return answers


def _told(entry: dict[str, Any]) -> bool:
    """Whether an object of the former interface is about anybody, or an error."""
    return any(words(entry.get(name)) for name in ("name", *crustdata_people.ADDRESSES)) or bool(_code(entry))


def _sort_in(answers: Answers, url: str, entry: dict[str, Any]) -> None:
    """One entry of a batch: a person, an error, or nothing."""
    if words(entry.get("name")):
        answers.found[url] = crustdata_people.legacy_person(entry)
    else:
        _without(answers, url, _code(entry))


def _without(answers: Answers, url: str, code: str) -> None:
    """Someone of whom nothing came, by what the error says; without one they are not known there."""
    if code == "PE03":
        answers.queued.add(url)
    elif code in ("PE01", "PE02"):
        answers.failed[url] = f"Crustdata could not fetch this person just now ({code})."
    elif code == "PE04":
        answers.failed[url] = UNREAD
    else:
        answers.missed.add(url)


def _confidence(match: dict[str, Any]) -> float:
    score = match.get("confidence_score")
    return float(score) if isinstance(score, int | float) else 0.0


def _code(body: Any) -> str:
    """PE01 … PE04, wherever an error says it; "" where none does. Only error fields are looked at."""
    if isinstance(body, str):
        found = _CODE.search(body)
        return found[0] if found else ""
    if isinstance(body, dict):
        parts = [body.get(name) for name in ("error_code", "code", "error", "message", "detail", "errors")]
        return next((code for one in parts if (code := _code(one))), "")
    if isinstance(body, list):
        return next((code for one in body if (code := _code(one))), "")
    return ""


def _failure(answer: Answer) -> Exception:
    """402, and 403 where it speaks of credits: the account has none left."""
    told = str(answer.body).lower() if answer.body is not None else ""
    if answer.status == 402 or (answer.status == 403 and "credit" in told):
        return NoCredit(NAME, f"(HTTP {answer.status})")
    if answer.status == 403:
        return BadKey(NAME, "(HTTP 403)")
    if (code := _code(answer.body)) in ("PE01", "PE02", "PE04"):
        return ServerFault(NAME, f"({code})")
    return failure(NAME, answer)
