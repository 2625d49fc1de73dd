"""Questions about what nobody is chosen by: age, sex, family, origin, religion, health, sexual orientation. Pure.

A criterion becomes a column and a filter of the grid, so one about such a trait would be a filter on it; and what tells
the trait is withheld from the model, so its answers would be guesses. Best effort: what is plainly asked is found, in
English and German. Words that mean something else in a job ("race conditions", "five years of experience", "children's
books") are left alone: the trait has to be the candidate's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WHO = r"(?:(?:the|this|our)\s)?(?:candidate|applicant|person|individual|he|she|they)"
_END = r"(?=\s{0,2}(?:$|[?.,;:)]|or\b|and\b|by\b|origin\b|descent\b|background\b|person\b|candidate\b))"
_IS = rf"\b(?:is|are|was|be)\s{_WHO}\s(?:(?:an?|likely|probably|currently|of)\s){{0,2}}"

# Trait → how its noun is called where it is somebody's, and what somebody is who has it.
_NOUNS: Mapping[str, str] = {
    "age": r"age|date of birth|year of birth|birthday",
    "sex": r"sex|gender|gender identity|pronouns",
    "family": r"marital status|family status|family situation|family planning|pregnancy",
    "origin": r"race|ethnicity|ethnic (?:origin|background)|skin colou?r|mother tongue|place of birth",
    "religion": r"religion|faith|religious beliefs?",
    "health": r"health|state of health|disability|medical (?:history|condition)",
    "sexual orientation": r"sexual orientation|sexuality",
}
_BEING: Mapping[str, str] = {
    "age": r"young|old|elderly|middle-aged|retired",
    "sex": r"male|female|wom[ae]n|m[ae]n|girl|boy|lady|transgender|non-?binary",
    "family": r"married|unmarried|single|divorced|widowed|pregnant|mother|father|parent|childless",
    "origin": r"white|black|asian|african|european|arab|latin[oax]|hispanic|caucasian|indigenous|foreign-born",
    "religion": r"religious|christian|catholic|protestant|muslim|jewish|jew|hindu|buddhist|sikh|atheist",
    "health": r"healthy|disabled|handicapped|able-bodied|(?:chronically )?ill",
    "sexual orientation": r"gay|lesbian|straight|bisexual|heterosexual|homosexual",
}
_GERMAN_BEING: Mapping[str, str] = {
    "age": r"jung|alt|(?:jünger|älter) als \d\d",
    "sex": r"Frau|Mann|weiblich|männlich",
    "family": r"verheiratet|ledig|geschieden|schwanger|Mutter|Vater",
    "religion": r"religiös|Christ(?:in)?|katholisch|evangelisch|Muslim(?:in|a)?|jüdisch",
    "health": r"gesund|behindert|schwerbehindert",
}
_CHILDREN = r"(?:(?:have|want|plan)\s)?(?:(?:any|to have|small|young|a|\d)\s){0,3}(?:children|kids|husband|wife|spouse)"
_OTHERWISE: Mapping[str, str] = {
    "age": rf"{_IS}[^?.]{{0,20}}?(?:(?:younger|older) than (?:\d\d|thirty|forty|fifty|sixty)\b|\b\d\d years old\b"
    r"|\b(?:under|over|below|above) (?:the )?age (?:of )?\d\d\b|\baged (?:between )?\d\d\b)",
    "family": rf"\b(?:does|do|will|has|have)\s{_WHO}\s{_CHILDREN}{_END}",
    "health": rf"\b(?:does|has)\s{_WHO}\s(?:have\s)?(?:a|any)\s(?:disability|disabilities|illness|handicap){_END}",
}


def _pattern(trait: str) -> re.Pattern[str]:
    nouns = rf"(?:{_NOUNS[trait]})"
    parts = [
        rf"\b{_WHO}['’]s\s{nouns}\b",
        rf"\b{nouns}\sof\s{_WHO}\b",
        rf"{_IS}(?:{_BEING[trait]}){_END}",
        # A title that is nothing else.
        rf"^\W*(?:{nouns}|{_BEING[trait]})\W*$",
    ]
    if trait in _GERMAN_BEING:
        who = r"(?:(?:der|die|diese)\s)?(?:Kandidat(?:in)?|Bewerber(?:in)?|Person|er|sie)"
        parts.append(rf"\bist\s{who}\s(?:eine?\s|noch\s)?(?:{_GERMAN_BEING[trait]})(?=\s*(?:$|[?.,]|oder\b))")
    if trait in _OTHERWISE:
        parts.append(_OTHERWISE[trait])
    return re.compile("|".join(parts), re.IGNORECASE)


_PATTERNS = {trait: _pattern(trait) for trait in _NOUNS}


def asked_about(*texts: str) -> str:
    """The first such trait that one of some texts asks about; "" for none. Texts have single spaces."""
    return next((trait for trait, found in _PATTERNS.items() if any(found.search(text) for text in texts)), "")
