"""Whether a profile talks to the model instead of about a person: flagged for people, never judged by. Pure.

The defence is in prompts (data between markers that nobody knows, nothing hidden, no line to break
out of); this only tells a recruiter where to look. Nobody is dropped for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# Quantifiers are bounded so that hostile text costs linear time.
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}?"
    r"\b(?:instructions?|prompts?|rules|criteria|guidelines|context)\b"
    r"|\b(?:mark|give|rate|judge|answer|score|grade|set|return|respond|output|treat)\b\W{0,3}"
    r"(?:(?:this|the|me|my|all|every|each|any|with|candidate|profile|it|verdicts?|criteri(?:a|on)|questions?|as|a)\W{1,3}){1,6}"
    r"(?:pass|yes|10|ten|strong|highest|maximum|perfect|met|true)\b"
    r"|\b(?:you are|act as|pretend to be)\b.{0,20}?\b(?:an? )?(?:ai|assistant|language model|llm|chatbot|gpt)\b"
    r"|\b(?:system|developer|hidden|initial) (?:prompt|message|instructions?)\b"
    r"|\b(?:note|message|instructions?) (?:to|for) (?:the )?(?:ai|model|llm|assistant|screening|recruiting)\b"
    r"|</?(?:system|assistant|user|profile|candidate|data|instructions?)>"
    r"|\[/?INST\]|<\|[a-z_]{2,20}\|>|^#{2,}\s{0,3}(?:system|assistant|instructions?)\b"
    r"|[\"']verdicts?[\"']\s{0,3}:|={3,}\s{0,3}[0-9a-f]{16,64}\s{0,3}={3,}",
    re.IGNORECASE | re.MULTILINE,
)
# Emoji are joined by a few of these; a message takes many.
MOST_HIDDEN = 12


def suspect_field(profile: Mapping[str, str]) -> str:
    """The first field with text that reads like an order or hides characters; "" where there is none.

    profile: column → text as it is stored, before prompts.clean().
    """
    return next((field for field, text in profile.items() if text and is_suspect(text)), "")


def is_suspect(text: str) -> bool:
    """Of one text."""
    if text.isascii():
        return bool(_ORDER.search(text))
    tags = "".join(chr(ord(char) - 0xE0000) for char in text if "\U000e0020" <= char <= "\U000e007e")
    hidden = [char for char in text if unicodedata.category(char) == "Cf" and char not in "\u200d\u00ad"]
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return len(hidden) > MOST_HIDDEN or bool(_ORDER.search(seen) or _ORDER.search(tags))
