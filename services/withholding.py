"""What of free text a model shall not see: names, contact details, statements of age, words that tell a sex. Pure.

Best effort: whoever wants to infer such things from a life can; what is plainly said is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

WITHHELD = "[withheld]"
NAME_FIELDS = ("full_name", "first_name", "last_name", "name")

# Quantifiers are bounded so that hostile text costs linear time.
_PERSONAL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    r"|\b(?:https?://|www\.|linkedin\.com/)[^\s|,;]{1,300}"
    r"|(?<!\w)(?:\+|00)\d[\d ().-]{7,18}\d"
    r"|\b(?:age|aged|date of birth|dob)\b\s{0,2}:?\s{0,2}\d{1,2}(?:[./-]\d{1,2}[./-]\d{2,4})?\b"
    r"|\b\d{2}[ -]years?[ -]old\b"
    r"|\bborn\s(?:(?:in|on)\s[^.;\n]{0,30}?)?(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# As words are written: "HE" is higher education, "MS" a degree, "man-hours" a measure.
_GENDER = re.compile(
    r"\b(?:[Hh]e|[Ss]he|[Hh]im|[Hh]is|[Hh]ers?|[Hh]imself|[Hh]erself)\b(?:/(?:him|her|his|hers)\b){0,2}"
    r"|\b(?:Mr|Mrs|Ms|Miss|Mme|Mlle|Madame|Monsieur|Frau|Herr|Señora?)\b\.?(?=\s[A-ZÀ-Þ\[])"
    r"|\b(?:[Ww]om[ae]n|[Ff]emales?|[Gg]irls?|[Mm]others?|[Mm]o?um|[Mm]om|[Ww]ife|[Dd]aughter|[Ll]ad(?:y|ies))\b"
    r"|\b(?:[Mm]en|[Mm]ales?|[Bb]oys?|[Ff]athers?|[Dd]ad|[Hh]usband|[Gg]entlem[ae]n)\b"
    r"|\b[Mm]an\b(?![ -](?:hours?|days?|months?|years?|pages?))"
)


def withhold(text: str, names: re.Pattern[str] | None) -> str:
    """`text` with such words replaced. names: of name_pattern()."""
    text = _PERSONAL.sub(WITHHELD, text)
    text = names.sub(WITHHELD, text) if names else text
    return _GENDER.sub(WITHHELD, text)


def name_pattern(given: Mapping[str, str]) -> re.Pattern[str] | None:
    """Matches a person's names as words, as given or in capitals: "Mark", never "mark".

    given: cleaned texts of NAME_FIELDS. Names of one or two letters only as part of the full name:
    "Li" and "An" are also words.
    """
    names = [given.get(field, "").strip() for field in NAME_FIELDS]
    words = {word for name in names for word in re.split(r"[\s,.\"()'-]+", name) if len(word) >= 3}
    words.update(name for name in names if " " in name)
    variants = sorted({form for word in words for form in (word, word.capitalize(), word.upper())}, key=len)
    if not variants:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, reversed(variants))) + r")(?!\w)")
