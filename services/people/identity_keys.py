"""What people are compared by: keys that two profiles of one person have in common. Pure.

Every key is a hash of a few facts; whoever shares none with someone is never compared with them:
    pair      two words of the name, in any order and romanisation
    initial   a word of the name, the first letter of another one, the employer
    word      a word of the name, the employer
    mailbox   the e-mail address before the @
    phone     the last nine digits
A key that too many people have says little; it is left out of the search (duplicates_job.MOST_IN_BLOCK).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

from services.people.identity_names import company_tokens, forms, initials, name_tokens, skeleton

# Raised when what is made here changes: everyone is then compared again.
RULES = 1
# Scores of identity_score: from here on a pair is shown to people, and is called likely, very likely.
LISTED, LIKELY, VERY_LIKELY = 60, 75, 90
_SHARED_MAILBOXES = frozenset(
    "info contact hello jobs hr office mail admin career careers recruiting support team sales kontakt".split()
)


@dataclass(frozen=True)
class Facts:
    """What is compared of one person; texts are "" where unknown.

    public_urls: keys of public addresses (services/people/urls). companies: of earlier jobs, too.
    """

    profile_id: int
    full_name: str
    title: str = ""
    company: str = ""
    location: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    public_urls: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


def keys_of(facts: Facts) -> frozenset[int]:
    """The keys of one person; about seven of an ordinary name, and never more than a hundred."""
    words = name_tokens(facts.full_name)[:4]
    found = set(name_keys(facts))
    if len(words) == 1:
        # One word only: where names are not divided, it is the whole name.
        found.add(_hash("pair", "", skeleton(words[0])))
    company = company_tokens(facts.company)
    if company:
        for word in words:
            if len(word) == 1:
                continue
            for form in _skeletons(word):
                found.add(_hash("word", form, company[0]))
                found |= {
                    _hash("initial", form, skeleton(letter), company[0])
                    for other in words if other != word for letter in initials(other)
                }  # fmt: skip
    box = mailbox(facts.email)
    if len(box) >= 5 and box not in _SHARED_MAILBOXES:
        found.add(_hash("mailbox", box))
    digits = phone_digits(facts.phone)
    if digits:
        found.add(_hash("phone", digits))
    return frozenset(found)


def name_keys(facts: Facts) -> frozenset[int]:
    """Those keys of keys_of() that are of the name alone: who shares one is a namesake."""
    words = [word for word in name_tokens(facts.full_name)[:4] if len(word) > 1]
    return frozenset(
        _hash("pair", *sorted((one, other)))
        for a, b in combinations(words, 2)
        for one in _skeletons(a)
        for other in _skeletons(b)
    )


def mailbox(email: str) -> str:
    """What stands before the @, without what people add to it or write with or without dots; "" for no address."""
    local, at, _ = email.strip().lower().partition("@")
    return re.sub(r"[._-]", "", local.split("+")[0]) if at else ""


def phone_digits(phone: str) -> str:
    """The last nine digits, which are the same with and without the country's; "" for fewer than seven."""
    digits = re.sub(r"\D", "", phone)
    return digits[-9:] if len(digits) >= 7 else ""


def _skeletons(word: str) -> set[str]:
    return {skeleton(form) for form in forms(word)}


def _hash(*parts: str) -> int:
    digest = blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
