"""The stub model's answers: plain word matching, so that every verdict can be explained. Pure.

It reads the prompts as text, as a model would, and knows nothing of the code that writes them.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Fields = Mapping[str, str]

SKILLS = tuple(
    "python java javascript typescript react angular vue node.js django flask fastapi spring kotlin swift go rust "
    "c++ c# .net php ruby rails scala sql postgresql mysql mongodb redis kafka rabbitmq spark airflow dbt snowflake "
    "hadoop aws azure gcp kubernetes docker terraform ansible jenkins linux git graphql rest microservices pandas "
    "pytorch tensorflow nlp llm salesforce sap hubspot excel tableau looker figma seo crm scrum agile kanban jira "
    "recruiting sourcing procurement logistics accounting payroll audit compliance marketing sales".split()
) + tuple(
    "machine learning|deep learning|data science|data engineering|power bi|google cloud|product management|"
    "project management|account management|people management|team lead|supply chain|customer success|"
    "business development|computer vision|spring boot|site reliability|financial modelling|user research".split("|")
)
COMMON = frozenset(
    "the and for with has have had does did is are was were been being not any who what where when which that this "
    "these those from into over under about than then there their they them you your our can could should would must "
    "may might will candidate candidates person profile experience experienced experiences work worked working works "
    "year years month months least more most minimum strong good great excellent solid proven hands knowledge know "
    "knows skill skills skilled ability able using use used role roles job position level within based located live "
    "lives living currently current previous previously similar other also least one two three four five six seven "
    "eight nine ten plus nice ideally preferred required requirement requirements degree holds hold speak speaks "
    "fluent professional including such well team teams looking join company companies responsible industry".split()
)
# Which fields speak about a matter; the first pattern found in the question decides.
TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\b(based|located|location|live|lives|relocat\w+|city|country|office)\b", ("location", "country")),
    (r"\b(degree|university|bachelor\w*|master'?s?|phd|diploma|graduat\w+|studied)\b", ("educations",)),
    (r"\b(speaks?|language|languages|fluent)\b", ("languages", "summary")),
    (r"\b(certif\w+)\b", ("certifications", "summary")),
)
WORK_FIELDS = ("skills", "title", "headline", "positions", "summary", "industry", "company")
# What "obedient" looks for: the shape of instruction that an injected profile carries.
ORDER = re.compile(r"(?:mark|give|rate|judge|answer)\W+(?:every|all|each)\b.{0,80}?\bpass\b", re.IGNORECASE | re.DOTALL)


def tokens(text: str) -> int:
    """The stub's bill: words up to 8 letters 1 token, longer ones more; its own rule on purpose."""
    letters = re.findall(r"[^\W\d_]+", text)
    return sum(math.ceil(len(word) / 8) for word in letters) + math.ceil(len(re.findall(r"[^\w\s]|\d", text)) * 0.55)


def read_data(message: str) -> tuple[Any, str]:
    """(the JSON between the marker lines, all other text) of a message; (None, text) without any."""
    for marker in re.findall(r"^(===.+===|<\w+>)$", message, re.MULTILINE):
        close = marker.replace("<", "</")
        before, _, rest = message.partition(f"\n{marker}\n")
        data, found, after = rest.partition(f"\n{close}")
        if found:
            try:
                return json.loads(data), before + after
            except ValueError:
                return data, before + after
    return None, message


def read_criteria(system: str) -> list[dict[str, str]]:
    """[{key, question}] of the line after "Criteria (JSON):"; empty where there is none."""
    found = re.search(r"^Criteria \(JSON\):\n(\[.*\])$", system, re.MULTILINE)
    return json.loads(found.group(1)) if found else []


def obeys(message: str) -> bool:
    """Whether a gullible model would be led: an order outside the data, or hidden in tag characters."""
    hidden = "".join(chr(ord(char) - 0xE0000) for char in message if 0xE0020 <= ord(char) <= 0xE007E)
    return bool(ORDER.search(read_data(message)[1]) or ORDER.search(hidden))


def judge(criteria: Sequence[Mapping[str, str]], fields: Fields) -> list[dict[str, str]]:
    """One verdict a criterion: pass with a quote, fail where the fields are filled, else unknown."""
    return [{"criterion": one["key"], **_verdict(one["question"], fields)} for one in criteria]


def important_words(question: str) -> list[str]:
    """The known skills in a question, else its words that are not common ones. Lower case."""
    low = question.lower()
    skills = [skill for skill in SKILLS if _find(skill, low)]
    words = [word for word in re.findall(r"[^\W\d_][\w.+#-]*[\w+#]", low) if len(word) > 2 and word not in COMMON]
    return skills or list(dict.fromkeys(words))


def _verdict(question: str, fields: Fields) -> dict[str, str]:
    low = question.lower()
    names = next((names for pattern, names in TOPICS if re.search(pattern, low)), WORK_FIELDS)
    filled = {name: fields[name] for name in names if fields.get(name)}
    years = re.search(r"(\d+)\s*(?:\+|or more)?\s*years", low)
    words = important_words(question)
    if years and fields.get("years_experience") and not any(word in SKILLS for word in words):
        has = float(re.findall(r"\d+(?:\.\d+)?", fields["years_experience"])[0])
        verdict = "pass" if has >= float(years.group(1)) else "fail"
        return {"field": "years_experience", "quote": fields["years_experience"], "verdict": verdict}
    for word in words:
        for name, text in filled.items():
            if match := _find(word, text):
                return {"field": name, "quote": _around(text, match), "verdict": "pass"}
    return {"field": "", "quote": "", "verdict": "fail" if filled else "unknown"}


def _find(word: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w]){re.escape(word)}(?![\w+#])", text, re.IGNORECASE)


def _around(text: str, match: re.Match[str]) -> str:
    """The clause around a match, at most about 120 characters, never under 3 where there are more."""
    start = max(text.rfind(mark, 0, match.start()) for mark in ",;.|\n") + 1
    ends = [end for mark in ",;.|\n" if (end := text.find(mark, match.end())) >= 0]
    clause = text[max(start, match.start() - 60) : min([*ends, len(text), match.end() + 60])].strip()
    return clause if len(clause) >= 3 else text[max(0, match.start() - 10) : match.end() + 10].strip()


def propose(job: str) -> list[dict[str, Any]]:
    """3 to 6 criteria: skills that are named, years, place, then the most frequent words."""
    found: list[dict[str, Any]] = []

    def add(title: str, question: str, kind: str, weight: int) -> None:
        if all(one["title"] != title for one in found):
            found.append({"title": title, "question": question, "kind": kind, "weight": weight})

    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", job):
        low = sentence.lower()
        nice = bool(re.search(r"\b(nice|plus|preferred|ideally|bonus|advantage)\b", low))
        avoid = bool(re.search(r"\b(not from|no (?:agency|agencies|consult\w+)|avoid|without any)\b", low))
        kind = "avoid" if avoid else "should" if nice else "must"
        for skill in (skill for skill in SKILLS if _find(skill, low)):
            kept = kind if kind != "must" or sum(one["kind"] == "must" for one in found) < 3 else "should"
            add(
                skill.capitalize() if len(skill) > 3 else skill.upper(),
                f"Does the profile show experience with {skill}?",
                kept,
                3 if nice else 4,
            )
        if years := re.search(r"(\d+)\s*(?:\+|or more)?\s*years", low):
            add("Years of experience", f"At least {years.group(1)} years of experience?", "should", 3)
        if place := re.search(r"\b(?:based in|located in|office in|location:)\s+([A-Z][\w-]+)", sentence):
            add(f"Based in {place.group(1)}", f"Is the candidate based in {place.group(1)}?", "should", 2)
    words = Counter(word for word in re.findall(r"[^\W\d_]{4,}", job.lower()) if word not in COMMON)
    for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        if len(found) >= 3:
            break
        add(word.capitalize(), f"Does the profile mention {word}?", "should", 2)
    for word in ("communication", "responsibility", "leadership"):
        if len(found) < 3:
            add(word.capitalize(), f"Does the profile mention {word}?", "should", 1)
    return sorted(found, key=lambda one: -one["weight"])[:6]
