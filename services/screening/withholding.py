"""What of a profile's texts a model shall not see. Pure.

Names, contact details, and what tells age, sex, marital state, family, nationality, origin, religion, health. Best
effort: whoever wants to infer such things from a life can; what is plainly said is taken out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WITHHELD = "[withheld]"
NAME_FIELDS = ("full_name", "first_name", "last_name", "name")

# Quantifiers are bounded so that hostile text costs linear time.
_PERSONAL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    r"|\b(?:https?://|www\.|linkedin\.com/)[^\s|,;]{1,300}"
    r"|(?<!\w)(?:\+|00)\d[\d ().-]{7,18}\d"
    r"|\b(?:age|aged|date of birth|dob)\b\s{0,2}:?\s{0,2}\d{1,2}(?:[./-]\d{1,2}[./-]\d{2,4})?\b"
    r"|\b\d{2}[ -]years?[ -]old\b|\b\d{2}\s?(?:yo|y/o)\b|\b\d{2}\sJahre\salt\b"
    r"|\bin (?:my|his|her|their) (?:early |mid |late |mid-)?(?:twenties|thirties|forties|fifties|sixties|[2-7]0s)\b"
    r"|\b(?:born|geboren|geb\.|née?|nacid[oa])\s(?:(?:in|on|am|le|en|el)\s(?:\d{1,2}\.\s)?[^.;\n]{0,30}?)?(?:19|20)\d\d\b"
    r"|\bJahrgang\s(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# What someone says of themselves under a heading, or in words that are used for little else.
_TRAITS = re.compile(
    r"\b(?:nationality|citizenship|marital status|civil status|gender|sex|pronouns|religion|ethnicity|ethnic origin"
    r"|sexual orientation|disability(?: status)?|place of birth|Nationalität|Staatsangehörigkeit|Familienstand"
    r"|Geschlecht|Konfession|nationalité|état civil|nacionalidad|estado civil)\s{0,2}[:=]\s{0,2}"
    r"[^\W\d_][\w'/-]{0,30}(?:[ /][^\W\d_][\w'-]{1,30})?"
    r"|\b(?!(?:Senior|Every|Each|Any|Corporate|Private|Good|Global|Digital|Average|The|An?)\b)(?-i:[A-ZÀ-Þ])\w{1,20}"
    r"\s(?-i:citizen|citizenship|passport(?: holder)?|national(?!\s[a-z]))\b"
    r"|\b(?:dual )?citizen(?:ship)? of (?:the )?[^\W\d_]{3,20}"
    r"|\bnative of (?:the )?[^\W\d_]{3,20}|\bborn (?:and raised )?in (?:the )?[^\W\d_]{3,20}"
    r"|\b(?:un)?married\b(?! (?:up|with)\b)|\bdivorced\b|\bwidow(?:ed|er)?\b|\bsingle (?:parent|mum|mom|dad)\b"
    r"|\bverheiratet\b|\bgeschieden\b|\bverwitwet\b|\bcélibataire\b|\bmariée?\b|\bcasad[oa]\b|\bsolter[oa]\b"
    r"|\b(?:maternity|paternity|parental) leave\b|\bpregnant\b|\bElternzeit\b"
    r"|\b(?:one|two|three|four|five|[1-9]) (?:kids?|child(?:ren)?|sons?)\b"
    r"|\b(?:practi[sc]ing|devout|observant) (?:christian|catholic|protestant|muslim|jew|hindu|buddhist|sikh)\b"
    r"|\b(?:gay|lesbian|bisexual|transgender|non-?binary)\b|\bseverely disabled\b|\bwheelchair user\b"
    r"|\bschwerbehindert\b",
    re.IGNORECASE,
)
# As words are written: "HE" is higher education, "MS" a degree, "Ms Excel" a program.
_ADDRESSED = re.compile(
    r"\b(?:[Hh]e|[Ss]he|[Hh]im|[Hh]is|[Hh]ers?|[Hh]imself|[Hh]erself)\b(?:/(?:him|her|his|hers)\b){0,2}"
    r"|\bMs\b\.?(?=\s[A-ZÀ-Þ\[])(?!\s(?:Access|Azure|Dynamics|Excel|Office|Outlook|Power|Project|Share|SQL|Teams|Visio|Windows|Word))"
    r"|\b(?:Mr|Mrs|Miss|Mme|Mlle|Madame|Monsieur|Frau|Herr|Señora?)\b\.?(?=\s[A-ZÀ-Þ\[])"
)
_SEX = re.compile(
    r"\b(?:[Ww]om[ae]n|[Ff]emales?|[Gg]irls?|[Mm]others?|[Mm]o?um|[Mm]om|[Ww]ife|[Dd]aughters?|[Ll]ad(?:y|ies))\b"
    r"|\b(?:[Mm]en|[Mm]ales?|[Bb]oys?|[Ff]athers?|[Dd]ad|[Hh]usband|[Gg]entlem[ae]n)\b"
    r"|\b[Mm]an\b(?![ -](?:hours?|days?|months?|years?|pages?))"
)
# The part of an occupation that tells a sex; what the occupation is stays.
_SEXED = re.compile(
    r"\b((?i:chair|sales|spokes|business|camera|congress|fire|police|crafts|drafts|fore|ombuds|trades))(?:wom[ae]n|m[ae]n)\b"
    r"|\b((?i:act|host|steward|wait))(?:ress|ess)\b"
    r"|\b([A-ZÄÖÜ][a-zäöüß]{2,40}(?:[bfghklnst]er|eur|[st]or|is[t]))in(?:nen)?\b"
)
# Stand in names and are none.
_NOT_NAMES = frozenset(
    "bsc ba bed bba cfa cfp cissp cpa csm dds dba dipl dphil dr dra edd eng esq facs frm ing jd llb llm ma mba"
    " mbbs md med meng mfa mph mphil mps ms msc msw pe pharmd phd phr pmp prof professor psyd rn scd shrm sphr sir"
    " al bin da dal das de del della den der di do dos du el ibn la las le los mac van vande vander vom von zu zum zur"
    " the and jr jnr sr snr ii iii iv".split()
)
# What parts the items of a list, or its ends.
_PARTS = frozenset(("", ",", ";", "|", "\n"))


@dataclass(frozen=True)
class Names:
    """What to look for of one person's names.

    words: any of them, as a word. whole: first and last name together, in any case (folded here), with at least so
    many signs between them and at most three. Not as patterns: each person's would have to be compiled, which takes
    longer than looking, and the library would keep the latest 512 people's.
    """

    words: tuple[str, ...] = ()
    whole: tuple[tuple[str, str, int], ...] = ()


def withhold(text: str, names: Names) -> str:
    """A text with such words replaced."""
    text = withhold_in_place(text, names)
    return _without_sex(_without(text, words_in(text, names)))


def withhold_in_list(text: str, names: Names) -> str:
    """The same of a list, by commas and lines: a name that is all of an item is a thing of that name ("Julia")."""
    text = withhold_in_place(text, names)
    return _without_sex(_without(text, [one for one in words_in(text, names) if not _is_an_item(text, *one)]))


def withhold_in_place(text: str, names: Names) -> str:
    """The same of a place, where a part of a name is a place's ("San Francisco") and tells nobody a name."""
    text = _TRAITS.sub(WITHHELD, _PERSONAL.sub(WITHHELD, text))
    text = _without(text, _whole_in(text, names))
    return _ADDRESSED.sub(WITHHELD, text)


def names_of(given: Mapping[str, str]) -> Names:
    """A person's names as words, as given or in capitals: "Mark", never "mark"; with and without accents.

    given: cleaned texts of NAME_FIELDS. What stands after a comma or in brackets is no name ("Ada Example, PhD"),
    nor are titles and particles. Names of one or two letters count only within the whole name: "Li" and "An" are
    also words.
    """
    full, first, last, other = ([*map(_words, _spellings(given.get(field, "")))] for field in NAME_FIELDS)
    every = [*full, *first, *last, *other]
    words = {word for some in every for word in some if len(word) >= 3}
    words.update(" ".join(some) for some in every if len(some) > 1)
    whole = {pair for some in (*full, *other) if len(some) > 1 for pair in ((some[0], some[-1]),)}
    whole.update((a[0], b[-1]) for a, b in zip(first, last, strict=False) if a and b)
    return Names(
        tuple(sorted({form for word in words for form in (word, word.capitalize(), word.upper())})),
        tuple(sorted({_joined(a, b) for pair in whole for a, b in (pair, pair[::-1])})),
    )


def words_in(text: str, names: Names) -> list[tuple[int, int]]:
    """Where words of the names stand, as (start, end)."""
    found = []
    for word in names.words:
        at = text.find(word)
        while at >= 0:
            if _is_apart(text, at, at + len(word)):
                found.append((at, at + len(word)))
            at = text.find(word, at + 1)
    return found


def _without_sex(text: str) -> str:
    text = _SEXED.sub(lambda found: f"{found[1] or found[2] or found[3]}{WITHHELD}", text)
    return _SEX.sub(WITHHELD, text)


def _whole_in(text: str, names: Names) -> list[tuple[int, int]]:
    found, folded = [], _folded(text) if names.whole else ""
    for first, last, least in names.whole:
        at = folded.find(first)
        while at >= 0:
            end = at + len(first)
            for start in range(end + least, min(end + 3, len(text)) + 1):
                if any(char.isalnum() for char in text[end:start]):
                    break
                if folded.startswith(last, start) and _is_apart(text, at, start + len(last)):
                    found.append((at, start + len(last)))
            at = folded.find(first, at + 1)
    return found


def _folded(text: str) -> str:
    """In one case, character by character, so that places stay the same."""
    if text.isascii():
        return text.lower()
    return "".join(fold if len(fold := char.casefold()) == 1 else char.lower()[0] for char in text)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether neither a letter nor a number goes on before or after."""
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """Withheld at these places: the first first, of those that begin together the longest."""
    parts, done = [], 0
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if start >= done:
            parts += [text[done:start], WITHHELD]
            done = end
    return "".join([*parts, text[done:]]) if parts else text


def _is_an_item(text: str, start: int, end: int) -> bool:
    """Whether one word stands alone between the signs that part a list."""
    before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
    return " " not in text[start:end] and before[-1:] in _PARTS and after[:1] in _PARTS


def _spellings(name: str) -> tuple[str, str]:
    """As written, and without accents."""
    plain = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
    return name, plain


def _words(name: str) -> list[str]:
    called = re.split(r"[,(\[|/]", name, maxsplit=1)[0]
    words = [word for word in re.split(r"[\s.\"'’()-]+", called) if word]
    # Someone may be called Ma all the same.
    return [word for word in words if word.casefold() not in _NOT_NAMES] or words


def _joined(first: str, last: str) -> tuple[str, str, int]:
    # Short ones are parts of other words: An Na, anna.
    return _folded(first), _folded(last), 0 if len(first) + len(last) >= 6 else 1
