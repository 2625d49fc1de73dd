"""Which addresses may become a link on a page. Pure.

Profiles come from files and vendors, so an address is text until it is found on this allow-list:
http, https and mailto. Anything that a browser could read in another way than this module does
(control characters, spaces, backslashes, invisible characters) is no link.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

MAX_LENGTH = 2000
_WEB = re.compile(r"^(https?)://", re.IGNORECASE)
_MAIL = re.compile(r"^mailto:", re.IGNORECASE)
# One plain address: no ?subject=…, no second recipient, nothing percent-encoded.
_ADDRESS = re.compile(r"^[A-Za-z0-9.!#$'*+/=^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
_UNSAFE = frozenset('\\<>"`^{|}')


def safe_url(value: object) -> str | None:
    """The address with its scheme in small letters, or None where it must not be a link."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_LENGTH:
        return None
    if _MAIL.match(value):
        return mail_url(value[len("mailto:") :])
    found = _WEB.match(value)
    if found is None or any(c in _UNSAFE or _hides(c) for c in value):
        return None
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    # https://linkedin.com@evil.example goes to evil.example.
    if not host or "@" in parts.netloc or "%" in parts.netloc:
        return None
    return found[1].lower() + value[len(found[1]) :]


def mail_url(address: object) -> str | None:
    """mailto: for one plain e-mail address, or None."""
    if not isinstance(address, str) or len(address) > 320 or not _ADDRESS.fullmatch(address):
        return None
    return f"mailto:{address}"


def _hides(char: str) -> bool:
    """Spaces, control characters, and those that show nothing or turn the text around."""
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
