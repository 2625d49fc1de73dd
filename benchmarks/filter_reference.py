"""Filter rules as a plain program would do them: one person after the other, all in Python.

The tests compare the product's SQL with this, and the benchmark takes it as the row-wise arm. It shares no
code with the product: what a rule means is written here a second time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

FORMS = set(
    "inc incorporated corp corporation co company cie llc llp lp lllp pllc pc plc ltd limited unlimited pty pte pvt"
    " private gmbh mbh ggmbh ag kg kgaa ohg ug gbr ev eg ek se sa sas sasu sarl eurl snc scop sca spa srl srls sapa"
    " sl slu sau scs ltda lda eireli epp bv nv vof cv bvba sprl vzw ab asa as aps ks ehf oy oyj ou sia uab zrt nyrt"
    " kft doo dd ad ood eood ead sro spol vos spzoo ooo oao zao pao jsc ojsc pjsc cjsc wll fze fzco fzc dmcc tbk bhd"
    " berhad sdn kk gk yk aktiengesellschaft aktiebolag aktieselskab osakeyhtio and".split()
)
CYRILLIC_FORMS = ("ооо", "оао", "зао", "пао", "ао", "тов")
CJK_FORMS = ("株式会社", "有限会社", "合同会社", "股份有限公司", "有限责任公司", "有限公司")
DEGREES = (
    r"(?:(?:^|[ ,]+)(?:phd|dphil|mba|emba|msc|bsc|mphil|llm|llb|cpa|cfa|pmp|pe|esq|jr|sr|ii|iii|iv|frcs|mrcs|cissp"
    r"|ing))+$"
)
TITLES = r"^(?:(?:dr|prof|professor|mr|mrs|ms|mx|sir|dame|herr|frau|dipl|ing|mag|mme|don|dona) )+(?=.)"
LETTERS = {
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "đ": "d",
    "ı": "i",
    "ё": "е",
}


@dataclass
class Row:
    """One person of a search, as the product has them."""

    id: int
    full_name: str = ""
    title: str = ""
    company: str = ""
    location: str = ""
    country: str = ""
    headline: str = ""
    skills: Sequence[str] = ()
    email: str = ""
    phone: str = ""
    linkedin_url: str = ""
    url_key: str = ""
    source: str = ""
    years_experience: float | None = None
    current_tenure_months: int | None = None
    average_tenure_months: int | None = None
    jobs: Sequence[tuple[str, date | None, bool]] = ()  # company, start, is current
    schools: Sequence[str] = ()
    contacted_at: datetime | None = None  # by a colleague, the latest


@dataclass
class Entries:
    """A list: (entry id, name, url key, e-mail, company), and other names of each name."""

    holds: str
    entries: Sequence[tuple[int, str, str, str, str]]
    aliases: Sequence[tuple[str, str]] = field(default_factory=list)


def key(text: str) -> str:
    plain = "".join(LETTERS.get(c, c) for c in text)
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain).lower()


def plain_words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip()


def company(name: str) -> str:
    k = re.sub(r"\([^)]*\)?", " ", key(name))
    k = re.sub(r"\.com\b", "", k).replace("&", " and ")
    k = plain_words(re.sub("[.'’`´\"“”„״׳]", "", k))
    if re.search(r"\b[a-z] [a-z]\b", k):
        k = re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", k)
    k = k.replace("sp z oo", "spzoo").replace("sp zoo", "spzoo")
    whole = k
    k = k.replace(" und ", " and ").replace(" et ", " and ")
    for form in CYRILLIC_FORMS:
        k = k.removeprefix(form + " ") if k.startswith(form + " ") else k
    for form in CJK_FORMS:
        k = k.removeprefix(form).removesuffix(form).strip()
    for form in (*CYRILLIC_FORMS, "בעמ"):
        k = k.removesuffix(" " + form)
    k = k.removeprefix("the ")
    words = k.split(" ")
    while len(words) > 1 and words[-1] in FORMS:
        words.pop()
    k = " ".join(words)
    return whole if k in ("", "and") else k


def person(name: str) -> str:
    k = re.sub(r"\([^)]*\)?", " ", key(name))
    k = re.sub("[.'’`´\"“”„״׳]", "", k).strip(" ")
    k = re.sub(DEGREES, "", k)
    if "," in k:
        head, _, tail = k.partition(",")
        k = f"{tail.strip(' ')} {head}"
    k = re.sub(TITLES, "", plain_words(k))
    return re.sub(r" [a-z](?= )", "", k)


def has_words(text: str, terms: Iterable[str]) -> bool:
    for term in terms:
        parts = [re.escape(part) for part in key(term).strip().split(" ") if part]
        if parts and re.search(r"(?:^|[\W_])" + r"[\W_]+".join(parts) + r"(?:$|[\W_])", text):
            return True
    return False


def has_keywords(row: Row, terms: Iterable[str]) -> bool:
    """Terms side by side within title, company, headline, one skill, or place."""

    def split(text: str) -> list[str]:
        text = key(text).replace("c++", "cplusplus").replace("c#", "csharp").replace(".net", " dotnet")
        return re.sub(r"[\W_]+", " ", text).split()

    texts = [split(part) for part in (row.title, row.company, row.headline, *row.skills, row.location)]
    wanted = [split(term) for term in terms]
    return any(
        term and any(text[at : at + len(term)] == term for at in range(len(text))) for term in wanted for text in texts
    )


def level(title: str, terms: Sequence[Mapping[str, Any]]) -> tuple[str, bool]:
    """Level and whether they consult, by the word table."""
    words = plain_words(key(title)).split(" ")
    runs = {" ".join(words[i : i + n]) for n in (1, 2) for i in range(len(words) - n + 1)}
    said = [t for t in terms if t["term"] in runs]
    cancelled = {t["cancels"] for t in said}
    said = [t for t in said if t["term"] not in cancelled]
    ranked = sorted((t["rank"], t["says"]) for t in said if t["rank"] > 0)
    return (ranked[0][1] if ranked else "individual"), any(t["says"] == "consulting" for t in said)


def complete(row: Row) -> bool:
    partial = "phantombuster" in key(row.source) or "sales navigator" in key(row.source)
    return len(row.jobs) >= 3 or (len(row.jobs) == 2 and not partial)


def matches(name: str, given: Entries, match: str, threshold: float) -> int | None:
    """The entry that a company's or school's name meets."""
    norm = company(name)
    if not norm:
        return None
    found = []
    for entry, label, *_ in given.entries:
        own = company(label)
        keys = {own} | {company(b) for a, b in given.aliases if company(a) == own}
        keys |= {company(a) for a, b in given.aliases if company(b) == own}
        for one in keys:
            if match == "exact" and one == norm:
                found.append((0.0, entry))
            elif match == "contains" and _contains(norm, one):
                found.append((0.0, entry))
            elif match == "fuzzy" and alike(one, norm) >= threshold - 1e-6:
                found.append((-alike(one, norm), entry))
    return min(found)[1] if found else None


def _contains(norm: str, wanted: str) -> bool:
    words, part = norm.split(" ")[:16], wanted.split(" ")
    return len(part) <= 8 and any(words[i : i + len(part)] == part for i in range(len(words)))


def alike(one: str, other: str) -> float:
    """Trigrams in common as a share of all, as pg_trgm counts them."""

    def grams(text: str) -> set[str]:
        return {f"  {w} "[i : i + 3] for w in re.split(r"[\W_]+", text) if w for i in range(len(w) + 1)}

    a, b = grams(one), grams(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def judge(
    row: Row,
    rule: Mapping[str, Any],
    lists: Mapping[int, Entries],
    terms: Sequence[Mapping[str, Any]],
    now: datetime,
) -> tuple[bool | None, int | None]:
    """(leave out, keep or unknown; the entry that was met)."""
    p, kind = rule["params"], rule["kind"]
    if kind == "list":
        return _judge_list(row, p, lists[p["list_id"]])
    return _judge(row, kind, p, terms, now), None


def _judge(row: Row, kind: str, p: Mapping[str, Any], terms: Sequence[Mapping[str, Any]], now: datetime) -> bool | None:
    if kind == "title":
        return None if not row.title else has_words(key(row.title), p["terms"]) == p["has"]
    if kind == "keyword":
        if not (row.title or row.company or row.headline or row.skills):
            return None
        return has_keywords(row, p["terms"]) == p["has"]
    if kind == "location":
        if not (row.location or row.country):
            return None
        return has_words(f"{key(row.location)} ; {key(row.country)}", p["terms"]) == p["has"]
    if kind in ("experience", "current_tenure"):
        value = row.years_experience if kind == "experience" else row.current_tenure_months
        if value is None:
            return None
        return (p["low"] is not None and value < p["low"]) or (p["high"] is not None and value > p["high"])
    if kind == "job_hopper":
        return _hopper(row, p, now)
    if kind == "level":
        return None if not row.title else level(row.title, terms)[0] in p["levels"]
    if kind == "consulting":
        return None if not row.title else level(row.title, terms)[1]
    if kind == "freelance":
        if not (row.title or row.company or row.headline):
            return None
        return has_keywords(row, [t["term"] for t in terms if t["says"] == "freelance"])
    if kind == "school":
        schools = [s for s in row.schools if s]
        return None if not schools else has_words(" ; ".join(key(s) for s in sorted(schools)), p["terms"]) == p["has"]
    if kind == "contacted":
        return row.contacted_at is not None and row.contacted_at >= now - timedelta(days=p["days"])
    assert kind == "missing"
    blank = {
        "email": not row.email, "phone": not row.phone, "linkedin_url": not row.linkedin_url, "title": not row.title,
        "company": not row.company, "location": not row.location, "skills": not row.skills,
        "years_experience": row.years_experience is None, "current_tenure_months": row.current_tenure_months is None,
    }  # fmt: skip
    return any(blank[name] for name in p["fields"])


def _hopper(row: Row, p: Mapping[str, Any], now: datetime) -> bool | None:
    whole = complete(row)
    short: bool | None = False
    if p["average"] is not None:
        stay = row.average_tenure_months if whole else None
        short = None if stay is None else stay < p["average"]
    often: bool | None = False
    if p["moves"] is not None:
        day = now.date()
        since = day.replace(year=day.year - p["years"], day=min(day.day, 28) if day.month == 2 else day.day)
        starts = sorted(start for _, start, _ in row.jobs if start is not None)
        recent = sum(start >= since for start in starts) - (bool(starts) and starts[0] >= since)
        undated = any(start is None for _, start, _ in row.jobs)
        often = True if recent >= p["moves"] else None if undated or not whole else False
    return True if short or often else None if short is None or often is None else False


def _judge_list(row: Row, p: Mapping[str, Any], given: Entries) -> tuple[bool | None, int | None]:
    listed = p["listed"]

    def met(names: Iterable[str]) -> int | None:
        found = [matches(name, given, p["match"], p["threshold"]) for name in names]
        return min((one for one in found if one is not None), default=None)

    if given.holds == "people":
        entry = _person_on(row, given)
        if entry is not None:
            return listed, entry
        nothing = not row.linkedin_url and not row.email and not (row.company and row.full_name)
        return (None if nothing else not listed), None
    if given.holds == "schools":
        schools = [s for s in row.schools if s]
        entry = met(schools)
        return (None if not schools else (entry is not None) == listed), entry
    now = met([row.company]) if row.company else None
    before = met(name for name, _, current in row.jobs if name and not current)
    if p["scope"] == "now":
        return (None if not row.company else (now is not None) == listed), now
    if p["scope"] == "before":
        return (listed if before is not None else not listed if complete(row) else None), before
    entry = now if now is not None else before
    if entry is not None:
        return listed, entry
    return (not listed if complete(row) and row.company else None), None


def _person_on(row: Row, given: Entries) -> int | None:
    name, employer = person(row.full_name), company(row.company)
    return min(
        (
            entry
            for entry, label, url, email, at in given.entries
            if (url and url == row.url_key)
            or (email and email == row.email.lower())
            or (
                name and employer and person(label) == name and company(at) == employer
                and not (url and row.linkedin_url)
            )
        ),
        default=None,
    )  # fmt: skip


def apply(
    row: Row,
    rules: Sequence[Mapping[str, Any]],
    lists: Mapping[int, Entries],
    terms: Sequence[Mapping[str, Any]],
    now: datetime,
) -> tuple[int | None, list[bool | None], int | None]:
    """(number of the first rule that leaves them out or None, each rule's answer, the entry that was met)."""
    answers = [judge(row, rule, lists, terms, now) for rule in rules]
    for n, (said, entry) in enumerate(answers):
        if said or (said is None and rules[n]["on_unknown"] == "drop"):
            return n, [one for one, _ in answers], entry
    return None, [one for one, _ in answers], None
