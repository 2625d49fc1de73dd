"""Web addresses of people: which are allowed, and which name the same person.

https://es.linkedin.com/in/Ana-Garc%C3%ADa-1a2b/?trk=x   →  public  linkedin.com/in/ana-garcía-1a2b
https://www.linkedin.com/sales/lead/ACwAAB12cdE,NAME…    →  opaque  linkedin:ACwAAB12cdE
https://github.com/ana/                                  →  other   github.com/ana

An opaque address carries a member's id in a spelling of its own; case matters in it, and it can
only be opened by whoever has it. It is kept as an alias, never shown as the person's address.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

MAX_LENGTH = 1000
# Postgres refuses index entries of more than 2,704 bytes.
MAX_KEY_BYTES = 2000
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST = re.compile(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")
# Most addresses of files, in no need of closer reading.
_PLAIN = re.compile(r"https?://(?:www\.)?linkedin\.com/in/([a-z0-9-]{1,200})/?", re.ASCII)
_NEVER = re.compile(r'[\s\x00-\x1f<>"\\`]')
_OPAQUE = re.compile(r"^AC[a-z]A[A-Za-z0-9_-]{6,}$")
_SALES_PATHS = {("sales", "lead"), ("sales", "people"), ("talent", "profile"), ("recruiter", "profile")}


@dataclass(frozen=True)
class UrlKey:
    """What an address stands for. `url` is how it is shown, `key` what it is compared by."""

    kind: Literal["public", "opaque", "other"]
    key: str
    url: str


def url_key(url: str) -> UrlKey | None:
    """The key of an address, or None for what is no http(s) address of a host on the internet."""
    if plain := _PLAIN.fullmatch(url):
        key = f"linkedin.com/in/{plain[1]}"
        return UrlKey("public", key, f"https://www.{key}")
    found = _read(unicodedata.normalize("NFC", url).strip())
    if found is None or len(found.url) > MAX_LENGTH or len(found.key.encode()) > MAX_KEY_BYTES:
        return None
    return found


def opaque_key(member: str) -> UrlKey | None:
    """The key of a bare member id such as PhantomBuster's vmid."""
    return _opaque(member.strip())


def _read(text: str) -> UrlKey | None:
    if not text or len(text) > MAX_LENGTH or _NEVER.search(text):
        return None
    if not text.lower().startswith(("http://", "https://")):
        # "www.linkedin.com/in/ana" is what people paste; "javascript:…" and "localhost:80" are not.
        if _SCHEME.match(text):
            return None
        text = "https://" + text.lstrip("/")
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
        host = host if host.isascii() else host.encode("idna").decode("ascii").lower()
        port = parts.port
    except ValueError:
        return None
    if parts.username is not None or not _HOST.match(host) or host.replace(".", "").isdigit():
        return None
    path = [segment for segment in parts.path.split("/") if segment]
    if path[:1] == ["mwlite"]:
        path = path[1:]
    if host == "linkedin.com" or host.endswith(".linkedin.com"):
        return _linkedin(path, text)
    key = host.removeprefix("www.") + (f":{port}" if port not in (None, 80, 443) else "")
    tail = "/".join(path) + (f"?{parts.query}" if parts.query else "")
    return UrlKey("other", f"{key}/{tail}", text)


def _linkedin(path: list[str], text: str) -> UrlKey:
    if len(path) >= 2 and path[0].lower() in {"in", "pub"}:
        slug = unicodedata.normalize("NFC", unquote(path[1])).strip()
        opaque = _opaque(slug)
        if opaque is not None:
            return opaque
        # Old addresses, /pub/ana-garcia/1a/2b3/4c5, are told apart by their tail.
        tail = "/".join(path[1:5]) if path[0].lower() == "pub" else slug
        if slug and "/" not in slug:
            name = unicodedata.normalize("NFC", unquote(tail)).lower()
            key = f"linkedin.com/{path[0].lower()}/{name}"
            # One spelling for all, so that a file with another one is no change.
            return UrlKey("public", key, "https://www." + quote(key))
    if len(path) >= 3 and (path[0].lower(), path[1].lower()) in _SALES_PATHS:
        opaque = _opaque(unquote(path[2]).split(",")[0])
        if opaque is not None:
            return opaque
    return UrlKey("other", "linkedin.com/" + "/".join(path), text)


def _opaque(member: str) -> UrlKey | None:
    if not _OPAQUE.match(member):
        return None
    return UrlKey("opaque", f"linkedin:{member}", f"https://www.linkedin.com/in/{member}")
